"""The drawn world: what training sees."""

import dataclasses
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.embedded.vocabulary import PHRASES, values
from generation.embedded.world.captions import caption
from generation.embedded.world.motion import follow
from generation.embedded.world.render import render, shrink
from generation.embedded.world.spec import (
    HELD_OUT_COLOUR,
    HELD_OUT_MOTION,
    Spec,
    is_held_out,
    sample_spec,
)

PLAIN = Spec("heart", "red", "still", "meadow", "day", "clear", "static", "cartoon")
TIMES = np.arange(16) / 8


def draw(spec: Spec, seed: int = 1):
    return render(spec, seed, (64, 64), TIMES)


def test_training_never_sees_a_held_out_combination():
    rng = random.Random(0)
    assert not any(is_held_out(sample_spec(rng)) for _ in range(500))
    assert all(is_held_out(sample_spec(rng, held_out=True)) for _ in range(50))


def test_every_subject_colour_and_motion_is_seen_in_training():
    assert (len(HELD_OUT_COLOUR), len(HELD_OUT_MOTION)) == (10, 10)
    for subject in values("subject"):
        assert any((subject, c) not in HELD_OUT_COLOUR for c in values("colour"))
        assert any((subject, m) not in HELD_OUT_MOTION for m in values("motion"))


def test_a_clip_depends_on_its_seed_alone():
    first, again, other = draw(PLAIN, 5), draw(PLAIN, 5), draw(PLAIN, 6)
    assert np.array_equal(first.frames, again.frames)
    assert not np.array_equal(first.frames, other.frames)


def test_no_two_individuals_are_alike():
    a, b = (draw(PLAIN, seed).clip.sprite.coverage for seed in (1, 2))
    assert a.shape != b.shape or not np.array_equal(a, b)


@pytest.mark.parametrize("attribute", ["subject", "colour", "scene", "time", "weather", "style"])
def test_every_value_looks_different(attribute):
    clips = [
        draw(dataclasses.replace(PLAIN, **{attribute: v})).frames.tobytes()
        for v in values(attribute)
    ]
    assert len(set(clips)) == len(clips)


def track(**changes):
    return draw(dataclasses.replace(PLAIN, **changes)).clip.track


@pytest.mark.parametrize(
    ("motion", "axis", "sign"),
    [("left", "x", -1), ("right", "x", 1), ("rise", "y", -1), ("fall", "y", 1)],
)
def test_subjects_move_as_they_are_told(motion, axis, sign):
    path = getattr(track(motion=motion), axis)
    assert sign * (path[-1] - path[0]) > 0.3


@pytest.mark.parametrize(("motion", "sign"), [("grow", 1), ("shrink", -1)])
def test_subjects_change_size_as_they_are_told(motion, sign):
    radius = track(motion=motion).radius
    assert sign * np.log(radius[-1] / radius[0]) > 0.5


def test_the_camera_moves_the_landscape_and_not_the_subject():
    still, pan = track(), track(camera="pan_left")
    assert np.array_equal(still.x, pan.x)
    assert still.near[0] == pan.near[0]
    assert pan.near[-1] < still.near[-1] - 0.2


def test_a_continuation_is_the_later_part_of_the_same_clip():
    spec = dataclasses.replace(PLAIN, motion="rise")
    whole = render(spec, 3, (64, 64), np.arange(32) / 8).frames
    assert np.array_equal(render(spec, 3, (64, 64), 2 + TIMES).frames, whole[16:])


def test_a_passing_subject_comes_back_on_the_other_side():
    path = follow(
        dataclasses.replace(PLAIN, motion="left"), random.Random(0), np.arange(64) / 8, 1, 1
    )
    assert (np.diff(path.x) > 0.5).sum() >= 1


def test_shrinking_averages():
    images = np.arange(2 * 4 * 4 * 3, dtype=np.uint8).reshape(2, 4, 4, 3)
    assert np.array_equal(shrink(images, 4)[:, 0, 0], np.rint(images.mean((1, 2))).astype(np.uint8))


@given(st.integers(0, 2**32))
def test_a_caption_says_nothing_false(seed):
    rng = random.Random(seed)
    # A city and a fixed camera share no words with subjects, colours and motions.
    spec = dataclasses.replace(sample_spec(rng), scene="city", camera="static")
    text = f" {caption(spec, rng).lower()} "
    for attribute in ("subject", "colour", "motion"):
        told = {
            v for v, phrases in PHRASES[attribute].items() if any(f" {p} " in text for p in phrases)
        }
        assert told <= {getattr(spec, attribute)}
