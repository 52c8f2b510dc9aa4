"""Finding a published clip by what it looks like, where its mark is gone.

Two steps. PDQ hashes (Facebook, 2019) of a few of the upload's frames are held against those of all
clips: of the whole picture in its eight orientations, and of its upper, lower and middle part, as
it is and mirrored, for a caption changes a third of the hash of the whole. Borders of black are
tried with and without. The nearest clips are candidates.

A hash alone proves little: drawings are alike. So a candidate counts only if its reference, laid
over the upload place by place, agrees (`fingerprint.compare`), and if what moves in it does: many
clips share a landscape.

No theorem bounds the chance of a false match, as one does for the mark. It is estimated from how
much pairs of different clips in one landscape share of what moves (`benchmarks.robustness.lookup`,
`chance`): twelve candidates at most, each with that tail beyond `MOTION`. That is the chance for
different subjects; two takes of one prompt may be alike enough to be taken for one another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import pdqhash
from numpy.typing import NDArray

from provenance.fingerprint import ContentMatch, ContentState, Reference, compare
from provenance.watermark.planes import Bytes, as_bytes

CANDIDATES = 6
"""How many of the nearest clips are compared."""
LIKENESS = 0.7
"""Share of a clip's structure that must be found again for an unmarked upload to be called it."""
MOTION = 0.8
"""The same of what moves in it."""
PARTS = (
    (0.0, 0.0, 1.0, 1.0),
    (0.0, 0.0, 1.0, 0.75),
    (0.0, 0.25, 1.0, 1.0),
    (0.15, 0.15, 0.85, 0.85),
)
"""Left, top, right and bottom of what is hashed."""
_FRAMES = 4
"""Moments of a clip, and of an upload, that are hashed."""
_SIDE = 64
_FAR = 100
"""Bits, of 256, beyond which two pictures have nothing to do with one another."""
_BLACK = 26
_LEAST_LEFT = 0.4
"""Share of each side that trimming must leave."""

_TURNS: tuple[Callable[[Bytes], Bytes], ...] = (
    lambda plane: plane,
    lambda plane: np.rot90(plane),
    lambda plane: np.rot90(plane, 2),
    lambda plane: np.rot90(plane, 3),
    lambda plane: plane[::-1],
    lambda plane: plane[:, ::-1],
    lambda plane: plane.T,
    lambda plane: np.rot90(plane, 2).T,
)
"""How a picture is laid over a clip; in the order of PDQ's dihedral hashes."""
_UPRIGHT, _MIRRORED = 0, 5


@dataclass(frozen=True)
class Similar:
    """A clip that an upload shows, by its place in the index, and how the two compare."""

    clip: int
    match: ContentMatch


def codes(reference: Reference) -> Bytes:
    """The hashes by which a clip is found, (n, 32) uint8: what an index keeps of it."""
    return np.concatenate([codes_of(thumbnail) for thumbnail in _spaced(reference.thumbnails)])


