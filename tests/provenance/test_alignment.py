"""Pairing an upload with a clip along a line in time."""

import numpy as np
import pytest

from provenance.alignment import pair


@pytest.mark.parametrize("seed", range(40))
def test_a_pairing_pairs_something_or_is_none(seed: int) -> None:
    draw = np.random.default_rng(seed)
    count = int(draw.integers(1, 4))
    seconds = (np.arange(count) / 24).astype(np.float32)
    distance = draw.uniform(0, 2, (1, count)).astype(np.float32)
    pairing = pair(distance, np.zeros(1, np.float32), seconds)
    assert pairing is None or len(pairing.reference) > 0
