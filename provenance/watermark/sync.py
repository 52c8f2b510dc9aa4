"""Finding the lattice: by which scale, turn, mirror and shift an upload differs from the clip.

Three stages, each blind (no original needed), each keyed by the pilots alone:

1. the pilots' complex values, sampled from the spectrum of a whitened average where they would lie
   under each of some 19,000 hypotheses of (scale x, scale y, rotation, mirror), are correlated
   with their known phases under all cyclic shifts, by one product of matrices for many. A sum of
   powers instead of phases would be cheaper, but it loses marks that are loud enough to be read
   (measured: z of 17 to 24 after scaling and cropping);
2. the same on a fine mesh around the best of them;
3. refinement: a descent on the folded tile, once over the scale alone, once over scale and
   rotation, once over scale, aspect, rotation and shear. Most uploads are upright and in
   proportion; where pilots are faint, what is not fitted to them cannot be fitted to their noise.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import fft

from provenance.watermark.geometry import Geometry, fold
from provenance.watermark.pattern import TILE, Carriers
from provenance.watermark.planes import Complexes, Floats, as_complexes, as_floats

CLEAR = 8.0
"""Pilot score at which no further hypothesis is tried; pure noise reaches about 5."""
MAX_ROTATION = math.radians(16.0)
_SCALES = (0.33, 2.4)
_ASPECT = 0.3
_SCALE_STEP = 0.0135
_ROTATION_STEP = math.radians(0.9)
_COARSE_RADIUS, _COARSE_GRID = 20.0, 48
"""Stage 1 hears the pilots up to this radius only: fast ones would need a finer mesh."""
_SHIFT_GRID = 64
"""Cyclic shifts tried per axis: two to each period of the fastest pilot."""
_KEPT, _NEAR = 16, 27
_BATCH = 64
"""Hypotheses at a time: few enough to stay in the cache."""
_USUAL = np.array([(s, s, 0.0) for s in (1.0, 0.5, 0.75, 2 / 3, 1.5, 2.0)], np.float32)
_AMPLE = 6.5
"""Pilot score from which four parameters are fitted to them; noise reaches about 6."""
_UPRIGHT, _PROPORTIONAL = math.radians(1.0), 0.02
_FREE, _TURNED, _SCALED = (0, 1, 2, 3), (0, 2), (0,)
"""Which of (scale, aspect, rotation, shear) a refinement climbs over."""


@dataclass(frozen=True)
class Found:
    """A candidate lattice and its pilot score."""

    score: float
    geometry: Geometry


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

    def locate(self, pilots: Carriers) -> tuple[float, tuple[float, float]]:
        """Best standard score of the pilots over all cyclic shifts, and that shift (x, y) in tile
        units."""
        measured = pilots.measure(self.spectrum)
        height, shift = self.matched(pilots)
        return height * math.sqrt(len(measured)) / _norm(measured), shift

    def matched(self, pilots: Carriers) -> tuple[float, tuple[float, float]]:
        """Highest correlation with the pilots over all cyclic shifts, per root of their number,
        and that shift. Unlike the standard score it falls when energy leaves the lattice."""
        correlation = _cyclic_correlation(pilots.measure(self.spectrum)[None], pilots, TILE)[0]
        row, column = (int(i) for i in np.unravel_index(correlation.argmax(), (TILE, TILE)))
        shift = (
            -column - _vertex(correlation[row], column),
            -row - _vertex(correlation[:, column], row),
        )
        return float(correlation[row, column]) / math.sqrt(len(pilots.u)), shift


@dataclass(frozen=True, eq=False)
class _Listener:
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
    def of(cls, pilots: Carriers, grid: int, radius: float = math.inf) -> _Listener:
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
        best = np.maximum(
            steady + steadily + np.abs(turned + turning),
            steady - steadily + np.abs(turned - turning),
        )
        return as_floats(best.max(1) / norm)

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


@dataclass(frozen=True)
class _Fourier:
    """A picture's Fourier transform at any frequency: a padded FFT, interpolated with a
    Kaiser-Bessel window by which the picture was divided before (a non-uniform FFT; Jackson et al.
    1991, Dutt & Rokhlin 1993). Off by less than a hundredth of the picture's rms.

    Args:
        plane: half-plane spectrum, rows from 0 to size - 1, columns from -_WINDOW on; phases
            relative to the centre.
    """

    plane: Complexes

    @classmethod
    def of(cls, picture: Floats) -> _Fourier:
        size = _padded_size(picture)
        down, across = (_window_transform((np.arange(n) - n // 2) / size) for n in picture.shape)
        half = fft.rfft2(_centred(as_floats(picture / np.outer(down, across)), size))
        mirror = np.roll(half[::-1, _WINDOW:0:-1], 1, axis=0).conj()
        return cls(as_complexes(np.concatenate([mirror, half], 1)))

    def of_waves(self, carriers: Carriers, lattices: Sequence[Geometry]) -> Complexes:
        """The transform where carriers lie under each lattice, shape (lattices, carriers)."""
        size, columns = self.plane.shape
        waves = np.stack([carriers.u, carriers.v]) * (size / TILE)
        x, y = (np.stack([np.linalg.inv(each.array).T @ waves for each in lattices])
                .transpose(1, 0, 2))  # fmt: skip
        mirrored = x < 0
        x, y = np.where(mirrored, -x, x), np.where(mirrored, -y, y)
        reach = np.arange(1 - _WINDOW, _WINDOW + 1)
        column, row = (np.floor(side).astype(np.intp)[..., None] + reach for side in (x, y))
        weight_x, weight_y = _window(column - x[..., None]), _window(row - y[..., None])
        column = np.minimum(column + _WINDOW, columns - 1)
        near = self.plane[row[..., :, None] % size, column[..., None, :]]
        values = np.einsum("...rc,...r,...c->...", near, weight_y, weight_x)
        return as_complexes(np.where(mirrored, values.conj(), values))


_WINDOW, _SHAPE = 2, 9.0
"""Half the window's width, in points of the spectrum, and its shape: for twofold padding."""


