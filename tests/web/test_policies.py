"""The pages of the policy: versions, differences, replay, going live."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from moderation.services import open_case
from policies import replays, services
from policies.models import Activation, PolicyVersion
from safety import load_policy
from tests.policies.test_versions import candidate_of
from tests.web.conftest import finding, screen

HOME = "/review/policies/"


@pytest.fixture
def desk(client_of, admin):
    return client_of(admin)


@pytest.fixture
def version(admin, db) -> PolicyVersion:
    return services.upload(candidate_of(), admin)


def at(name: str, version: PolicyVersion) -> str:
    return reverse(f"policies:{name}", args=[version.pk])


def send(desk, content: bytes):
    document = SimpleUploadedFile("policy.json", content)
    return desk.post(reverse("policies:upload"), {"policy": document}, follow=True)


def test_an_uploaded_candidate_shows_what_differs_and_downloads_again(desk):
    answer = send(desk, candidate_of())
    text = answer.content.decode()
    assert "prompt.violence.review" in text
    assert "not live" in text
    version = PolicyVersion.objects.get(uploaded_by__isnull=False)
    again = desk.get(at("download", version)).content
    assert services.upload(again, version.uploaded_by) == version


@pytest.mark.parametrize("content", [b"", b"{}", candidate_of(review=7.0)])
def test_what_is_no_policy_is_told_with_its_code(desk, content):
    answer = send(desk, content)
    assert answer.status_code == 422
    assert "safety.invalid-policy" in answer.content.decode()


def test_the_way_from_replay_to_live(desk, version, world):
    job = world.case.job
    case = world.case
    screening = screen(job, "media", "review", finding(score=0.6))
    screening.policy_version = load_policy().version
    screening.save()
    page = at("version", version)
    assert "First try it on past items" in desk.get(page).content.decode()
    desk.post(at("replay", version))
    assert 'http-equiv="refresh"' in desk.get(page).content.decode()
    while replays.step():
        pass
    text = desk.get(page).content.decode()
    assert 'http-equiv="refresh"' not in text
    assert case is not None
    desk.post(at("make-live", version))
    assert services.live().pk != version.pk
    desk.post(at("make-live", version), {"sure": "on"})
    assert services.live().pk == version.pk


def test_what_would_change_links_to_its_case(desk, version, creator, world):
    case = open_case(world.clip.job, "prompt")
    screening = screen(world.clip.job, "prompt", "review", finding(score=0.6))
    screening.policy_version = load_policy().version
    screening.save()
    desk.post(at("replay", version))
    while replays.step():
        pass
    text = desk.get(at("version", version)).content.decode()
    assert reverse("moderation:case", args=[case.pk]) in text
    assert "Allowed" in text


def test_a_replay_is_cancelled(desk, version):
    desk.post(at("replay", version))
    desk.post(at("cancel", version))
    assert "Cancelled" in desk.get(at("version", version)).content.decode()


def test_two_versions_are_compared(desk, admin, version):
    other = services.upload(candidate_of(queue="night"), admin)
    page = desk.get(at("version", version), {"with": str(other.pk)})
    assert [change.where for change in page.context["page"].differs] == ["prompt.violence.queue"]
    assert desk.get(at("version", version), {"with": "all"}).status_code == 200


def test_a_live_policy_that_cannot_be_read_is_said_and_replaced(desk, admin, version):
    Activation.objects.create(version=version, by=admin)
    PolicyVersion.objects.filter(pk=version.pk).update(content="{")
    text = desk.get(HOME).content.decode()
    assert "safety.invalid-policy" in text
    assert "everything waits for a person" in text
    assert desk.get(at("version", version)).status_code == 400
    services.make_live(services.shipped(), admin)
    assert "everything waits" not in desk.get(HOME).content.decode()


def test_moderators_read_and_rehearse_but_change_nothing(client_of, moderator, version):
    desk = client_of(moderator)
    assert "Upload a candidate" not in desk.get(HOME).content.decode()
    assert "Make it live" not in desk.get(at("version", version)).content.decode()
    assert desk.post(at("make-live", version)).status_code == 404
    assert desk.post(at("replay", version)).status_code == 302
