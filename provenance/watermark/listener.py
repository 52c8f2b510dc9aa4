"""Hearing the pilots under all shifts at once: one product of matrices for many lattices."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from provenance.watermark.pattern import Carriers
from provenance.watermark.planes import Complexes, Floats, as_complexes, as_floats


@dataclass(frozen=True, eq=False)
class Listener:
    """Pilots, and what turns their values back by half of the shifts of a mesh over the tile; the
    other half are the same shifts in the opposite direction.

    Args:
        pilots: the carriers listened to, those of even v first.
        evens: how many these are.
        grid: shifts per axis.
        cosines, sines: of the waves' phases, shape (pilots, shifts).
    """

    pilots: Carriers
    evens: int
    grid: int
    cosines: Floats
    sines: Floats

    @classmethod
    @lru_cache(maxsize=4)
    def of(cls, pilots: Carriers, grid: int, radius: float = math.inf) -> Listener:
        """A listener to the pilots of at most `radius`; kept for the next picture."""
        pilots = pilots.within(radius)
        pilots = pilots.ordered(np.argsort(pilots.v % 2, kind="stable"))
        evens = int((pilots.v % 2 == 0).sum())
        y, x = (side.ravel() for side in np.indices((grid // 2 + 1, grid)))
        steps = (np.outer(pilots.u, x) + np.outer(pilots.v, y)) % grid
        circle = 2 * np.pi * np.arange(grid) / grid
        cosines, sines = (as_floats(wave(circle)).astype(np.float32) for wave in (np.cos, np.sin))
        return cls(pilots, evens, grid, cosines[steps], sines[steps])

    def scores(self, values: Complexes) -> Floats:
        """Pilot score of each row of measured pilots (n, pilots), the best over all shifts.

        Half a tile further down, the waves of odd v are turned round; opposite shifts turn the
        sines round. So four sums over a quarter of the shifts tell all of them.
        """
        real, imaginary = (np.ascontiguousarray(part) for part in (values.real, values.imag))
        power = real * real + imaginary * imaginary
        tamed = np.minimum(1, 2.5 / np.sqrt(power + 1e-12))  # no single line may speak for all
        real *= tamed
        imaginary *= tamed
        norm = np.sqrt(np.minimum(power, 2.5**2).sum(1) / 2) + 1e-9
        shifts = slice((self.grid // 4 + 1) * self.grid)
        even, odd = slice(self.evens), slice(self.evens, None)
        steady, turned = (real[:, half] @ self.cosines[half, shifts] for half in (even, odd))
        steadily, turning = (imaginary[:, half] @ self.sines[half, shifts] for half in (even, odd))
        with_odd, against_odd = turned + turning, np.subtract(turned, turning, out=turned)
        ahead, behind = steady + steadily, np.subtract(steady, steadily, out=steady)
        ahead += np.abs(with_odd, out=with_odd)
        behind += np.abs(against_odd, out=against_odd)
        return as_floats(np.maximum(ahead, behind, out=ahead).max(1) / norm)

    def tops(self, values: Complexes) -> Floats:
        """Highest correlation of each row of measured pilots (n, pilots) with their phases, over
        all shifts, between those of the mesh as well."""
        even, odd = self._halves(values)
        best = np.abs(odd, out=np.empty_like(odd))
        best += even
        place = best.argmax(1)
        rows = np.arange(len(values))
        turn = self.cosines[:, place] - 1j * np.sign(odd[rows, place]) * self.sines[:, place]
        return as_floats((values * turn.T @ self._near.T).real.max(1))

    @cached_property
    def _near(self) -> Complexes:
        """What turns the pilots' values back by shifts within a step of the mesh."""
        y, x = (side.ravel() for side in np.mgrid[-1:1:9j, -1:1:9j] / self.grid)
        steps = np.outer(x, self.pilots.u) + np.outer(y, self.pilots.v)
        return as_complexes(np.exp(-2j * np.pi * steps))

    def _halves(self, values: Complexes) -> tuple[Floats, Floats]:
        """What is the same and what is opposite under opposite shifts, shape (n, shifts)."""
        return (
            as_floats(np.ascontiguousarray(values.real) @ self.cosines),
            as_floats(np.ascontiguousarray(values.imag) @ self.sines),
        )
