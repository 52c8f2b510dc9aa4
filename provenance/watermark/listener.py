"""Hearing the pilots under all shifts at once: one product of matrices for many lattices."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from provenance.watermark.pattern import Carriers
from provenance.watermark.planes import Complexes, Floats, as_complexes, as_floats

_LOUDEST = 2.5
"""Amplitude, in that of the noise, above which no pilot counts for more."""


@dataclass(frozen=True, eq=False)
class Listener:
    """Pilots, and what turns their values back by the shifts of a mesh over the tile.

    Args:
        pilots: the carriers listened to, ordered by whether u and v are odd.
        grid: shifts per axis; a multiple of 4.
    """

    pilots: Carriers
    grid: int

    @classmethod
    @lru_cache(maxsize=4)
    def of(cls, pilots: Carriers, grid: int, radius: float = math.inf) -> Listener:
        """A listener to the pilots of at most `radius`; kept for the next picture."""
        pilots = pilots.within(radius)
        return cls(pilots.ordered(np.argsort(_parity(pilots), kind="stable")), grid)

    def scores(self, values: Complexes) -> Floats:
        """Pilot score of each row of measured pilots (n, pilots), the best over the mesh of shifts.

        Half a tile to the right, the waves of odd u are turned round, half a tile further down
        those of odd v; opposite shifts turn the sines round. So sums over an eighth of the shifts
        tell all of them.
        """
        values, norm = _tamed(values)
        ahead, behind = self._over_places(values)
        return as_floats(np.maximum(ahead, behind, out=ahead).max(1) / norm)

    def peaks(self, values: Complexes) -> Floats:
        """The same over shifts between those of the mesh as well: a sixth more where pilots are
        heard, and less where they are not; at half as much cost again."""
        values, norm = _tamed(values)
        return as_floats(self.tops(values) / norm)

    def tops(self, values: Complexes) -> Floats:
        """Highest correlation of each row of measured pilots (n, pilots) with their phases, over
        all shifts, between those of the mesh as well."""
        ahead, behind = self._over_places(values)
        place = np.maximum(ahead, behind).argmax(1)
        rows = np.arange(len(values))
        opposite = np.where(ahead[rows, place] < behind[rows, place], -1, 1)
        y, x = np.divmod(place, self.grid // 2)
        steps = np.outer(opposite * x, self.pilots.u) + np.outer(opposite * y, self.pilots.v)
        turned = values * self._circle[steps % self.grid]
        half = (turned.real @ self._halves.T).argmax(1)
        return as_floats((turned * self._halves[half] @ self._near.T).real.max(1))

    def _over_places(self, values: Complexes) -> tuple[Floats, Floats]:
        """Correlations with the pilots' phases under the first eighth of the shifts and under those
        opposite to them, the best over half-tile shifts of each; shape (n, places)."""
        real, imaginary = (np.ascontiguousarray(part) for part in (values.real, values.imag))
        ahead, behind = [], []
        for waves, cosines, sines in self._eighth:
            steady, turned = real[:, waves] @ cosines, imaginary[:, waves] @ sines
            ahead.append(steady + turned)
            behind.append(np.subtract(steady, turned, out=steady))
        return _best_of_halves(ahead), _best_of_halves(behind)

    @cached_property
    def _near(self) -> Complexes:
        """What turns the pilots' values back by shifts within a step of the mesh."""
        y, x = (side.ravel() for side in np.mgrid[-1:1:9j, -1:1:9j] / self.grid)
        steps = np.outer(x, self.pilots.u) + np.outer(y, self.pilots.v)
        return as_complexes(np.exp(-2j * np.pi * steps))

    @cached_property
    def _circle(self) -> Complexes:
        """What turns a value back by so many steps of its phase, shape (grid,)."""
        return as_complexes(np.exp(-2j * np.pi * np.arange(self.grid) / self.grid))

    @cached_property
    def _halves(self) -> Floats:
        """What half-tile shifts make of the waves' signs, shape (4, pilots)."""
        turns = (self.pilots.v, self.pilots.u, self.pilots.u + self.pilots.v)
        return as_floats(np.stack([np.ones(len(self.pilots.u)), *(1 - 2 * (t % 2) for t in turns)]))

    @cached_property
    def _eighth(self) -> list[tuple[slice, Floats, Floats]]:
        """The pilots of even and of odd u and v, in the order (u, v) = (0, 0), (0, 1), (1, 0),
        (1, 1), with cosines and sines over the first eighth of the shifts."""
        y, x = (side.ravel() for side in np.indices((self.grid // 4 + 1, self.grid // 2)))
        turns = self._circle[(np.outer(self.pilots.u, x) + np.outer(self.pilots.v, y)) % self.grid]
        cosines, sines = np.ascontiguousarray(turns.real), np.ascontiguousarray(-turns.imag)
        ends = [int(end) for end in np.searchsorted(_parity(self.pilots), range(5))]
        parts = [slice(first, end) for first, end in pairwise(ends)]
        return [(part, cosines[part], sines[part]) for part in parts]


def _parity(pilots: Carriers) -> NDArray[np.int64]:
    """Which of u and v are odd: 0 neither, 1 v, 2 u, 3 both."""
    return pilots.u % 2 * 2 + pilots.v % 2


def _tamed(values: Complexes) -> tuple[Complexes, Floats]:
    """Measured pilots, no single one of which may speak for all, and the deviation that their sum
    has by chance."""
    power = values.real**2 + values.imag**2
    tamed = values * np.minimum(1, np.float32(_LOUDEST) / np.sqrt(power + np.float32(1e-12)))
    norm = np.sqrt(np.minimum(power, np.float32(_LOUDEST**2)).sum(1) / 2) + np.float32(1e-9)
    return as_complexes(tamed), as_floats(norm)


def _best_of_halves(sums: list[Floats]) -> Floats:
    """The best over half-tile shifts of what the waves of even and odd u and v add up to."""
    steady, by_v, by_u, by_both = sums
    best = steady + by_v
    best += np.abs(by_u + by_both)
    steady -= by_v
    by_u -= by_both
    steady += np.abs(by_u, out=by_u)
    return as_floats(np.maximum(best, steady, out=best))
