"""From a rough lattice to one that fits within a fraction of a pixel.

A climb on the pilots' correlation, once over the scale alone, once over scale and rotation, once
over scale, aspect, rotation and shear. Most uploads are upright and in proportion; where pilots are
faint, what is not fitted to them cannot be fitted to their noise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from provenance.watermark.folded import Folded
from provenance.watermark.fourier import Fourier
from provenance.watermark.geometry import Geometry
from provenance.watermark.listener import Listener
from provenance.watermark.planes import Floats, as_complexes, as_floats

_AMPLE = 6.5
"""Pilot score from which four parameters are fitted to them; noise reaches about 6."""
_UPRIGHT, _PROPORTIONAL = math.radians(1.0), 0.02
_FREE, TURNED, _SCALED = (0, 1, 2, 3), (0, 2), (0,)
"""Which of (scale, aspect, rotation, shear) a refinement climbs over."""


@dataclass(frozen=True)
class Found:
    """A candidate lattice and its pilot score."""

    score: float
    geometry: Geometry


@dataclass(frozen=True)
class Lattice:
    """A lattice by its parameters; rotation in radians."""

    flip: bool
    scale_x: float
    scale_y: float
    rotation: float
    shear: float = 0.0

    def stepped(self, step: Floats) -> Lattice:
        """Changed by (log scale, log aspect, rotation, shear)."""
        size, aspect, turn, shear = (float(entry) for entry in step)
        return Lattice(
            self.flip,
            self.scale_x * math.exp(size + aspect / 2),
            self.scale_y * math.exp(size - aspect / 2),
            self.rotation + turn,
            self.shear + shear,
        )

    def around(self, centre: tuple[float, float]) -> Geometry:
        """With a tile corner in the centre, the point that stays put while the other parameters
        change."""
        geometry = Geometry.of(self.flip, self.scale_x, self.scale_y, self.rotation, self.shear)
        return Geometry(geometry.matrix, centre)


@dataclass(frozen=True)
class Refinement:
    """A rough lattice, and the same refined the likeliest way."""

    fourier: Fourier
    fine: Listener
    rough: Found
    first: Found

    @classmethod
    def of(cls, fourier: Fourier, fine: Listener, rough: Found) -> Refinement:
        start, free = _starts(rough)[0]
        return cls(fourier, fine, rough, refined(fourier, fine, start, free))

    def loudness(self) -> float:
        """Both scores: noise that was taken for pilots is quieter when refined, pilots are not."""
        return self.rough.score + self.first.score

    def all(self) -> list[Geometry]:
        """Refined with as few parameters as it may have, and with more; the likeliest first."""
        starts = _starts(self.rough)
        found = [(self.first, len(starts[0][1]))]
        found += (
            (refined(self.fourier, self.fine, start, free), len(free)) for start, free in starts[1:]
        )
        found.sort(key=lambda each: each[1] - each[0].score * abs(each[0].score))
        return [each.geometry for each, _ in found]


def _starts(rough: Found) -> list[tuple[Lattice, tuple[int, ...]]]:
    """Where to refine a rough lattice from, and over which parameters; the usual way first."""
    (x, y), turn = rough.geometry.scale, math.radians(rough.geometry.rotation)
    flip, even = rough.geometry.flipped, math.sqrt(x * y)
    proportional = abs(math.log(x / y)) < _PROPORTIONAL
    starts: list[tuple[Lattice, tuple[int, ...]]] = []
    if proportional:
        starts.append((Lattice(flip, even, even, turn), TURNED))
        if abs(turn) < _UPRIGHT:
            starts.append((Lattice(flip, even, even, 0.0), _SCALED))
    if not proportional or rough.score >= _AMPLE:
        starts.append((Lattice(flip, x, y, turn), _FREE))
    return starts


def refined(fourier: Fourier, fine: Listener, start: Lattice, free: tuple[int, ...]) -> Found:
    """Climb to the top of the pilots' correlation in one picture over some of scale, aspect,
    rotation and shear.

    Near its top the correlation is a smooth dome over all four; a quadric through points of it is
    solved for its vertex, twice, the second time on a finer mesh.
    """
    pilots, centre = fine.pilots, fourier.centre
    noise = Folded.of(fourier, start.around(centre)).noise[0, *pilots.lattice]
    expected = as_complexes(np.exp(-1j * pilots.phase) / noise)

    def heights(steps: Floats) -> Floats:
        lattices = [start.stepped(step).around(centre) for step in steps]
        return fine.tops(fourier.of_waves(pilots.u, pilots.v, lattices)[..., 0] * expected)

    top = np.zeros(4, np.float32)
    shape = _mesh(free)
    for mesh in (0.006, 0.003):
        points = top + mesh * shape
        measured = heights(points)
        step = np.zeros(4, np.float32)
        step[list(free)] = _vertex_of_quadric(measured.astype(np.float64), len(free)) * mesh
        climbed = as_floats(top + np.clip(step, -2 * mesh, 2 * mesh))
        top = climbed if heights(climbed[None])[0] > measured.max() else points[measured.argmax()]
    geometry = start.stepped(top).around(centre)
    score, shift = Folded.of(fourier, geometry).shifts(pilots, 1)[0]
    return Found(score, geometry.moved(shift))


@lru_cache(maxsize=3)
def _mesh(free: tuple[int, ...]) -> Floats:
    """The points that a quadric in the free ones of four variables needs: centre, axes, and pairs
    of axes; shape (n, 4)."""
    axes = np.eye(4, dtype=np.float32)[list(free)]
    pairs = [axes[i] + axes[j] for i in range(len(free)) for j in range(i)]
    return np.concatenate([np.zeros((1, 4), np.float32), axes, -axes, *(p[None] for p in pairs)])


def _vertex_of_quadric(heights: NDArray[np.float64], count: int) -> Floats:
    """Where the quadric through `heights` over the mesh of `count` variables is level; 0 if it is
    no dome."""
    ahead, behind = heights[1 : count + 1], heights[count + 1 : 2 * count + 1]
    gradient = (ahead - behind) / 2
    hessian = np.diag(ahead + behind - 2 * heights[0])
    pairs = [(i, j) for i in range(count) for j in range(i)]
    for (i, j), height in zip(pairs, heights[2 * count + 1 :], strict=True):
        own = gradient[i] + gradient[j] + (hessian[i, i] + hessian[j, j]) / 2
        hessian[i, j] = hessian[j, i] = height - heights[0] - own
    if np.linalg.eigvalsh(hessian).max() >= 0:
        return np.zeros(count, np.float32)
    return as_floats(-np.linalg.solve(hessian, gradient))
