"""The pages on which clips are taken down and put back, and what their creators see."""

import pytest
from django.urls import reverse

from moderation.takedowns import take_down
from studio.models import Clip, TakenDown

GOOD = {"reason": "likeness", "note": "a letter", "sure": "on"}


@pytest.fixture
def desk(client_of, moderator):
    return client_of(moderator)


@pytest.fixture
def clip(world) -> Clip:
    return world.clip


def at(name: str, clip: Clip) -> str:
    return reverse(name, args=[clip.pk])


def test_a_moderator_takes_a_clip_down_and_the_public_gets_410(desk, client, clip):
    assert client.get(at("registry:video", clip)).status_code == 200
    desk.post(at("moderation:take-down", clip), GOOD)
    for name in ("registry:clip", "registry:video", "registry:poster"):
        assert client.get(at(name, clip)).status_code == 410
    assert "a letter" in desk.get(at("moderation:clip", clip)).content.decode()
    assert desk.get(at("moderation:clip-poster", clip)).status_code == 200


@pytest.mark.parametrize(
    ("left_out", "code"),
    [("reason", "moderation.reason-required"), ("sure", "moderation.sure-required")],
)
def test_not_by_a_slip_of_the_hand(desk, clip, left_out, code):
    given = {name: value for name, value in GOOD.items() if name != left_out}
    response = desk.post(at("moderation:take-down", clip), given)
    assert response.status_code == 422
    assert code in response.content.decode()
    assert not Clip.objects.get(pk=clip.pk).taken_down_at


def test_a_creators_wish_is_no_moderators_reason(desk, clip):
    response = desk.post(at("moderation:take-down", clip), GOOD | {"reason": "withdrawn"})
    assert "moderation.reason-invalid-choice" in response.content.decode()


def test_twice_is_told(desk, clip):
    desk.post(at("moderation:take-down", clip), GOOD)
    response = desk.post(at("moderation:take-down", clip), GOOD, follow=True)
    assert "down for this reason already" in response.content.decode()


def test_what_is_taken_back_is_public_again(desk, client, clip, moderator):
    ground = take_down(clip, TakenDown.LIKENESS, moderator)
    desk.post(reverse("moderation:lift", args=[ground.pk]))
    assert client.get(at("registry:video", clip)).status_code == 200


def test_its_creator_reads_why(desk, client_of, creator, clip):
    desk.post(at("moderation:take-down", clip), GOOD)
    text = client_of(creator).get(reverse("studio:job", args=[clip.job_id])).content.decode()
    assert "This clip was taken down." in text
    assert "Shows a real person without consent" in text
    assert "within six months" in text
    assert "a letter" not in text
    assert client_of(creator).get(at("studio:clip", clip)).status_code == 404


def test_a_creator_withdraws_only_with_the_box_ticked(client_of, creator, client, clip):
    mine = client_of(creator)
    mine.post(at("studio:withdraw", clip))
    assert client.get(at("registry:clip", clip)).status_code == 200
    told = mine.post(at("studio:withdraw", clip), {"sure": "on"}, follow=True)
    assert "You withdrew this clip." in told.content.decode()
    assert client.get(at("registry:clip", clip)).status_code == 410


def test_a_clip_is_searched_by_its_address(desk, clip):
    found = desk.get(reverse("moderation:clips"), {"q": f"http://x/c/{clip.pk}/"})
    assert [each.pk for each in found.context["page"]] == [clip.pk]
    nothing = desk.get(reverse("moderation:clips"), {"q": "a cat"}).content.decode()
    assert "No clip of ours is named there" in nothing


def test_moderators_get_there_from_the_public_page(desk, client, clip):
    link = at("moderation:clip", clip)
    assert link in desk.get(at("registry:clip", clip)).content.decode()
    assert link not in client.get(at("registry:clip", clip)).content.decode()