class Fingerprints:
    """Hashes of many clips, to be searched.

    Args:
        hashes: `codes` of each clip, (n, 32) uint8; hashes of whole frames alone do for uploads
            without captions.
    """

    def __init__(self, hashes: Sequence[Bytes]) -> None:
        stacked = np.concatenate([np.empty((0, 32), np.uint8), *hashes])
        self._words = np.ascontiguousarray(stacked.view(np.uint64).T)  # (4, rows)
        self._first = np.cumsum([0, *map(len, hashes)])[:-1]

    def nearest(self, luma: Sequence[Bytes], limit: int = CANDIDATES) -> list[int]:
        """The clips whose frames look most like those of an upload, the likeliest first.

        Args:
            luma: (h, w) uint8 planes of the upload, at least one.
            limit: how many at most.
        """
        return [clip for clip, _turn in self._candidates(luma, limit)]

    def find(
        self, luma: Sequence[Bytes], fps: float, reference_of: Callable[[int], Reference]
    ) -> Similar | None:
        """The clip that an upload shows, or None.

        Args:
            luma: (h, w) uint8 planes of the upload, in order of time.
            fps: of the upload.
            reference_of: looks a clip's reference up; called for the candidates only.
        """
        for planes in _views(luma):
            for clip, turn in self._candidates(planes, CANDIDATES):
                turned = [_TURNS[turn](plane) for plane in planes]
                match = compare(turned, None, reference_of(clip), fps=fps)
                if _is_the_clip(match):
                    return Similar(clip, match)
        return None

    def _candidates(self, luma: Sequence[Bytes], limit: int) -> list[tuple[int, int]]:
        """The nearest clips and the turn under which each is near."""
        if not len(self._first):
            return []
        probes = [_hypotheses(probe) for probe in _spaced(luma)]
        turns = [turn for turn, _code in probes[0]]
        totals = np.zeros((len(turns), len(self._first)), np.int64)
        for probe in probes:  # one part and turn for all frames
            for total, (_turn, code) in zip(totals, probe, strict=True):
                total += self._closest(code)
        best, way = totals.min(0), totals.argmin(0)
        near = np.argsort(best, kind="stable")[:limit]
        return [(int(clip), turns[way[clip]]) for clip in near if best[clip] <= _FAR * len(probes)]

    def _closest(self, code: Bytes) -> NDArray[np.int64]:
        """Distance of each clip's nearest hash from a code, in bits."""
        apart = np.zeros(self._words.shape[1], np.uint16)
        for column, word in zip(self._words, code.view(np.uint64), strict=True):
            apart += np.bitwise_count(column ^ word)
        return np.minimum.reduceat(apart, self._first).astype(np.int64)


def _is_the_clip(match: ContentMatch) -> bool:
    same = match.state is not ContentState.OTHER
    return same and match.score >= LIKENESS and match.motion >= MOTION


def _spaced(pictures: Sequence[Bytes] | Bytes) -> list[Bytes]:
    """A few of the pictures, evenly spaced."""
    count = min(_FRAMES, len(pictures))
    return [pictures[int(i)] for i in np.linspace(0, len(pictures) - 1, count)]


def _views(luma: Sequence[Bytes]) -> list[Sequence[Bytes]]:
    """The upload as it is and, if it has borders of black, without them."""
    seen = np.max(_spaced(luma), 0) > _BLACK
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    if not len(rows):
        return [luma]
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    height, width = seen.shape
    whole = (bottom - top, right - left) == (height, width)
    if whole or bottom - top < _LEAST_LEFT * height or right - left < _LEAST_LEFT * width:
        return [luma]
    return [luma, [as_bytes(plane[top:bottom, left:right]) for plane in luma]]


def codes_of(picture: Bytes) -> Bytes:
    """PDQ of each part of a (h, w) luma picture, (PARTS, 32) uint8."""
    return np.stack([_packed(pdqhash.compute(part)[0]) for part in _parts(picture)])


def _hypotheses(picture: Bytes) -> list[tuple[int, Bytes]]:
    """(turn, code) of the whole in every turn, and of its parts upright and mirrored."""
    whole, *others = _parts(picture)
    vectors = list(enumerate(pdqhash.compute_dihedral(whole)[0]))
    for part in others:
        vectors.append((_UPRIGHT, pdqhash.compute(part)[0]))
        vectors.append((_MIRRORED, pdqhash.compute(part[:, ::-1].copy())[0]))
    return [(turn, _packed(vector)) for turn, vector in vectors]


def _parts(picture: Bytes) -> list[Bytes]:
    """Each part, small, as the three equal channels that PDQ takes."""
    square = cv2.resize(picture, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    cut = []
    for box in PARTS:
        left, top, right, bottom = (round(_SIDE * share) for share in box)
        part = cv2.resize(square[top:bottom, left:right], (_SIDE, _SIDE))
        cut.append(as_bytes(cv2.cvtColor(part, cv2.COLOR_GRAY2RGB)))
    return cut


def _packed(vector: NDArray[np.uint8]) -> Bytes:
    return np.packbits(np.asarray(vector, np.uint8))
