"""Hearing the pilots under an eighth of the shifts against hearing them under all."""

import numpy as np

from provenance.watermark import MarkKey
from provenance.watermark.listener import Listener
from provenance.watermark.pattern import pattern_of

PILOTS = pattern_of(MarkKey(1, bytes(range(32)))).pilots
GRID = 64


def test_an_eighth_of_the_shifts_tells_the_best_of_all() -> None:
    listener = Listener.of(PILOTS, GRID)
    draw = np.random.default_rng(1)
    count = len(listener.pilots.u)
    values = (0.5 * draw.normal(size=(5, count, 2))).view(np.complex128)[..., 0]
    y, x = (side.ravel() for side in np.indices((GRID, GRID)))
    phase = np.outer(listener.pilots.u, x) + np.outer(listener.pilots.v, y)
    every = (values @ np.exp(-2j * np.pi * phase / GRID)).real.max(1)
    expected = every / np.sqrt((np.abs(values) ** 2).sum(1) / 2)
    np.testing.assert_allclose(listener.scores(values.astype(np.complex64)), expected, rtol=1e-4)
