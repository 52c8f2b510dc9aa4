"""Tracks after sampling."""

import random

import numpy as np
import pytest

from generation.embedded.layers import MARGIN, PERIOD, Track
from generation.embedded.layout import FPS, FRAMES
from generation.embedded.motion import aligned, closed, held, joined, retimed, steady, wrapped
from generation.embedded.world.render import Chances, track_of
from generation.embedded.world.spec import Spec

CANVAS = (1.0, 1.0)


def track(motion="right", seconds=FRAMES / FPS, loop=None) -> Track:
    rng = random.Random(1)
    spec = Spec("ball", "red", motion, "meadow", "day", "clear", "static", "cartoon")
    times = np.arange(round(seconds * FPS)) / FPS
    return track_of(spec, Chances.draw(rng), rng, times, CANVAS, loop)[0]


def tremble(values, size):
    return values + np.random.default_rng(0).normal(0, size, len(values))


def with_x(path, x):
    return Track(x, *(getattr(path, n) for n in Track.__dataclass_fields__ if n != "x"))


def test_tremble_is_taken_out():
    path = track("right")
    rough = with_x(path, tremble(path.x, 0.004))
    smooth = steady(rough)
    assert np.abs(np.diff(smooth.x, 3)).mean() < 0.3 * np.abs(np.diff(rough.x, 3)).mean()
    assert np.abs(smooth.x - path.x).max() < 0.01


def test_what_was_meant_to_rest_rests():
    path = track("still")
    assert np.ptp(steady(with_x(path, tremble(path.x, 0.002))).x) == 0


def test_straight_motion_keeps_its_speed_to_the_ends():
    path = track("right")
    assert np.allclose(steady(path).x, path.x, atol=1e-9)


def test_joined_tracks_follow_one_another():
    path = track()
    assert len(joined([path, path])) == 2 * len(path)


def test_a_continuation_goes_on_without_a_jump():
    whole = track("right", seconds=3)
    before, more = whole.at(slice(0, 48)), whole.at(slice(36, 72))
    shifted = with_x(more, more.x + 1 + 2 * MARGIN)  # the same place, once round the circle
    assert np.allclose(joined([before, aligned(shifted, before, 12)]).x, whole.x)


def test_retiming_keeps_the_path():
    path = track("right")
    slow = retimed(path, 96)
    assert len(slow) == 96
    assert np.allclose(slow.x[::2], path.x, atol=1e-6)


@pytest.mark.parametrize("motion", ["left", "spin", "grow", "circle", "bounce", "still"])
def test_a_loop_of_the_world_closes(motion):
    path = track(motion, loop=FRAMES / FPS)
    again = track(motion, seconds=2 * FRAMES / FPS, loop=FRAMES / FPS)
    assert np.allclose(wrapped(again, CANVAS).x[FRAMES:], wrapped(path, CANVAS).x, atol=1e-6)
    assert np.allclose(again.radius[FRAMES:], path.radius, atol=1e-6)


def test_closing_spreads_the_gap_but_leaves_whole_periods():
    path = track("right")
    span = 1 + 2 * MARGIN
    x = np.arange(FRAMES) / FRAMES * (span + 0.05)
    shut = closed(with_x(path, x), CANVAS, PERIOD)
    ahead = 2 * shut.x[-1] - shut.x[-2]
    assert ahead - shut.x[0] == pytest.approx(span, abs=0.01)


def test_held_poses_change_on_every_third_frame():
    x = held(track("right"), 3).x
    assert np.array_equal(x[0::3], x[1::3])
    assert (np.diff(x[::3]) != 0).all()


def test_who_leaves_comes_back_on_the_other_side():
    path = track("right")
    far = wrapped(with_x(path, path.x + 0.6), CANVAS)
    assert far.x.min() >= -MARGIN
    assert far.x.max() <= 1 + MARGIN
    assert (np.diff(far.x) < -1).any()
