"""The numbers of a clip, there and back."""

import random

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.embedded.clipcode import (
    FRAME_WIDTH,
    PARTS,
    PLACE,
    WIDTH,
    decode_light,
    decode_look,
    decode_track,
    encode_light,
    encode_look,
    encode_track,
    join,
    off_circle,
    on_circle,
    part,
)
from generation.embedded.clipcode import given as given_flags
from generation.embedded.layers import MARGIN, PAINTS, SLOT_COUNT, Finish
from generation.embedded.layout import CANVASES, FPS, FRAMES
from generation.embedded.motion import wrapped
from generation.embedded.world.render import Chances, track_of
from generation.embedded.world.spec import sample_spec


def track(seed, canvas=(1.0, 1.0)):
    rng = random.Random(seed)
    spec = sample_spec(rng)
    return track_of(spec, Chances.draw(rng), rng, np.arange(FRAMES) / FPS, canvas)[0]


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=1), st.floats(0.5, 3))
def test_a_value_comes_back_from_its_circle_up_to_whole_periods(value, period):
    back = off_circle(on_circle(np.array(value), period), period)
    assert (back[0] - value[0]) / period == pytest.approx(
        round((back[0] - value[0]) / period), abs=1e-6
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(list(CANVASES)))
def test_a_track_survives(seed, aspect):
    canvas = CANVASES[aspect]
    before = track(seed, canvas)
    after = wrapped(decode_track(*encode_track(before, canvas), canvas), canvas)
    for name, span in (("x", canvas[0] + 2 * MARGIN), ("y", canvas[1] + 2 * MARGIN)):
        gap = np.abs(getattr(after, name) - getattr(before, name))
        assert np.minimum(gap, span - gap).max() < 1e-3
    assert np.allclose(after.radius, before.radius, atol=1e-4)
    assert np.allclose(np.cos(after.rotation), np.cos(before.rotation), atol=1e-4)
    assert np.allclose(after.zoom, before.zoom, atol=1e-4)
    assert np.allclose(np.diff(after.near), np.diff(before.near), atol=1e-4)
    assert np.allclose(np.diff(after.air_y), np.diff(before.air_y), atol=1e-4)


def test_a_subject_that_leaves_and_comes_back_does_not_jump_in_the_code():
    rng = random.Random(0)
    spec = sample_spec(rng)
    spec = type(spec)("ball", "red", "left", "meadow", "day", "clear", "static", "cartoon")
    path, _ = track_of(spec, Chances.draw(rng), rng, 3 + np.arange(FRAMES) / FPS, (1.0, 1.0))
    assert np.abs(np.diff(path.x)).max() > 0.5
    _, motion = encode_track(path, (1.0, 1.0))
    assert np.abs(np.diff(motion.reshape(FRAMES, FRAME_WIDTH), axis=0)).max() < 0.5


def test_colours_survive():
    colours = np.random.default_rng(0).random((SLOT_COUNT, 3), np.float32)
    assert np.allclose(decode_light(encode_light(colours)), colours, atol=1e-6)


def test_the_look_survives():
    palette = np.random.default_rng(0).random((len(PAINTS), 3), np.float32)
    back, finish = decode_look(encode_look(palette, Finish(pixel=1.0)))
    assert np.allclose(back, palette, atol=1e-6)
    assert finish == Finish(pixel=1.0)


def test_a_faint_finish_is_none():
    palette = np.zeros((len(PAINTS), 3), np.float32)
    assert decode_look(encode_look(palette, Finish(glow=0.2)))[1] == Finish()


def test_parts_stand_one_after_the_other():
    code = join(
        {name: np.full(width, i, np.float32) for i, (name, width) in enumerate(PARTS.items())}
    )
    assert code.shape == (WIDTH,)
    for i, name in enumerate(PARTS):
        assert set(part(torch.from_numpy(code), name).tolist()) == {float(i)}


def test_flags_mark_whole_parts_and_first_frames():
    flags = given_flags("shape", first_frames=2)
    assert flags[PLACE["shape"]].all()
    assert not flags[PLACE["stage"]].any()
    assert flags[PLACE["motion"]].sum() == 2 * FRAME_WIDTH
