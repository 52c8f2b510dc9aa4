"""Poses as numbers, and frames as input."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.embedded.layout import CANVASES
from generation.embedded.motion import wrapped
from generation.embedded.perception import POSE_WIDTH, as_input, decode_pose, encode_pose
from generation.embedded.world.render import Chances, track_of
from generation.embedded.world.spec import sample_spec


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(list(CANVASES)))
def test_a_pose_survives(seed, aspect):
    rng, canvas = random.Random(seed), CANVASES[aspect]
    track, _ = track_of(
        sample_spec(rng), Chances.draw(rng), rng, np.array([rng.uniform(0, 4)]), canvas
    )
    pose = encode_pose(track, canvas)
    assert pose.shape == (1, POSE_WIDTH)
    back = wrapped(decode_pose(pose, canvas), canvas)
    assert back.x[0] == pytest.approx(track.x[0], abs=1e-3)
    assert back.y[0] == pytest.approx(track.y[0], abs=1e-3)
    assert back.radius[0] == pytest.approx(track.radius[0], rel=1e-3)
    assert back.zoom[0] == pytest.approx(track.zoom[0], rel=1e-3)


def test_frames_are_squeezed_and_centred():
    seen = as_input(np.full((2, 40, 80, 3), 255, np.uint8))
    assert seen.shape == (2, 3, 96, 96)
    assert float(seen.min()) == pytest.approx(1.0)
