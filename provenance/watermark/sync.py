"""Finding the lattice: by which scale, turn, mirror and shift an upload differs from the clip.

Four stages, each blind (no original needed), each keyed by the pilots alone:

1. the pilots' complex values, sampled from the spectrum of a whitened average where they would lie
   under each of some 19,000 hypotheses of (scale x, scale y, rotation, mirror), are correlated
   with their known phases under all cyclic shifts, by one product of matrices for many. A sum of
   powers instead of phases would be cheaper, but it loses marks that are loud enough to be read
   (measured: z of 17 to 24 after scaling and cropping);
2. the same, interpolated, with all pilots and finer shifts, for the thousand loudest of them: small
   cuts of dense texture are often among these, and seldom among the first hundred (ADR 11); and for
   the loudest of these between the shifts as well, where a sixth of the loudness may lie (ADR 16);
3. the same on a fine mesh around the best of these;
4. refinement of the best (`refine`): what is noise gets quieter by it, what is a mark gets louder.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from provenance.watermark.average import Average
from provenance.watermark.folded import Folded
from provenance.watermark.geometry import Geometry
from provenance.watermark.listener import Listener
from provenance.watermark.pattern import TILE, Carriers
from provenance.watermark.planes import Complexes, Floats, as_complexes, as_floats
from provenance.watermark.refine import TURNED, Found, Lattice, Refinement, refined

CLEAR = 8.0
"""Pilot score at which no further hypothesis is tried; pure noise reaches about 6."""
MAX_ROTATION = math.radians(16.0)
_SCALES = (0.33, 2.4)
_ASPECT = 0.3
_SCALE_STEP = 0.0135
_ROTATION_STEP = math.radians(0.9)
_COARSE_RADIUS, _COARSE_GRID = 20.0, 48
"""Stage 1 hears the pilots up to this radius only, under so many shifts per axis: fast ones would
need a finer mesh of both."""
_SHIFT_GRID = 64
"""Cyclic shifts tried per axis: two to each period of the fastest pilot."""
_HEARD, _FEW, _KEPT, _NEAR = 1024, 200, 16, 27
"""How many hypotheses are heard again, and then between the shifts of the mesh, how many are meshed
around, and the size of a mesh."""
_BATCH = 128
"""Hypotheses at a time: few enough to stay in the cache."""
_USUAL_FACTORS = (1.0, 0.5, 0.75, 2 / 3, 1.5, 2.0)
_USUAL = np.array([(factor, factor, 0.0) for factor in _USUAL_FACTORS], np.float32)
_ROUGH = 7
"""How many lattices are refined, of which the loudest are tried, and a usual size."""
_SHIFTS = 4
"""How many shifts of one lattice may be tried."""


class Search:
    """The likeliest lattices of an upload. What the pilots of one average suggest is listened for
    in others too: the first stage is the longest, and is gone through once.

    Args:
        pilots: the carriers of the sync key.
    """

    def __init__(self, pilots: Carriers) -> None:
        self._fine = Listener.of(pilots, _SHIFT_GRID)
        self._heard: dict[bool, Floats] = {}

    def lattices(self, average: Average, limit: int) -> Iterator[Geometry]:
        """Lattices refined to a fraction of a pixel, those first that were loud before and after;
        each in the ways in which it was refined, the likeliest first.

        Args:
            average: where to listen.
            limit: how many different lattices to try at most.
        """
        spectrum, fourier = average.spectrum, average.fourier
        usual = _usual_sizes(spectrum, self._fine)
        found = [usual]
        if usual.score < CLEAR:
            found = sorted(self._everywhere(spectrum), key=_by_score)
        if found[0].score >= CLEAR:  # where all pilots are loud, the rough one may be a step off
            nearer = Refinement.of(fourier, self._fine, found[0]).first
            yield from Refinement.of(fourier, self._fine, nearer).all()
            return
        rough = _distinct([usual, *found], _ROUGH)
        first, *others = (Refinement.of(fourier, self._fine, each) for each in rough)
        others.sort(key=Refinement.loudness, reverse=True)
        tried = [first, *others[: limit - 1]]  # noise seldom looks like a usual size: it is tried
        for each in sorted(tried, key=Refinement.loudness, reverse=True):
            yield from each.all()

    def _everywhere(self, spectrum: Complexes) -> list[Found]:
        """Stages 1 to 3: the best of all hypotheses, upright and mirrored."""
        found: list[Found] = []
        fine = self._fine
        for flip in (False, True):
            if flip not in self._heard:
                coarse = Listener.of(fine.pilots, _COARSE_GRID, _COARSE_RADIUS)
                scores = _coarse_scores(spectrum, coarse, flip)
                self._heard[flip] = _best(_hypotheses(), scores, _HEARD)
            heard = self._heard[flip]
            few = _best(heard, _scores(fine.scores, spectrum, fine.pilots, heard, flip), _FEW)
            kept = _best(few, _scores(fine.peaks, spectrum, fine.pilots, few, flip), _KEPT)
            meshed = np.concatenate([_neighbours(each) for each in kept])
            near = _coherent(spectrum, fine, meshed, flip)
            found += (
                min(near[start : start + _NEAR], key=_by_score)
                for start in range(0, len(near), _NEAR)
            )
            if min(found, key=_by_score).score >= CLEAR:
                break
        return found


def turned(average: Average, pilots: Carriers, guess: Geometry) -> Geometry:
    """A guessed lattice as it lies if turned by up to two degrees, refined to its pilots.

    Args:
        average: where to listen.
        pilots: the carriers of the sync key.
        guess: an upright lattice whose scales are known.
    """
    fine = Listener.of(pilots, _SHIFT_GRID)
    turns = np.arange(-6, 7, dtype=np.float32) * np.float32(_ROTATION_STEP / 3)
    (x, y), flip = guess.scale, guess.flipped
    near = np.stack([np.full_like(turns, x), np.full_like(turns, y), turns], 1)
    scores = [each.score for each in _coherent(average.spectrum, fine, as_floats(near), flip)]
    start = Lattice(flip, x, y, float(turns[int(np.argmax(scores))]))
    return refined(average.fourier, fine, start, TURNED).geometry


def cuts(average: Average, pilots: Carriers, limit: int) -> list[Geometry]:
    """The likeliest lattices of an upload that was cut out of a copy, upright, and resized by a
    usual factor if at all. Only its shift is unknown, and pilots too faint for the search tell it:
    there are a hundred times fewer hypotheses for noise to fit.

    Args:
        average: where to listen.
        pilots: the carriers of the sync key.
        limit: how many lattices at most.
    """
    found = []
    for flip, factor in product((False, True), _USUAL_FACTORS):
        geometry = Geometry.of(flip, factor, factor, 0.0)
        shifts = Folded.of(average.fourier, geometry).shifts(pilots, _SHIFTS)
        found += [Found(score, geometry.moved(shift)) for score, shift in shifts]
    return [each.geometry for each in sorted(found, key=_by_score)[:limit]]


def _by_score(found: Found) -> float:
    return -found.score


def _usual_sizes(spectrum: Complexes, fine: Listener) -> Found:
    found = [each for flip in (False, True) for each in _coherent(spectrum, fine, _USUAL, flip)]
    return min(found, key=_by_score)


def _best(hypotheses: Floats, scores: Floats, count: int) -> Floats:
    return hypotheses[np.argpartition(-scores, count)[:count]]


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


def _coarse_scores(spectrum: Complexes, coarse: Listener, flip: bool) -> Floats:
    """Pilot score of every hypothesis, shape (hypotheses,)."""
    either = np.concatenate([spectrum.ravel(), spectrum.ravel().conj(), np.zeros(1, np.complex64)])
    turned = np.exp(-1j * coarse.pilots.phase).astype(np.complex64)
    places = _places(coarse, flip, spectrum.shape)
    return np.concatenate([coarse.scores(either.take(block) * turned) for block in _blocks(places)])


@lru_cache(maxsize=4)
def _places(coarse: Listener, flip: bool, shape: tuple[int, int]) -> NDArray[np.int32]:
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


def _coherent(spectrum: Complexes, fine: Listener, hypotheses: Floats, flip: bool) -> list[Found]:
    """The lattice of each hypothesis with its pilot score."""
    return [
        Found(float(score), Geometry.of(flip, *(float(entry) for entry in hypothesis)))
        for score, hypothesis in zip(
            _scores(fine.peaks, spectrum, fine.pilots, hypotheses, flip), hypotheses, strict=True
        )
    ]


def _scores(
    hear: Callable[[Complexes], Floats], spectrum: Complexes, pilots: Carriers, hypotheses: Floats,
    flip: bool,
) -> Floats:  # fmt: skip
    """Pilot score of each hypothesis, as a listener hears it; shape (hypotheses,)."""
    return np.concatenate(
        [hear(_values(spectrum, pilots, block, flip)) for block in _blocks(hypotheses)]
    )


def _blocks(rows: NDArray[Any]) -> Iterator[NDArray[Any]]:
    return (rows[start : start + _BATCH] for start in range(0, len(rows), _BATCH))


def _values(spectrum: Complexes, pilots: Carriers, hypotheses: Floats, flip: bool) -> Complexes:
    """What the pilots' places hold under each hypothesis, shape (hypotheses, pilots)."""
    size = spectrum.shape[0]
    half = size // 2
    x, y, mirrored = _frequencies(pilots.u, pilots.v, hypotheses, flip, size)
    values = _interpolated(spectrum, x, y + half)
    values = np.where(mirrored, values.conj(), values)
    values *= as_complexes(np.exp(-1j * pilots.phase))
    values *= (x < half - 2) & (np.abs(y) < half - 2)
    return as_complexes(values)


def _interpolated(spectrum: Complexes, x: Floats, y: Floats) -> Complexes:
    """Bilinear samples of a spectrum at columns x and rows y, clipped to its inside."""
    rows, columns = spectrum.shape
    left, top = (np.clip(np.floor(side), 0, count - 2) for side, count in ((x, columns), (y, rows)))
    right_share, lower_share = x - left, y - top
    place = top.astype(np.intp) * columns + left.astype(np.intp)
    whole = spectrum.ravel()
    upper, lower = (
        whole.take(row) * (1 - right_share) + whole.take(row + 1) * right_share
        for row in (place, place + columns)
    )
    return as_complexes(upper * (1 - lower_share) + lower * lower_share)


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
