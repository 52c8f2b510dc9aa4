"""Finding the subject in a frame by drawing it."""

import dataclasses

import numpy as np
import pytest

from generation.embedded.compose import Canvas, compose
from generation.embedded.matching import (
    Pose,
    centred,
    foreground,
    match,
    pose_at,
    tinted,
    with_poses,
)
from generation.embedded.starts import recoloured
from generation.embedded.world.render import draw_clip
from generation.embedded.world.spec import Spec

SIZE = (128, 128)


@pytest.fixture(scope="module")
def clip():
    spec = Spec("rocket", "green", "rise", "meadow", "day", "clear", "static", "cartoon")
    return draw_clip(spec, 4, SIZE, np.array([0.8, 1.0]))


@pytest.fixture(scope="module")
def scenery(clip):
    empty = dataclasses.replace(clip.sprite, coverage=np.zeros_like(clip.sprite.coverage))
    return compose(dataclasses.replace(clip, sprite=empty), SIZE)


def test_a_subject_is_found_from_a_wrong_guess(clip, scenery):
    seen, true = compose(clip, SIZE)[0], pose_at(clip.track, 0)
    wrong = Pose(true.x + 0.15, true.y - 0.12, true.log_radius + 0.3, true.rotation + 0.4)
    found = match(clip.sprite, scenery[0], seen, [wrong])
    assert found.pose.x == pytest.approx(true.x, abs=0.02)
    assert found.pose.y == pytest.approx(true.y, abs=0.02)
    assert found.difference < 2


def test_what_stands_out_gives_the_first_guess(clip, scenery):
    seen, true = compose(clip, SIZE)[0], pose_at(clip.track, 0)
    guess = centred(Pose(0, 0, 0, 0), foreground(seen, scenery[0]), Canvas(*SIZE))
    assert guess.x == pytest.approx(true.x, abs=0.06)
    assert guess.y == pytest.approx(true.y, abs=0.1)


def test_nothing_stands_out_of_the_landscape_alone(scenery):
    mask = foreground(scenery[0], scenery[0])
    assert not mask.any()
    pose = Pose(0.3, 0.4, -1.5, 0.2)
    assert centred(pose, mask, Canvas(*SIZE)) == pose


def test_the_body_takes_the_colour_that_is_seen(clip, scenery):
    seen = compose(clip, SIZE)[0]
    grey = np.full_like(clip.sprite.palette, 0.5)
    body = tinted(grey, seen, foreground(seen, scenery[0]))[0]
    assert body[1] > body[0] + 0.2


def test_poses_go_into_a_track(clip):
    moved = with_poses(clip.track, [Pose(0.1, 0.2, -1.0, 0.3)] * 2)
    assert pose_at(moved, 1) == Pose(0.1, 0.2, pytest.approx(-1.0), 0.3)


def test_colours_are_solved_for(clip):
    wanted = compose(clip, SIZE)
    grey = dataclasses.replace(
        clip,
        stage=dataclasses.replace(clip.stage, colours=np.full_like(clip.stage.colours, 0.5)),
        sprite=dataclasses.replace(clip.sprite, palette=np.full_like(clip.sprite.palette, 0.5)),
    )
    again = compose(recoloured(grey, wanted), SIZE)
    assert np.abs(again.astype(int) - wanted).mean() < 4
