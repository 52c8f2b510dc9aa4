"""The carriers: a square tile of plane waves that repeats over the picture.

A wave that makes whole numbers u, v of cycles per tile is continuous across tile borders, so the
tiled pattern has a line spectrum: its energy sits in known lattice points of the Fourier plane,
between them there is only the picture. A few waves are *pilots*, with phases that the sync key
fixes; scale, rotation and position of an upload are read off them. All others carry data: the
in-phase and the quadrature part of each are one signed symbol (spread spectrum, Cox et al. 1997;
a periodic pattern as its own ruler, Kutter 1998).

Positions are counted in *tile units*, `TILE` to a period, whatever the tile's size in pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from provenance.watermark.code import Scrambler
from provenance.watermark.keys import MarkKey, generator
from provenance.watermark.planes import Complexes, Floats, as_complexes, as_floats

TILE = 256
"""Tile units per period, and pixels per tile on clips up to `BASE_SIDE`."""
BASE_SIDE = 512
INNER, SPLIT, OUTER = 5.0, 18.0, 28.0
"""Cycles per tile of the slowest and the fastest carrier: slow enough to outlive halving and
strong compression, fast enough not to be seen as clouds."""
REACH = math.floor(OUTER)
"""Largest u and v of a carrier."""
SLOW_PILOTS, FAST_PILOTS = 112, 56
SLOW_GAINS, FAST_GAINS = (1.0, 1.3), (0.935, 2.15)
"""Amplitudes of data and of pilots. In dense texture only the fast pilots are heard, and few waves
of unequal strength are found by a search that many equal ones elude; what they have more of is
taken from the fast data (ADR 13)."""
CREST = 2.5
"""Largest value of a tile, in its rms: no single speck stands out on a flat area."""
TILT = -0.35
"""Amplitude falls with frequency as r**TILT: encoders keep slow waves longer."""


@dataclass(frozen=True, eq=False)
class Carriers:
    """Waves cos(2π(u x + v y) / TILE + phase); all fields of shape (n,). Equal to itself alone."""

    u: NDArray[np.int64]
    v: NDArray[np.int64]
    phase: NDArray[np.float64]

    @property
    def radius(self) -> NDArray[np.float64]:
        return np.hypot(self.u, self.v)

    def within(self, radius: float) -> Carriers:
        """The waves of at most `radius` cycles per tile."""
        return self.ordered(np.flatnonzero(self.radius <= radius))

    def ordered(self, order: NDArray[np.intp]) -> Carriers:
        """The waves of these numbers, in their order."""
        return Carriers(self.u[order], self.v[order], self.phase[order])

    @property
    def lattice(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Where the waves lie in a tile's spectrum of which REACH rows lie above v = 0 and as many
        below, and no column left of u = 0: (rows, columns)."""
        return self.v + REACH, self.u

    def measure(self, spectra: Complexes) -> Complexes:
        """Complex amplitudes relative to the waves' own phase, from tiles' spectra (see `lattice`);
        shape (..., 2 · REACH + 1, REACH + 1) to (..., n)."""
        return as_complexes(spectra[..., *self.lattice] * np.exp(-1j * self.phase))

    def waves(self, weights: NDArray[np.complexfloating], size: int) -> NDArray[np.float64]:
        """Sum of the weighted waves as a (size, size) tile."""
        spectrum = np.zeros((size, size), np.complex128)
        amplitude = weights * np.exp(1j * self.phase) * self.radius**TILT
        np.add.at(spectrum, (self.v % size, self.u % size), amplitude)
        np.add.at(spectrum, (-self.v % size, -self.u % size), amplitude.conj())
        return np.fft.ifft2(spectrum).real * size**2


def _half_plane() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All lattice points of the ring, one of each conjugate pair."""
    u, v = np.meshgrid(np.arange(REACH + 1), np.arange(-REACH, REACH + 1))
    radius = np.hypot(u, v)
    chosen = (radius >= INNER) & (radius <= OUTER) & ((u > 0) | (v > 0))
    return u[chosen], v[chosen]


def _slow(carriers: Carriers) -> NDArray[np.complex128]:
    return (carriers.radius < SPLIT).astype(np.complex128)


def _fast(carriers: Carriers) -> NDArray[np.complex128]:
    return (carriers.radius >= SPLIT).astype(np.complex128)


class Pattern:
    """Pilots, data carriers and code of one key."""

    def __init__(self, key: MarkKey) -> None:
        u, v = _half_plane()
        draw = generator(key.sync)
        order = draw.permutation(len(u))
        slow = np.hypot(u, v)[order] < SPLIT
        chosen = np.concatenate([order[slow][:SLOW_PILOTS], order[~slow][:FAST_PILOTS]])
        pilots, data = np.sort(chosen), np.setdiff1d(order, chosen)
        self.pilots = Carriers(u[pilots], v[pilots], draw.uniform(0, 2 * np.pi, len(pilots)))
        phases = generator(key.data).uniform(0, 2 * np.pi, len(data))
        self.data = Carriers(u[data], v[data], phases)
        self.scrambler = Scrambler(key.signs, 2 * len(data))

    def tiles(self, payload: int, size: int = TILE) -> tuple[Floats, Floats]:
        """The pattern of one payload as (slow, fast) tiles of shape (size, size).

        The slow tile has unit rms, the fast one the same spectral density.
        """
        signs = self.scrambler.spread(payload)
        symbols = signs[0::2] + 1j * signs[1::2]
        slow, fast = (
            data * self.data.waves(symbols * band(self.data), size)
            + pilots * self.pilots.waves(band(self.pilots), size)
            for band, (data, pilots) in ((_slow, SLOW_GAINS), (_fast, FAST_GAINS))
        )
        unit = slow.std()
        flattened = (as_floats(np.clip(tile / unit, -CREST, CREST)) for tile in (slow, fast))
        return next(flattened), next(flattened)

    def symbols(self, spectra: Complexes) -> Floats:
        """What the data carriers say in the spectra of folded tiles, real and imaginary in turn;
        shape (..., 2 · REACH + 1, REACH + 1) to (..., symbols)."""
        measured = self.data.measure(spectra) * np.float32(math.sqrt(2))
        return np.ascontiguousarray(measured).view(np.float32)


@lru_cache(maxsize=64)
def pattern_of(key: MarkKey) -> Pattern:
    return Pattern(key)


def tile_pixels(width: int, height: int) -> int:
    """Pixels per tile on a clip of this size: grows with the clip, so that a 1080p clip shown at
    360p keeps its carriers; never below TILE, so that a small clip is not marked too finely."""
    return round(TILE * max(1.0, min(width, height) / BASE_SIDE))
