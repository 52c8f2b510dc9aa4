"""A clip for its owner, and for anybody."""

from dataclasses import replace

import pytest
from django.urls import reverse

from generation.camera import CameraMove
from generation.quality import QualityCard
from jobs.models import Gate
from tests.making import PROMPT
from tests.web.conftest import finding, screen


@pytest.fixture
def owners_page(client_of, creator, world):
    url = reverse("studio:clip", args=[world.clip.pk])
    return lambda: client_of(creator).get(url).content.decode()


def test_the_owner_sees_recipe_and_marks(owners_page, world):
    text = owners_page()
    for part in (PROMPT, world.clip.mark_hex, world.clip.manifest_id, world.clip.sha256):
        assert part in text
    assert f"http://testserver{reverse('registry:clip', args=[world.clip.pk])}" in text


def test_nothing_plays_by_itself(owners_page):
    assert "autoplay" not in owners_page()


def test_the_owner_sees_findings_but_no_hidden_ones(owners_page, world):
    screen(world.clip.job, Gate.MEDIA, "review", finding(), finding(hidden=True, reason="secret"))
    text = owners_page()
    assert "This reads like violence." in text
    assert "secret" not in text


def test_credentials_that_cannot_be_read_are_not_called_valid(owners_page):
    assert "Signature not readable" in owners_page()


def test_the_public_page_says_that_it_is_generated_and_nothing_of_who_made_it(client, world):
    text = client.get(reverse("registry:clip", args=[world.clip.pk])).content.decode()
    assert "with AI" in text
    assert world.clip.mark_hex in text
    for private in (PROMPT, world.clip.owner.email, world.clip.owner.display_name):
        assert private not in text


def quality(*attempts: tuple[int, QualityCard, list[str]], kept: int = 0) -> dict[str, object]:
    said = [{"seed": s, "card": c.as_dict(), "failures": f} for s, c, f in attempts]
    return {"steps": 4, "quality": {"attempts": said, "kept": kept}}


def keep_quality(world, *attempts, kept=0):
    world.clip.job.generation = quality(*attempts, kept=kept)
    world.clip.job.save()


FINE = QualityCard(None, 0.3, 0.004, CameraMove.PAN_LEFT, CameraMove.PAN_LEFT, 0.0)


def test_the_owner_sees_the_quality_card_in_words(owners_page, world):
    keep_quality(world, (1, FINE, []))
    text = owners_page()
    assert "Not measured" in text
    assert "Seen panning left, as you asked." in text
    assert "Brightness swings by 0.3 of 255 levels." in text
    assert "rendered it again" not in text


def test_the_owner_sees_that_a_retry_took_place_and_its_seed(owners_page, world):
    poor = replace(FINE, flicker=9.0)
    keep_quality(world, (1, poor, ["flicker"]), (9876, FINE, []), kept=1)
    text = owners_page()
    assert "The first try was weak (steady light)" in text
    assert "try 2, with seed 9876" in text


def test_what_is_weak_is_called_weak(owners_page, world):
    card = replace(FINE, warp_error=0.5, camera=CameraMove.ZOOM_IN)
    keep_quality(world, (1, card, ["warp-error", "camera"]))
    text = owners_page()
    assert text.count("Weak") == 2
    assert "You asked for panning left; seen zooming in." in text


def test_a_camera_too_faint_to_measure_is_not_called_wrong(owners_page, world):
    keep_quality(world, (1, replace(FINE, camera=CameraMove.STATIC), []))
    text = owners_page()
    assert "Not clear" in text
    assert "Weak" not in text


def test_clips_from_before_the_card_have_a_page(owners_page):
    assert 'id="quality"' not in owners_page()
