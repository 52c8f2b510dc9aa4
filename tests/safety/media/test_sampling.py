import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from safety.media.sampling import EVEN, sample
from tests.safety.media.pictures import gradient


@given(st.integers(1, 60))
@settings(max_examples=20)
def test_first_and_last_frame_are_always_looked_at(count):
    chosen = sample(gradient(count, 16), 24, 32)
    assert chosen.indices[0] == 0
    assert chosen.indices[-1] == count - 1
    assert chosen.frames.shape == (len(chosen.indices), 32, 32, 3)


def test_a_long_clip_is_sampled_evenly():
    assert len(sample(gradient(96), 24, 32).indices) == EVEN


def test_a_single_strange_frame_between_even_ones_is_looked_at():
    frames = np.full((120, 32, 32, 3), 90, np.uint8)
    frames[57] = 255
    assert 57 in sample(frames, 24, 32).indices


def test_time_ranges_are_in_seconds():
    chosen = sample(gradient(48), 24, 32)
    which = np.zeros(len(chosen.indices), bool)
    which[[0, -1]] = True
    assert chosen.seconds(which) == (0.0, 2.0)
