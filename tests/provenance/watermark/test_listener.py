"""Hearing the pilots under a few shifts against hearing them under all."""

import numpy as np

from provenance.watermark import MarkKey
from provenance.watermark.listener import Listener
from provenance.watermark.pattern import TILE, pattern_of
from provenance.watermark.planes import Complexes, Floats, as_complexes, as_floats

PILOTS = pattern_of(MarkKey(1, bytes(range(32)))).pilots
GRID = 64


def _under(listener: Listener, values: Complexes, steps: int) -> Floats:
    """Scores under `steps` × `steps` shifts of the tile, shape (n, shifts)."""
    y, x = (side.ravel() for side in np.indices((steps, steps)))
    phase = np.outer(listener.pilots.u, x) + np.outer(listener.pilots.v, y)
    every = (values @ np.exp(-2j * np.pi * phase / steps)).real
    return as_floats(every / np.sqrt((np.abs(values) ** 2).sum(1, keepdims=True) / 2))


def test_an_eighth_of_the_shifts_tells_the_best_of_all() -> None:
    listener = Listener.of(PILOTS, GRID)
    draw = np.random.default_rng(1)
    noise = 0.5 * draw.normal(size=(5, len(PILOTS.u), 2))
    values = as_complexes(noise.view(np.complex128)[..., 0])
    expected = _under(listener, values, GRID).max(1)
    np.testing.assert_allclose(listener.scores(values), expected, rtol=1e-4)


def test_pilots_are_heard_between_the_shifts_of_the_mesh() -> None:
    listener = Listener.of(PILOTS, GRID)
    draw = np.random.default_rng(2)
    shifts = draw.uniform(0, TILE, (8, 2))
    turns = shifts @ np.stack([listener.pilots.u, listener.pilots.v]) * (2 * np.pi / TILE)
    noise = draw.normal(scale=0.7, size=(*turns.shape, 2)).view(np.complex128)[..., 0]
    values = as_complexes(0.6 * np.exp(1j * turns) + noise)
    expected = _under(listener, values, 4 * GRID).max(1)
    heard = listener.peaks(values)
    assert (heard > 0.98 * expected).all()
    assert (heard > 1.05 * listener.scores(values)).sum() >= 4
