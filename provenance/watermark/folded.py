"""All tiles of a picture laid upon one another: what repeats adds up, all else is noise."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import fft

from provenance.watermark.geometry import Geometry, fold
from provenance.watermark.pattern import TILE, Carriers
from provenance.watermark.planes import Complexes, Floats, as_complexes, as_floats

_APART = 2
"""Tile units around a shift that are no other shift."""


@dataclass(frozen=True)
class Folded:
    """The spectrum of a folded tile, whitened: unit noise in every lattice point."""

    spectrum: Complexes
    noise: Floats

    @classmethod
    def of(cls, picture: Floats, geometry: Geometry, noise: Floats | None = None) -> Folded:
        """Fold a picture; `noise` is the level to divide by, measured here if not given."""
        spectrum = fft.rfft2(fold(picture, geometry))
        if noise is not None:
            return cls(as_complexes(spectrum / noise), noise)
        power = np.fft.fftshift(np.abs(spectrum) ** 2, axes=0).astype(np.float32)
        power = np.minimum(power, np.float32(np.percentile(power, 99.5)))
        level = np.fft.ifftshift(np.sqrt(cv2.blur(power, (9, 9))), axes=0)
        noise = as_floats(level) + np.float32(1e-9)
        return cls(as_complexes(spectrum / noise), noise)

    def pilot_score(self, pilots: Carriers) -> float:
        """Standard score of the pilots at the place where the geometry says they are."""
        return _score(pilots.measure(self.spectrum))

    def shifts(self, pilots: Carriers, count: int) -> list[tuple[float, tuple[float, float]]]:
        """The cyclic shifts (x, y), in tile units, under which the pilots are heard best, each a
        little apart from the others, and their standard score there; the best first."""
        measured = pilots.measure(self.spectrum)
        correlation = _cyclic_correlation(measured[None], pilots, TILE)[0]
        left, near = correlation.copy(), np.arange(-_APART, _APART + 1)
        found = []
        for _ in range(count):
            row, column = divmod(int(left.argmax()), TILE)
            shift = (
                -column - _vertex(correlation[row], column),
                -row - _vertex(correlation[:, column], row),
            )
            found.append((float(correlation[row, column]) / _norm(measured), shift))
            left[np.ix_((row + near) % TILE, (column + near) % TILE)] = -np.inf
        return found


def _cyclic_correlation(values: Complexes, pilots: Carriers, grid: int) -> Floats:
    """Sum of the pilots' values turned back by every shift of a grid × grid mesh over the tile;
    values (n, pilots), result (n, grid, grid), its index the negative shift."""
    plane = np.zeros((len(values), grid, grid // 2 + 1), np.complex64)
    twice = np.where(pilots.u == 0, np.float32(2), np.float32(1))  # no mirror image to add them
    plane[:, pilots.v % grid, pilots.u] = values.conj() * twice
    return as_floats(fft.irfft2(plane, (grid, grid), norm="forward") / 2)


def _score(measured: Complexes) -> float:
    return float(measured.real.sum()) / _norm(measured)


def _norm(measured: Complexes) -> float:
    return math.sqrt(float(np.sum(np.abs(measured) ** 2)) / 2 + 1e-9)


def _vertex(samples: NDArray[np.floating], index: int) -> float:
    """Offset of a parabola's top through a cyclic maximum and its neighbours."""
    before, here = float(samples[index - 1]), float(samples[index])
    after = float(samples[(index + 1) % len(samples)])
    bend = before - 2 * here + after
    return 0.0 if bend == 0 else 0.5 * (before - after) / bend
