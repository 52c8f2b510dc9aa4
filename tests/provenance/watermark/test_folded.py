"""What tiles laid upon one another say, without laying them."""

import numpy as np

from provenance.watermark.folded import Folded
from provenance.watermark.fourier import Fourier
from provenance.watermark.geometry import Geometry
from provenance.watermark.pattern import REACH, TILE


def test_a_picture_is_folded_tile_upon_tile() -> None:
    picture = np.random.default_rng(2).normal(size=(2 * TILE, 3 * TILE)).astype(np.float32)
    folded = Folded.of(Fourier.of([picture]), Geometry.of(False, 1.0, 1.0, 0.0))

    tile = picture.reshape(2, TILE, 3, TILE).sum((0, 2))
    expected = np.fft.fftshift(np.fft.rfft2(tile), axes=0)
    middle = TILE // 2
    expected = expected[middle - REACH : middle + REACH + 1, : REACH + 1]
    rms = np.sqrt(picture.size)
    assert np.abs(folded.spectra[0] * folded.noise[0] - expected).max() < 0.01 * rms


def test_noise_is_brought_to_unit_power() -> None:
    picture = np.random.default_rng(3).normal(0, 7, (300, 400)).astype(np.float32)
    folded = Folded.of(Fourier.of([picture]), Geometry.of(True, 0.8, 0.9, 0.2))
    assert 0.9 < np.median(np.abs(folded.spectra) ** 2) / np.log(2) < 1.5


def test_each_picture_is_folded_for_itself() -> None:
    draw = np.random.default_rng(4)
    pictures = [draw.normal(size=(200, 300)).astype(np.float32) for _ in range(3)]
    lattice = Geometry.of(False, 0.7, 0.7, 0.1)
    together = Folded.of(Fourier.of(pictures), lattice)
    for number, picture in enumerate(pictures):
        alone = Folded.of(Fourier.of([picture]), lattice)
        np.testing.assert_allclose(together.spectra[number], alone.spectra[0], atol=1e-4)
