"""Layers drawn as frames."""

import dataclasses
import random

import numpy as np
import pytest

from generation.embedded.compose import compose, finished, over, paint
from generation.embedded.layers import PAINTS, Finish, Sprite
from generation.embedded.world.render import draw_clip
from generation.embedded.world.spec import Spec, sample_spec

PLAIN = Spec("heart", "red", "still", "meadow", "day", "clear", "static", "cartoon")
TIMES = np.arange(8) / 8
SIZE = (96, 96)


@pytest.fixture(scope="module")
def clip():
    return draw_clip(PLAIN, 1, SIZE, TIMES)


def moved(clip, **changes):
    return dataclasses.replace(clip, track=dataclasses.replace(clip.track, **changes))


def test_a_clip_has_one_frame_for_each_moment_of_its_track(clip):
    assert compose(clip, (128, 64)).shape == (8, 64, 128, 3)


def test_the_same_layers_give_the_same_frames(clip):
    assert np.array_equal(compose(clip, SIZE), compose(clip, SIZE))


def test_layers_can_be_drawn_at_any_size(clip):
    large = compose(clip, (192, 192)).astype(float)
    small = compose(clip, SIZE).astype(float)
    halved = large.reshape(8, 96, 2, 96, 2, 3).mean((2, 4))
    assert np.abs(halved - small).mean() < 4


def test_the_landscape_repeats_after_its_period(clip):
    period = moved(clip, far=clip.track.far + 1.6, near=clip.track.near + 1.6)
    assert np.array_equal(compose(period, SIZE), compose(clip, SIZE))


def test_a_subject_outside_the_picture_is_not_seen(clip):
    gone, nobody = moved(clip, x=clip.track.x + 5), compose(clip, SIZE)
    scene = compose(gone, SIZE)
    red = (scene[..., 0] > 180) & (scene[..., 1] < 80)
    assert not red.any()
    assert not np.array_equal(scene, nobody)


def test_a_turned_subject_keeps_its_place_and_size(clip):
    upright = compose(clip, SIZE)[0]
    turned = compose(moved(clip, rotation=clip.track.rotation + np.pi), SIZE)[0]
    masks = [(f[..., 0] > 180) & (f[..., 1] < 80) for f in (upright, turned)]
    assert abs(masks[0].sum() - masks[1].sum()) < 0.1 * masks[0].sum()


def test_glow_adds_light_around_the_subject_without_covering():
    coverage = np.zeros((64, 64, len(PAINTS)), np.float32)
    coverage[28:36, 28:36, 0] = 1
    sprite = Sprite(coverage, np.full((len(PAINTS), 3), 0.8, np.float32))
    dark, bright = paint(sprite, 0.0, 64), paint(sprite, 1.0, 64)
    assert dark[26, 32, :3].sum() == 0 < bright[26, 32, :3].sum()
    assert np.array_equal(dark[..., 3], bright[..., 3])


def test_pixel_art_has_few_tones_and_blocks():
    frame = np.random.default_rng(0).integers(0, 255, (96, 96, 3), np.uint8)
    drawn = finished(frame, Finish(pixel=1.0), 96)
    assert len(np.unique(drawn)) <= 8
    assert np.array_equal(drawn[::3, ::3], drawn[1::3, 1::3])


def test_wet_paint_is_softer():
    frame = np.random.default_rng(0).integers(0, 255, (256, 256, 3), np.uint8)
    assert finished(frame, Finish(soft=1.0), 256).std() < frame.std()


def test_over_follows_the_alpha():
    bottom = np.full((2, 2, 3), 100, np.uint8)
    top = np.zeros((2, 2, 4), np.uint8)
    top[0] = (200, 0, 0, 255)
    assert over(top, bottom).tolist() == [[[200, 0, 0]] * 2, [[100, 100, 100]] * 2]


@pytest.mark.parametrize("seed", range(6))
def test_every_kind_of_clip_can_be_composed(seed):
    spec = sample_spec(random.Random(seed))
    frames = compose(draw_clip(spec, seed, SIZE, TIMES), SIZE)
    assert frames.std() > 10
