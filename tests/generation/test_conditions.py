"""How references are handed to pipelines."""

import sys
from pathlib import Path

import numpy as np
import pytest

from generation import InvalidRequest
from generation.conditions import CONTEXT, Start, plan
from generation.families import FAMILIES, Way

sys.path.insert(0, str(Path(__file__).parent))
from tiny_generators import OTHER, PICTURE, pictures

SIZE = (64, 64)
LONG = pictures(30)


def shown(image) -> np.ndarray:
    return np.asarray(image.convert("RGB"))


def test_words_alone_need_no_arguments():
    call = plan(Start(SIZE, 2.0), FAMILIES["wan-2.1"])
    assert (call.way, call.frames, call.arguments) == (Way.TEXT, 33, {})


def test_pictures_become_the_ends():
    start = Start(SIZE, 2.0, first=PICTURE, last=OTHER)
    call = plan(start, FAMILIES["wan-2.2-a14b-i2v"])
    assert np.array_equal(shown(call.arguments["image"]), PICTURE)
    assert np.array_equal(shown(call.arguments["last_image"]), OTHER)
    assert call.known == 0


def test_pictures_are_fitted_to_the_size():
    call = plan(Start((96, 48), 2.0, first=PICTURE), FAMILIES["ltx"])
    assert call.arguments["image"].size == (96, 48)


def test_a_last_picture_alone_is_refused_where_it_needs_a_first():
    with pytest.raises(InvalidRequest) as caught:
        plan(Start(SIZE, 2.0, last=OTHER), FAMILIES["wan-2.2-a14b-i2v"])
    assert caught.value.code == "generation.last-frame-alone"


def test_a_clip_is_carried_on_from_its_last_frame():
    call = plan(Start(SIZE, 2.0, before=LONG), FAMILIES["wan-2.1-i2v"])
    assert np.array_equal(shown(call.arguments["image"]), LONG[-1])
    assert call.known == 1


def test_a_mask_tells_known_frames_from_those_to_draw():
    call = plan(Start(SIZE, 2.0, first=PICTURE, last=OTHER), FAMILIES["wan-vace"])
    video, mask = call.arguments["video"], call.arguments["mask"]
    assert len(video) == len(mask) == call.frames == 33
    assert np.array_equal(shown(video[0]), PICTURE)
    assert np.array_equal(shown(video[-1]), OTHER)
    assert set(shown(video[1]).ravel()) == {128}
    assert [np.asarray(m).max() for m in mask] == [0, *[255] * 31, 0]
    assert call.known == 0


def test_several_frames_are_carried_on_where_there_is_room():
    call = plan(Start(SIZE, 2.0, before=LONG), FAMILIES["wan-vace"])
    assert call.known == CONTEXT
    assert call.frames == 33 + CONTEXT - 1
    kept = call.arguments["video"][:CONTEXT]
    assert np.array_equal(np.stack([shown(i) for i in kept]), LONG[-CONTEXT:])


def test_the_longest_clip_is_carried_on_from_one_frame():
    call = plan(Start(SIZE, 5.0, before=LONG), FAMILIES["wan-vace"])
    assert (call.frames, call.known) == (81, 1)


@pytest.mark.parametrize("count", [1, 2, 16, 17, 18])
def test_short_clips_are_carried_on_too(count):
    family = FAMILIES["ltx-condition"]
    call = plan(Start(SIZE, 1.0, before=LONG[:count]), family)
    assert call.known == (17 if count >= 17 else 9 if count >= 9 else 1)
    assert (call.frames - 1) % family.stride == 0


def test_conditions_have_places_in_time():
    call = plan(Start(SIZE, 1.0, first=PICTURE, last=OTHER), FAMILIES["ltx-condition"])
    first, last = call.arguments["conditions"]
    assert (first.frame_index, last.frame_index) == (0, call.frames - 1)
    assert np.array_equal(shown(first.image), PICTURE)
    assert np.array_equal(shown(last.image), OTHER)


def test_a_clip_before_is_one_condition():
    call = plan(Start(SIZE, 1.0, before=LONG), FAMILIES["ltx-condition"])
    (before,) = call.arguments["conditions"]
    assert np.array_equal(np.stack([shown(i) for i in before.video]), LONG[-17:])


@pytest.mark.parametrize("name", ["wan-2.1", "ltx-condition", "cogvideox"])
def test_a_clip_to_redraw_is_cut_to_the_rule(name):
    family = FAMILIES[name]
    call = plan(Start(SIZE, 8.0, source=LONG, strength=0.4), family)
    assert len(call.arguments["video"]) == call.frames == family.frames_within(30)
    assert call.strength == 0.4


def test_a_redrawn_clip_is_no_longer_than_asked():
    call = plan(Start(SIZE, 1.0, source=LONG), FAMILIES["wan-2.1"])
    assert call.frames == 17


def test_a_clip_too_short_to_redraw_is_refused():
    with pytest.raises(InvalidRequest) as caught:
        plan(Start(SIZE, 1.0, source=LONG[:8]), FAMILIES["cogvideox"])
    assert caught.value.code == "generation.source-short"
