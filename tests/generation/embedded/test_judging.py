"""The judge that ships: what it sees in clips, measured against fresh renders."""

import random

import numpy as np
import pytest

from generation.embedded import identity, judge
from generation.embedded.judging import as_shown
from generation.embedded.understanding import asked
from generation.embedded.world.render import render
from generation.embedded.world.spec import Spec

TIMES = np.arange(48) / 24


def clip(subject="cat", colour="red", motion="left", scene="meadow", seed=1):
    spec = Spec(subject, colour, motion, scene, "day", "clear", "static", "cartoon")
    return render(spec, seed, (256, 256), TIMES).frames


def test_what_a_prompt_asks_for():
    assert asked("A crimson kitten moving left in a field, watercolour") == {
        "subject": "cat", "colour": "red", "motion": "left", "scene": "meadow",
        "style": "watercolour",
    }  # fmt: skip


def test_a_true_caption_scores_higher_than_a_false_one():
    frames = clip()
    right = judge(frames, 24, "a red cat moving left in a meadow")
    wrong = judge(frames, 24, "a blue rocket rising in space")
    assert right > 0.8 > 0.3 > wrong


def test_a_prompt_without_anything_known_is_not_judged():
    assert judge(clip(), 24, "quarterly figures of the surgeon") is None


def test_motion_is_not_judged_in_a_short_clip():
    short = clip()[:24]
    assert judge(short, 24, "a red cat moving right") == pytest.approx(
        judge(short, 24, "a red cat"), abs=1e-6
    )


def test_a_clip_too_short_to_see_is_not_judged():
    assert judge(clip()[:8], 24, "a red cat") is None


def test_clips_are_shown_small_and_large():
    shown = as_shown([clip(), clip()])
    assert shown.small.shape == (2, 16, 48, 48, 3)
    assert shown.large.shape == (2, 4, 96, 96, 3)


def test_identity_is_a_unit_vector():
    assert np.linalg.norm(identity(clip())) == pytest.approx(1, abs=1e-5)


def test_the_same_subject_is_alike_and_another_is_not():
    rng = random.Random(0)
    here, there = clip("fish", "pink", "left", "ocean"), clip("fish", "pink", "still", "desert", 5)
    other = clip("rocket", "green", "rise", "ocean", rng.randrange(100))
    assert identity(here) @ identity(there) > 0.75 > 0.5 > identity(here) @ identity(other)
