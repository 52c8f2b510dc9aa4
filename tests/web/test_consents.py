"""The pages of the consent registry."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from jobs.models import Gate
from rights.models import Consent, ProtectedPerson
from rights.services import rest_on_consents
from tests.web.conftest import finding, screen

NEW = "/review/consents/new"
GOOD = {"subject": "Zoë Adler", "evidence": "contract 7"}


@pytest.fixture
def desk(client_of, moderator):
    return client_of(moderator)


@pytest.fixture
def consent(desk, creator) -> Consent:
    desk.post(NEW, GOOD | {"holder": creator.email, "ends": "2999-01-31"})
    return Consent.objects.get()


def test_a_consent_is_added_with_its_document(desk, home):
    document = SimpleUploadedFile("deal.pdf", b"%PDF signed")
    answer = desk.post(NEW, GOOD | {"document": document}, follow=True)
    consent = Consent.objects.get()
    assert "Zoë Adler" in answer.content.decode()
    kept = desk.get(reverse("rights:document", args=[consent.pk]))
    assert kept.content == b"%PDF signed"
    assert kept["Content-Type"] == "application/octet-stream"
    assert not any(b"signed" in file.read_bytes() for file in home.rglob("evidence/*"))


def test_its_last_day_counts(consent):
    assert consent.ends.isoformat() == "2999-02-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"subject": ""}, "rights.subject-required"),
        ({"subject": "…"}, "rights.subject"),
        ({"evidence": ""}, "rights.evidence-required"),
        ({"holder": "nobody@example.org"}, "rights.holder-unknown"),
        ({"ends": "2001-01-01"}, "rights.dates"),
        ({"starts": "soon"}, "rights.starts-invalid"),
    ],
)
def test_what_is_wrong_is_told_with_its_code(desk, given, code):
    response = desk.post(NEW, GOOD | given)
    assert response.status_code == 422
    assert code in response.content.decode()
    assert not Consent.objects.exists()


def test_creators_see_what_their_clip_rests_on(client_of, creator, consent, world):
    screen(world.clip.job, Gate.PROMPT, "allow", finding(subject="Zoë Adler", decision="allow"))
    rest_on_consents(world.clip)
    text = client_of(creator).get(reverse("studio:clip", args=[world.clip.pk])).content.decode()
    assert "Rests on the consent of" in text
    assert "Zoë Adler" in text


def test_revoking_shows_the_clips_asks_twice_and_takes_them_down(desk, consent, world):
    screen(world.clip.job, Gate.PROMPT, "allow", finding(subject="Zoë Adler", decision="allow"))
    rest_on_consents(world.clip)
    page = reverse("rights:consent", args=[consent.pk])
    assert world.clip.mark_hex in desk.get(page).content.decode()
    revoke = reverse("rights:revoke", args=[consent.pk])
    desk.post(revoke)
    assert not Consent.objects.get(pk=consent.pk).revoked_at
    told = desk.post(revoke, {"sure": "on"}, follow=True).content.decode()
    assert "1 clip that rested on it is down" in told
    world.clip.refresh_from_db()
    assert world.clip.taken_down_reason == "consent"
    assert "already" in desk.post(revoke, {"sure": "on"}, follow=True).content.decode()


def test_people_are_put_on_the_list_and_removed(desk):
    page = reverse("rights:protected")
    desk.post(page, {"name": "Zoë Adler", "other_names": "DJ Zo"})
    assert "DJ Zo" in desk.get(page).content.decode()
    twice = desk.post(page, {"name": "zoe adler"})
    assert (twice.status_code, "rights.protected-already" in twice.content.decode()) == (422, True)
    desk.post(reverse("rights:unprotect", args=[ProtectedPerson.objects.get().pk]))
    assert "Nobody is on it" in desk.get(page).content.decode()