def _window(distance: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.i0(_SHAPE * np.sqrt(np.maximum(0, 1 - (distance / _WINDOW) ** 2)))


def _window_transform(position: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fourier transform of the window, at positions as shares of the padded size."""
    root = np.sqrt(_SHAPE**2 - (2 * np.pi * _WINDOW * position) ** 2)
    return 2 * _WINDOW * np.sinh(root) / root


def search(picture: Floats, pilots: Carriers, limit: int = 4) -> Iterator[list[Geometry]]:
    """The likeliest lattices of an upload, best first, refined to a fraction of a pixel.

    Args:
        picture: a whitened average.
        pilots: the carriers of the sync key.
        limit: how many different lattices to try at most.

    Yields:
        for each lattice the ways in which it was refined, the likeliest first.
    """
    spectrum = _spectrum(picture)
    fine = _Listener.of(pilots, _SHIFT_GRID)
    usual = _usual_sizes(spectrum, fine)
    rough = [usual]
    if usual.score < CLEAR:
        others = sorted(_everywhere(spectrum, fine), key=_by_score)
        rough = _distinct([usual, *others], limit)  # few usual sizes: noise seldom looks like one
        rough.sort(key=_by_score)
    fourier = _Fourier.of(picture)
    for each in rough if rough[0].score < CLEAR else rough[:1]:
        yield _refinements(picture, fourier, fine, each)


def turned(picture: Floats, pilots: Carriers, guess: Geometry) -> Geometry:
    """A guessed lattice as it lies if turned by up to two degrees, refined to its pilots.

    Args:
        picture: a whitened average.
        pilots: the carriers of the sync key.
        guess: an upright lattice whose scales are known.
    """
    fine = _Listener.of(pilots, _SHIFT_GRID)
    turns = np.arange(-6, 7, dtype=np.float32) * np.float32(_ROTATION_STEP / 3)
    (x, y), flip = guess.scale, guess.flipped
    near = np.stack([np.full_like(turns, x), np.full_like(turns, y), turns], 1)
    scores = [each.score for each in _coherent(_spectrum(picture), fine, as_floats(near), flip)]
    start = _Lattice(flip, x, y, float(turns[int(np.argmax(scores))]))
    return _refined(picture, _Fourier.of(picture), fine, start, _TURNED).geometry


def _by_score(found: Found) -> float:
    return -found.score


def _usual_sizes(spectrum: Complexes, fine: _Listener) -> Found:
    found = [each for flip in (False, True) for each in _coherent(spectrum, fine, _USUAL, flip)]
    return min(found, key=_by_score)


def _everywhere(spectrum: Complexes, fine: _Listener) -> list[Found]:
    """Stages 1 and 2: the best of all hypotheses, upright and mirrored."""
    found: list[Found] = []
    coarse = _Listener.of(fine.pilots, _COARSE_GRID, _COARSE_RADIUS)
    for flip in (False, True):
        scores = _coarse_scores(spectrum, coarse, flip)
        kept = _hypotheses()[np.argpartition(-scores, _KEPT)[:_KEPT]]
        near = _coherent(spectrum, fine, np.concatenate([_neighbours(each) for each in kept]), flip)
        found += (
            min(near[start : start + _NEAR], key=_by_score) for start in range(0, len(near), _NEAR)
        )
        if min(found, key=_by_score).score >= CLEAR:
            break
    return found


@lru_cache(maxsize=1)
def _hypotheses() -> Floats:
    """(scale x, scale y, rotation): turned with one scale, or upright with two; shape (n, 3)."""
    low, high = (math.log(scale) for scale in _SCALES)
    scales = np.exp(np.arange(low, high, _SCALE_STEP))
    turns = np.arange(-MAX_ROTATION, MAX_ROTATION + 1e-6, _ROTATION_STEP)
    turns -= turns[np.abs(turns).argmin()]  # upright is one of them
    scale, turn = (grid.ravel() for grid in np.meshgrid(scales, turns, indexing="ij"))
    turned = np.stack([scale, scale, turn], 1)
    aspects = np.exp(np.arange(-_ASPECT, _ASPECT + 1e-6, 2 * _SCALE_STEP) / 2)
    scale, aspect = (grid.ravel() for grid in np.meshgrid(scales, aspects, indexing="ij"))
    stretched = np.stack([scale * aspect, scale / aspect, np.zeros_like(scale)], 1)
    return np.concatenate([turned, stretched]).astype(np.float32)


def _neighbours(hypothesis: Floats) -> Floats:
    """Hypotheses within half a step of the mesh, shape (_NEAR, 3)."""
    thirds = np.array([-1, 0, 1], np.float32) / 3
    size, aspect, turn = (grid.ravel() for grid in np.meshgrid(thirds, thirds, thirds))
    grown = np.exp(size * _SCALE_STEP)
    stretch = np.exp(aspect * _SCALE_STEP)
    near = [hypothesis[0] * grown * stretch, hypothesis[1] * grown / stretch,
            hypothesis[2] + turn * _ROTATION_STEP]  # fmt: skip
    return as_floats(np.stack(near, 1))


def _coarse_scores(spectrum: Complexes, coarse: _Listener, flip: bool) -> Floats:
    """Pilot score of every hypothesis, shape (hypotheses,)."""
    either = np.concatenate([spectrum.ravel(), spectrum.ravel().conj(), np.zeros(1, np.complex64)])
    turned = np.exp(-1j * coarse.pilots.phase).astype(np.complex64)
    places = _places(coarse, flip, spectrum.shape)
    blocks = (places[start : start + _BATCH] for start in range(0, len(places), _BATCH))
    return np.concatenate([coarse.scores(either[block] * turned) for block in blocks])


@lru_cache(maxsize=4)
def _places(coarse: _Listener, flip: bool, shape: tuple[int, int]) -> NDArray[np.int32]:
    """Where each pilot lies under each hypothesis, shape (hypotheses, pilots): an index into a
    spectrum, its conjugate and one zero, laid end to end."""
    rows, columns = shape
    half = rows // 2
    places = np.empty((len(_hypotheses()), len(coarse.pilots.u)), np.int32)
    for start in range(0, len(places), _BATCH):
        block = slice(start, start + _BATCH)
        x, y, mirrored = _frequencies(
            coarse.pilots.u, coarse.pilots.v, _hypotheses()[block], flip, rows
        )
        column, row = (np.rint(side).astype(np.int32) for side in (x, y))
        inside = (column < half - 2) & (np.abs(row) < half - 2)
        place = (mirrored * rows + row + half) * columns + column
        places[block] = np.where(inside, place, 2 * rows * columns)
    return places


def _frequencies(
    u: NDArray[np.int64], v: NDArray[np.int64], hypotheses: Floats, flip: bool, size: int
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Where waves (u, v) lie in a size-point DFT: x >= 0, y, and where the conjugate was taken."""
    scale_x, scale_y, turn = (hypotheses[:, i : i + 1] for i in range(3))
    along_x = (-u if flip else u).astype(np.float32)[None] / scale_x * np.float32(size / TILE)
    along_y = v.astype(np.float32)[None] / scale_y * np.float32(size / TILE)
    cos, sin = np.cos(turn), np.sin(turn)
    x, y = along_x * cos - along_y * sin, along_x * sin + along_y * cos
    mirrored = x < 0
    return np.where(mirrored, -x, x), np.where(mirrored, -y, y), mirrored


def _coherent(spectrum: Complexes, fine: _Listener, hypotheses: Floats, flip: bool) -> list[Found]:
    """Pilot score of each hypothesis, the best over all cyclic shifts."""
    size, pilots = spectrum.shape[0], fine.pilots
    half = size // 2
    x, y, mirrored = _frequencies(pilots.u, pilots.v, hypotheses, flip, size)
    values = _interpolated(spectrum, x, y + half)
    values = np.where(mirrored, values.conj(), values) * np.exp(-1j * pilots.phase)
    values *= (x < half - 2) & (np.abs(y) < half - 2)
    scores = fine.scores(as_complexes(values))
    return [
        Found(float(score), Geometry.of(flip, *(float(entry) for entry in hypothesis)))
        for score, hypothesis in zip(scores, hypotheses, strict=True)
    ]


def _cyclic_correlation(values: Complexes, pilots: Carriers, grid: int) -> Floats:
    """Sum of the pilots' values turned back by every shift of a grid × grid mesh over the tile;
    values (n, pilots), result (n, grid, grid), its index the negative shift."""
    plane = np.zeros((len(values), grid, grid // 2 + 1), np.complex64)
    twice = np.where(pilots.u == 0, np.float32(2), np.float32(1))  # no mirror image to add them
    plane[:, pilots.v % grid, pilots.u] = values.conj() * twice
    return as_floats(fft.irfft2(plane, (grid, grid), norm="forward") / 2)


def _interpolated(spectrum: Complexes, x: Floats, y: Floats) -> Complexes:
    """Bilinear samples of a spectrum at columns x and rows y, clipped to its inside."""
    rows, columns = spectrum.shape
    left = np.clip(np.floor(x).astype(np.int32), 0, columns - 2)
    top = np.clip(np.floor(y).astype(np.int32), 0, rows - 2)
    right_share, lower_share = x - left, y - top
    upper = spectrum[top, left] * (1 - right_share) + spectrum[top, left + 1] * right_share
    lower = spectrum[top + 1, left] * (1 - right_share) + spectrum[top + 1, left + 1] * right_share
    return as_complexes(upper * (1 - lower_share) + lower * lower_share)


def _spectrum(picture: Floats) -> Complexes:
    """Whitened half-plane spectrum, rows from -N/2 to N/2, phases relative to the centre."""
    height, width = picture.shape
    size = _padded_size(picture)
    taper_y = np.hanning(height + 2)[1:-1] ** 0.35
    taper_x = np.hanning(width + 2)[1:-1] ** 0.35
    tapered = as_floats(picture * np.outer(taper_y, taper_x))
    spectrum = np.fft.fftshift(fft.rfft2(_centred(tapered, size)), axes=0)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    window = int(41 * size / 1024) | 1
    smooth = cv2.blur(power, (window, window))
    level = cv2.blur(np.minimum(power, 8 * smooth), (window, window)) + np.float32(1e-9)
    return as_complexes(spectrum / np.sqrt(level))


def _padded_size(picture: Floats) -> int:
    """About twice the picture's longer side or more."""
    return next(size for size in (1024, 1536, 2048) if size >= 1.96 * max(picture.shape))


def _centred(picture: Floats, size: int) -> Floats:
    """Padded to size × size, its centre in the corner."""
    height, width = picture.shape
    padded = np.zeros((size, size), np.float32)
    padded[:height, :width] = picture
    return np.roll(padded, (-(height // 2), -(width // 2)), (0, 1))


def _distinct(found: list[Found], limit: int) -> list[Found]:
    """The first of each group of nearly equal lattices."""
    kept: list[Found] = []
    for each in found:
        matrix = each.geometry.array
        if all(np.abs(matrix - other.geometry.array).max() > 0.02 for other in kept):
            kept.append(each)
        if len(kept) == limit:
            break
    return kept


def _refinements(
    picture: Floats, fourier: _Fourier, fine: _Listener, rough: Found
) -> list[Geometry]:
    """A rough lattice refined with as few parameters as it may have, and with more."""
    (x, y), turn = rough.geometry.scale, math.radians(rough.geometry.rotation)
    flip, even = rough.geometry.flipped, math.sqrt(x * y)
    proportional = abs(math.log(x / y)) < _PROPORTIONAL
    starts: list[tuple[_Lattice, tuple[int, ...]]] = []
    if proportional:
        starts.append((_Lattice(flip, even, even, turn), _TURNED))
        if abs(turn) < _UPRIGHT:
            starts.append((_Lattice(flip, even, even, 0.0), _SCALED))
    if not proportional or rough.score >= _AMPLE:
        starts.append((_Lattice(flip, x, y, turn), _FREE))
    found = [(_refined(picture, fourier, fine, start, free), len(free)) for start, free in starts]
    found.sort(key=lambda each: each[1] - each[0].score * abs(each[0].score))
    return [each.geometry for each, _ in found]


def _refined(
    picture: Floats, fourier: _Fourier, fine: _Listener, start: _Lattice, free: tuple[int, ...]
) -> Found:
    """Climb to the top of the pilots' correlation over some of scale, aspect, rotation and shear.

    Near its top the correlation is a smooth dome over all four; a quadric through points of it is
    solved for its vertex, twice, the second time on a finer mesh.
    """
    noise = Folded.of(picture, start.centred(picture)).noise[fine.pilots.lattice]
    expected = as_complexes(np.exp(-1j * fine.pilots.phase) / noise)

    def heights(steps: Floats) -> Floats:
        lattices = [start.stepped(step).centred(picture) for step in steps]
        return fine.tops(fourier.of_waves(fine.pilots, lattices) * expected)

    top = np.zeros(4, np.float32)
    shape = _mesh(free)
    for mesh in (0.006, 0.003):
        points = top + mesh * shape
        measured = heights(points)
        step = np.zeros(4, np.float32)
        step[list(free)] = _vertex_of_quadric(measured.astype(np.float64), len(free)) * mesh
        climbed = as_floats(top + np.clip(step, -2 * mesh, 2 * mesh))
        top = climbed if heights(climbed[None])[0] > measured.max() else points[measured.argmax()]
    geometry = start.stepped(top).centred(picture)
    score, shift = Folded.of(picture, geometry).locate(fine.pilots)
    return Found(score, geometry.moved(shift))


@dataclass(frozen=True)
class _Lattice:
    flip: bool
    scale_x: float
    scale_y: float
    rotation: float
    shear: float = 0.0

    def stepped(self, step: Floats) -> _Lattice:
        """Changed by (log scale, log aspect, rotation, shear)."""
        size, aspect, turn, shear = (float(entry) for entry in step)
        return _Lattice(
            self.flip,
            self.scale_x * math.exp(size + aspect / 2),
            self.scale_y * math.exp(size - aspect / 2),
            self.rotation + turn,
            self.shear + shear,
        )

    def centred(self, picture: Floats) -> Geometry:
        """With a tile corner in the middle of the picture, the point that stays put while the
        other parameters change."""
        height, width = picture.shape
        geometry = Geometry.of(self.flip, self.scale_x, self.scale_y, self.rotation, self.shear)
        return Geometry(geometry.matrix, (width / 2, height / 2))


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
