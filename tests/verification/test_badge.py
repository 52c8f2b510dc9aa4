"""The badge on other sites: always says how the clip stands now."""

from xml.etree import ElementTree

import pytest
from django.urls import reverse
from django.utils.timezone import now

from provenance import Authority
from studio.models import Clip
from verification import badge

pytestmark = pytest.mark.django_db


@pytest.fixture
def clip(published) -> Clip:
    return Clip.objects.get()


def fetch(client, clip_id, **headers: str):
    return client.get(reverse("verification:badge", args=[clip_id]), headers=headers)


def words(response) -> str:
    ElementTree.fromstring(response.content)  # well formed
    return response.content.decode()


def test_a_published_clip(client, clip):
    response = fetch(client, clip.pk)
    assert response["Content-Type"] == "image/svg+xml"
    assert "Made with AI" in words(response)
    assert "test certificate" in words(response)  # never looks confirmed on a development key


def test_it_turns_when_the_clip_is_taken_down(client, clip):
    before = fetch(client, clip.pk)
    Clip.objects.update(taken_down_at=now())
    after = fetch(client, clip.pk, if_none_match=before["ETag"])
    assert after.status_code == 200
    assert "Taken down" in words(after)


def test_it_says_why_a_clip_was_taken_down(client, clip):
    Clip.objects.update(taken_down_at=now(), taken_down_reason="consent")
    shown = words(fetch(client, clip.pk))
    assert "A consent that it rested on was withdrawn or has ended" in shown
    assert 'width="448"' in shown  # the whole of it fits


def test_it_turns_when_the_certificate_is_withdrawn(client, clip, settings, monkeypatch):
    assert "Made with AI" in words(fetch(client, clip.pk))
    authority = Authority.open(settings.PKI_DIR)
    # As if it had been withdrawn before the clip was signed, so that no time stamp helps.
    monkeypatch.setattr("provenance.credentials.trust.TrustStores.withdrawn", lambda *_: True)
    authority.revoke()
    assert "Certificate withdrawn" in words(fetch(client, clip.pk))


def test_an_unknown_clip(client):
    response = fetch(client, "00000000-0000-4000-8000-000000000000")
    assert response.status_code == 404
    assert "No record" in words(response)


def test_any_site_may_show_it_and_it_may_do_nothing(client, clip):
    response = fetch(client, clip.pk)
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    assert "script" not in words(response)
    assert "Set-Cookie" not in response


def test_caches_ask_again_soon(client, clip):
    response = fetch(client, clip.pk)
    assert f"max-age={badge.FRESH_SECONDS}" in response["Cache-Control"]
    assert badge.FRESH_SECONDS <= 600
    again = fetch(client, clip.pk, if_none_match=response["ETag"])
    assert again.status_code == 304


def test_every_state_has_words_and_a_sign_of_its_own():
    assert badge.badge_of(None).tone == "no"
    assert badge.badge_of(None).whole.startswith("No record")


def test_the_public_page_offers_the_code(client, clip):
    page = client.get(reverse("registry:clip", args=[clip.pk])).content.decode()
    address = reverse("verification:badge", args=[clip.pk])
    assert f"http://testserver{address}" in page
    assert "data-copy" in page
