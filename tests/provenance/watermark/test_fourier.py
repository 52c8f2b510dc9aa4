"""The transform at any frequency against the sum that defines it."""

import numpy as np

from provenance.watermark import MarkKey
from provenance.watermark.fourier import Fourier
from provenance.watermark.geometry import Geometry
from provenance.watermark.pattern import TILE, pattern_of

PILOTS = pattern_of(MarkKey(1, bytes(range(32)))).pilots


def test_a_wave_between_the_points_of_the_mesh_is_measured_to_a_hundredth() -> None:
    picture = np.random.default_rng(3).normal(size=(96, 128)).astype(np.float32)
    lattice = Geometry.of(False, 0.83, 0.91, 0.07)
    measured = Fourier.of([picture]).of_waves(PILOTS.u, PILOTS.v, [lattice])[0, :, 0]

    y, x = (side.ravel() for side in np.indices(picture.shape))
    units = np.linalg.inv(lattice.array) @ np.stack([x - 64, y - 48])
    phase = np.stack([PILOTS.u, PILOTS.v], 1) @ units * (2 * np.pi / TILE)
    expected = np.exp(-1j * phase) @ picture.ravel()
    rms = np.sqrt(picture.size)
    assert np.abs(measured - expected).max() < 0.01 * rms
