"""All tiles of an upload laid upon one another: what repeats adds up, all else is noise.

The spectrum of such a sum is the picture's own at the frequencies that the waves have under the
lattice: nothing has to be laid anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import fft

from provenance.watermark.fourier import Fourier
from provenance.watermark.geometry import Geometry
from provenance.watermark.pattern import REACH, TILE, Carriers
from provenance.watermark.planes import Complexes, Floats, as_complexes, as_floats, local_mean

_V, _U = (grid.ravel() for grid in np.mgrid[-REACH : REACH + 1, : REACH + 1])
_LOUD = 0.92
"""Share of the lattice points above whose power none counts for more to the noise around it: what
is loud may be the mark."""
_APART = 5
"""Tile units around a shift that are no other shift."""


@dataclass(frozen=True)
class Folded:
    """Spectra of the folded tiles of pictures, whitened: unit noise in every lattice point.

    Args:
        spectra: shape (pictures, REACH * 2 + 1, REACH + 1), rows v from -REACH, columns u from 0.
        noise: what they were divided by, the same shape.
    """

    spectra: Complexes
    noise: Floats

    @classmethod
    def of(cls, fourier: Fourier, geometry: Geometry) -> Folded:
        """Fold pictures along a lattice."""
        summed = fourier.of_waves(_U, _V, [geometry])[0]
        away = np.linalg.solve(geometry.array, np.subtract(geometry.shift, fourier.centre))
        summed *= np.exp(2j * np.pi / TILE * (_U * away[0] + _V * away[1]))[:, None]
        spectra = summed.reshape(2 * REACH + 1, REACH + 1, -1)
        power = spectra.real**2 + spectra.imag**2
        power = as_floats(np.minimum(power, np.quantile(power, _LOUD, (0, 1))))
        noise = np.sqrt(local_mean(power, 9).reshape(power.shape)) + np.float32(1e-9)
        return cls(as_complexes((spectra / noise).transpose(2, 0, 1)), noise.transpose(2, 0, 1))

    def pilot_scores(self, pilots: Carriers) -> Floats:
        """Standard score of the pilots of each picture at the place where the geometry says they
        are."""
        measured = pilots.measure(self.spectra)
        return as_floats(measured.real.sum(-1) / _norm(measured))

    def shifts(self, pilots: Carriers, count: int) -> list[tuple[float, tuple[float, float]]]:
        """The cyclic shifts (x, y), in tile units, under which the pilots of the first picture are
        heard best, each a little apart from the others, and their standard score there; the best
        first."""
        measured = pilots.measure(self.spectra[0])
        correlation = _cyclic_correlation(measured, pilots)
        left, near = correlation.copy(), np.arange(-_APART, _APART + 1)
        found = []
        for _ in range(count):
            row, column = divmod(int(left.argmax()), TILE)
            shift = (
                -column - _vertex(correlation[row], column),
                -row - _vertex(correlation[:, column], row),
            )
            found.append((float(correlation[row, column] / _norm(measured)), shift))
            left[np.ix_((row + near) % TILE, (column + near) % TILE)] = -np.inf
        return found


def _cyclic_correlation(values: Complexes, pilots: Carriers) -> Floats:
    """Sum of the pilots' values, shape (pilots,), turned back by every shift of a tile; shape
    (TILE, TILE), its index the negative shift."""
    plane = np.zeros((TILE, TILE // 2 + 1), np.complex64)
    twice = np.where(pilots.u == 0, np.float32(2), np.float32(1))  # no mirror image to add them
    plane[pilots.v % TILE, pilots.u] = values.conj() * twice
    return as_floats(fft.irfft2(plane, (TILE, TILE), norm="forward") / 2)


def _norm(measured: Complexes) -> Floats:
    return as_floats(np.sqrt((measured.real**2 + measured.imag**2).sum(-1) / 2 + 1e-9))


def _vertex(samples: Floats, index: int) -> float:
    """Offset of a parabola's top through a cyclic maximum and its neighbours."""
    before, here = float(samples[index - 1]), float(samples[index])
    after = float(samples[(index + 1) % len(samples)])
    bend = before - 2 * here + after
    return 0.0 if bend == 0 else 0.5 * (before - after) / bend
