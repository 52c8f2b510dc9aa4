"""Finding the lattice: by which scale, turn, mirror and shift an upload differs from the clip.

Three stages, each blind (no original needed), each keyed by the pilots alone:

1. incoherent: the power spectrum of a whitened average, sampled where the pilots would lie under
   each of some 17,000 hypotheses of (scale x, scale y, rotation, mirror);
2. coherent: for the best of them, the pilots' complex values are correlated with their known phases
   under all cyclic shifts at once, by one small inverse FFT each;
3. refinement: a descent over scale, aspect, rotation and shear on the folded tile.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from provenance.watermark.geometry import Geometry, fold
from provenance.watermark.pattern import TILE, Carriers
from provenance.watermark.planes import Complexes, Floats, as_complexes, as_floats

CLEAR = 8.0
"""Pilot score at which no further hypothesis is tried; pure noise reaches about 5."""
MAX_ROTATION = math.radians(16.0)
_SCALE_STEP = 0.011
_ROTATION_STEP = math.radians(0.75)
_SCALES = (0.33, 2.4)
_ASPECT = 0.3
_SHIFT_GRID = 128
"""Cyclic shifts tried per axis in stage 2: two to each period of the fastest pilot and more."""
_KEPT = 80
_USUAL = np.array([(s, s, 0.0) for s in (1.0, 0.5, 0.75, 2 / 3, 1.5, 2.0)], np.float32)


@dataclass(frozen=True)
class Found:
    """A candidate lattice: its pilot score, and the average picture it was found in."""

    score: float
    geometry: Geometry
    channel: int


@dataclass(frozen=True)
class Folded:
    """The spectrum of a folded tile, whitened: unit noise in every lattice point."""

    spectrum: Complexes
    noise: Floats

    @classmethod
    def of(cls, picture: Floats, geometry: Geometry, noise: Floats | None = None) -> Folded:
        """Fold a picture; `noise` is the level to divide by, measured here if not given."""
        spectrum = np.fft.rfft2(fold(picture, geometry))
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


def search(pictures: list[Floats], pilots: Carriers, limit: int = 4) -> list[Found]:
    """The likeliest lattices of an upload, best first, refined to a fraction of a pixel.

    Args:
        pictures: whitened averages of one shape.
        pilots: the carriers of the sync key.
        limit: how many different lattices to return at most.
    """
    spectra = [_spectrum(picture) for picture in pictures]
    rough = _usual_sizes(spectra, pilots)
    if rough[0].score < CLEAR:
        rough = _distinct(sorted(rough + _all_sizes(spectra, pilots), key=_by_score), limit)
    found = [_refined(pictures[each.channel], pilots, each) for each in rough[:limit]]
    return sorted(found, key=_by_score)


def _by_score(found: Found) -> float:
    return -found.score


def _usual_sizes(spectra: list[Complexes], pilots: Carriers) -> list[Found]:
    found = [
        each for flip in (False, True) for channel, spectrum in enumerate(spectra)
        for each in _coherent(spectrum, pilots, _USUAL, flip, channel)
    ]  # fmt: skip
    best = sorted(found, key=_by_score)
    return best[:1] if best[0].score >= CLEAR else best


def _all_sizes(spectra: list[Complexes], pilots: Carriers) -> list[Found]:
    powers = [np.minimum(s.real**2 + s.imag**2, 10.0).astype(np.float32) - 1 for s in spectra]
    if len(powers) > 1:
        powers = [powers[0], np.mean(powers, 0, dtype=np.float32)]
    found: list[Found] = []
    for flip in (False, True):
        index = _sample_points(_key_of(pilots), flip, spectra[0].shape[0])
        count = np.sqrt(np.maximum((index > 0).sum(1), 25)).astype(np.float32)
        kept: set[int] = set()
        for power in powers:
            samples = power.ravel()
            samples[0] = 0  # where pilots outside the spectrum are sent
            excess = np.take(samples, index).sum(1) / count
            kept.update(np.argpartition(-excess, _KEPT)[:_KEPT].tolist())
        hypotheses = _hypotheses()[sorted(kept)]
        for channel, spectrum in enumerate(spectra):
            scored = _coherent(spectrum, pilots, hypotheses, flip, channel)
            found.extend(sorted(scored, key=_by_score)[:6])
    return found


@lru_cache(maxsize=1)
def _hypotheses() -> Floats:
    """(scale x, scale y, rotation): turned with one scale, or upright with two; shape (n, 3)."""
    low, high = (math.log(scale) for scale in _SCALES)
    scales = np.exp(np.arange(low, high, _SCALE_STEP))
    turns = np.arange(-MAX_ROTATION, MAX_ROTATION + 1e-6, _ROTATION_STEP)
    scale, turn = (grid.ravel() for grid in np.meshgrid(scales, turns, indexing="ij"))
    turned = np.stack([scale, scale, turn], 1)
    aspects = np.exp(np.arange(-_ASPECT, _ASPECT + 1e-6, _SCALE_STEP) / 2)
    scale, aspect = (grid.ravel() for grid in np.meshgrid(scales, aspects, indexing="ij"))
    stretched = np.stack([scale * aspect, scale / aspect, np.zeros_like(scale)], 1)
    return np.concatenate([turned, stretched]).astype(np.float32)


_PilotKey = tuple[tuple[int, ...], tuple[int, ...]]


def _key_of(pilots: Carriers) -> _PilotKey:
    return tuple(pilots.u.tolist()), tuple(pilots.v.tolist())


@lru_cache(maxsize=6)
def _sample_points(pilots: _PilotKey, flip: bool, size: int) -> NDArray[np.int32]:
    """Flat indices into a spectrum where the pilots lie under each hypothesis, 0 for those outside
    it; shape (hypotheses, pilots)."""
    u, v = (np.array(side) for side in pilots)
    points = np.empty((len(_hypotheses()), len(u)), np.int32)
    for start in range(0, len(points), 2048):
        x, y, _ = _frequencies(u, v, _hypotheses()[start : start + 2048], flip, size)
        column = np.rint(x).astype(np.int32)
        row = np.rint(y).astype(np.int32) + size // 2
        inside = (column < size // 2 - 2) & (row > 1) & (row < size - 2)
        points[start : start + 2048] = np.where(inside, row * (size // 2 + 1) + column, 0)
    return points


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


def _coherent(
    spectrum: Complexes, pilots: Carriers, hypotheses: Floats, flip: bool, channel: int
) -> list[Found]:
    """Pilot score of each hypothesis, the best over all cyclic shifts."""
    size = spectrum.shape[0]
    half = size // 2
    x, y, mirrored = _frequencies(pilots.u, pilots.v, hypotheses, flip, size)
    values = _interpolated(spectrum, x, y + half)
    values = np.where(mirrored, values.conj(), values) * np.exp(-1j * pilots.phase)
    values *= (x < half - 2) & (np.abs(y) < half - 2)
    values /= np.maximum(1, np.abs(values) / 2.5)  # no single line may speak for all
    norm = np.sqrt((np.abs(values) ** 2).sum(1) / 2) + 1e-9
    scores = np.empty(len(hypotheses))
    for start in range(0, len(hypotheses), 100):
        block = values[start : start + 100]
        correlation = _cyclic_correlation(block, pilots, _SHIFT_GRID)
        scores[start : start + 100] = correlation.max((1, 2))
    return [
        Found(float(score), Geometry.of(flip, *(float(entry) for entry in hypothesis)), channel)
        for score, hypothesis in zip(scores / norm, hypotheses, strict=True)
    ]


def _cyclic_correlation(values: Complexes, pilots: Carriers, grid: int) -> Floats:
    """Sum of the pilots' values turned back by every shift of a grid × grid mesh over the tile;
    values (n, pilots), result (n, grid, grid), its index the negative shift."""
    plane = np.zeros((len(values), grid, grid // 2 + 1), np.complex64)
    twice = np.where(pilots.u == 0, np.float32(2), np.float32(1))  # no mirror image to add them
    plane[:, pilots.v % grid, pilots.u] = values.conj() * twice
    return as_floats(np.fft.irfft2(plane, (grid, grid), norm="forward") / 2)


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
    size = 1024 if max(height, width) <= 520 else 2048
    taper_y = np.hanning(height + 2)[1:-1] ** 0.35
    taper_x = np.hanning(width + 2)[1:-1] ** 0.35
    padded = np.zeros((size, size), np.float32)
    padded[:height, :width] = picture * np.outer(taper_y, taper_x)
    padded = np.roll(padded, (-(height // 2), -(width // 2)), (0, 1))
    spectrum = np.fft.fftshift(np.fft.rfft2(padded), axes=0)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    window = int(41 * size / 1024) | 1
    smooth = cv2.blur(power, (window, window))
    level = cv2.blur(np.minimum(power, 8 * smooth), (window, window)) + np.float32(1e-9)
    return as_complexes(spectrum / np.sqrt(level))


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


def _refined(picture: Floats, pilots: Carriers, rough: Found) -> Found:
    """Climb to the top of the pilots' correlation over scale, aspect, rotation and shear.

    Near its top the correlation is a smooth dome over all four; a quadric through 15 points of it
    is solved for its vertex, twice, the second time on a finer mesh.
    """
    scale_x, scale_y = rough.geometry.scale
    start = _Lattice(
        rough.geometry.flipped, scale_x, scale_y, math.radians(rough.geometry.rotation)
    )
    level = Folded.of(picture, start.centred(picture)).noise

    def height(step: Floats) -> float:
        lattice = start.stepped(step)
        return Folded.of(picture, lattice.centred(picture), level).matched(pilots)[0]

    top = np.zeros(4, np.float32)
    for mesh in (0.006, 0.003):
        points = top + mesh * _MESH
        heights = np.array([height(point) for point in points])
        step = _vertex_of_quadric(heights) * mesh
        best = points[heights.argmax()]
        climbed = as_floats(top + np.clip(step, -2 * mesh, 2 * mesh))
        top = climbed if height(climbed) > heights.max() else best
    geometry = start.stepped(top).centred(picture)
    _, shift = Folded.of(picture, geometry, level).matched(pilots)
    score, _ = Folded.of(picture, geometry).locate(pilots)
    return Found(score, geometry.moved(shift), rough.channel)


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


def _mesh() -> Floats:
    """The 15 points that a quadric in four variables needs: centre, axes, and pairs of axes."""
    axes = np.eye(4, dtype=np.float32)
    pairs = [axes[i] + axes[j] for i in range(4) for j in range(i)]
    return np.concatenate([np.zeros((1, 4), np.float32), axes, -axes, np.array(pairs)])


_MESH = _mesh()


def _vertex_of_quadric(heights: NDArray[np.float64]) -> Floats:
    """Where the quadric through `heights` over the mesh is level; 0 if it is no dome."""
    gradient = (heights[1:5] - heights[5:9]) / 2
    hessian = np.diag(heights[1:5] + heights[5:9] - 2 * heights[0])
    pairs = [(i, j) for i in range(4) for j in range(i)]
    for (i, j), height in zip(pairs, heights[9:], strict=True):
        own = gradient[i] + gradient[j] + (hessian[i, i] + hessian[j, j]) / 2
        hessian[i, j] = hessian[j, i] = height - heights[0] - own
    if np.linalg.eigvalsh(hessian).max() >= 0:
        return np.zeros(4, np.float32)
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
