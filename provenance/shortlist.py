"""The few of many published clips that an upload may show: those whose frames have hashes like its.

Laying a clip over an upload place by place (`similar`) takes tenths of a second, so it is done for
a few only. Hashes are PDQ (Facebook, 2019). Of a clip are kept those of frames spread over it, and
of a few frames' upper, lower and middle part: a caption changes a third of the hash of the whole.
An upload is looked at in the eight orientations of a picture, its parts as they are and mirrored,
and all that once more without its borders of black. 100,000 clips of five seconds are 70 MB of
hashes, and are gone through in some .4 s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import pdqhash
from numpy.typing import NDArray

from provenance.watermark.planes import Bytes, Floats, as_bytes, as_floats

FINGERPRINT_ALGORITHM = "org.kinemark.pdq-frames.1"
"""Its value: hashes of frames spread over the clip, 32 bytes each, in order of time."""
HASH_BYTES = 32
TURNS = 8
"""Orientations of a picture, in the order of PDQ's dihedral hashes."""
BORDERLESS = TURNS
"""Added to a turn: the same without borders of black."""
PARTS = (
    (0.0, 0.0, 1.0, 1.0),
    (0.0, 0.0, 1.0, 0.75),
    (0.0, 0.25, 1.0, 1.0),
    (0.15, 0.15, 0.85, 0.85),
)
"""Left, top, right and bottom of what is hashed: first the whole."""
CANDIDATES = 4
"""How many clips are worth comparing with an upload."""
FAR = 104.0
"""Bits, of 256, beyond which pictures have nothing to do with one another; 128 are chance."""
_CHANCE = 128
_MOMENTS = 4
"""Moments of an upload that are hashed, and of a clip whose parts are."""
_SIDE = 64
"""Pixels of the square that parts are cut out of, as large as a reference's thumbnails."""
_WORTH_HASHING = 50
"""PDQ's own measure of a picture, 0 … 100, below which its hash is noise."""
_MIRRORED = 5
_BLACK = 26
_LEAST_LEFT = 0.4
"""Share of each side that must be left without borders."""

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Near:
    """A clip, how many bits its frames' hashes are away from those asked for, on average, and in
    which way (`View`) it is that near."""

    mark_id: int
    bits: float
    way: int = field(default=0, compare=False)

    @property
    def similarity(self) -> int:
        """The same in per cent: 100 for equal hashes, 0 for hashes as far away as chance."""
        return max(0, round(100 * (1 - self.bits / _CHANCE)))


@dataclass(frozen=True, slots=True)
class View:
    """Hashes of an upload's frames, looked at in one way.

    Args:
        hashes: (frames, 32) uint8, at least one.
        way: the turn that lays the upload over the clip, 0 … 7, and `BORDERLESS` if its borders are
            cut off before.
        part: which part of the picture they are of: a place in `PARTS`.
    """

    hashes: Bytes
    way: int = 0
    part: int = 0


@dataclass(frozen=True)
class _Rows:
    """Hashes of one part of many clips.

    Args:
        clips: places of the clips that have any, shape (n,) int64, ascending.
        starts: where the hashes of each of these begin, shape (n,) int64.
        words: the hashes, shape (4, hashes) uint64, those of a clip side by side.
    """

    clips: NDArray[np.int64]
    starts: NDArray[np.int64]
    words: NDArray[np.uint64]

    @classmethod
    def of(cls, hashes: Sequence[bytes]) -> _Rows:
        clips = [place for place, each in enumerate(hashes) if each]
        counts = [len(hashes[place]) // HASH_BYTES for place in clips]
        rows = np.frombuffer(b"".join(hashes), np.uint64).reshape(-1, 4)
        starts = np.cumsum([0, *counts])[:-1]
        return cls(np.array(clips, np.int64), starts, np.ascontiguousarray(rows.T))

    def with_more(self, others: _Rows, clips_before: int) -> _Rows:
        return _Rows(
            np.concatenate([self.clips, others.clips + clips_before]),
            np.concatenate([self.starts, others.starts + self.words.shape[1]]),
            np.concatenate([self.words, others.words], axis=1),
        )

    def bits(self, frames: Bytes) -> Floats:
        """Of each of these clips: distance of its nearest hash from each frame's, on average."""
        total = np.zeros(len(self.clips), np.int64)
        for code in np.ascontiguousarray(frames).view(np.uint64):
            apart = np.zeros(self.words.shape[1], np.uint16)
            for column, word in zip(self.words, code, strict=True):
                apart += np.bitwise_count(column ^ word)
            total += np.minimum.reduceat(apart, self.starts)
        return as_floats(total / len(frames))


@dataclass(frozen=True)
class Shortlist:
    """Hashes of many clips, to be gone through. Never written to.

    Args:
        mark_ids: of the clips, shape (clips,) uint64.
        rows: their hashes, one for each of `PARTS`.
    """

    mark_ids: NDArray[np.uint64]
    rows: tuple[_Rows, ...]

    @classmethod
    def of(cls, clips: Iterable[tuple[int, bytes, bytes]]) -> Shortlist:
        """From mark IDs, hashes of whole frames (`hashes_of`) and of parts (`parts_of`); clips
        without hashes cannot be found, clips without parts only where nothing covers them."""
        there = [clip for clip in clips if clip[1]]
        rows = [_Rows.of([hashes for _mark_id, hashes, _parts in there])]
        for place in range(len(PARTS) - 1):
            rows.append(_Rows.of([_of_part(parts, place) for _mark_id, _hashes, parts in there]))
        return cls(np.array([mark_id for mark_id, *_ in there], np.uint64), tuple(rows))

    def __len__(self) -> int:
        return len(self.mark_ids)

    def with_more(self, others: Shortlist) -> Shortlist:
        """These clips and others."""
        return Shortlist(
            np.concatenate([self.mark_ids, others.mark_ids]),
            tuple(
                own.with_more(more, len(self))
                for own, more in zip(self.rows, others.rows, strict=True)
            ),
        )

    def nearest(
        self, views: Iterable[View], limit: int = CANDIDATES, most_bits: float = FAR
    ) -> list[Near]:
        """The clips whose frames look most like those of an upload, the likeliest first.

        Args:
            views: the upload, seen in one way or another (`views_of`); one counts for all frames.
            limit: how many clips at most.
            most_bits: how far away they may be.
        """
        bits = np.full(len(self), np.inf, np.float32)
        ways = np.zeros(len(self), np.int64)
        for view in views:
            rows = self.rows[view.part]
            if not len(rows.clips):
                continue
            apart = rows.bits(view.hashes)
            nearer = apart < bits[rows.clips]
            bits[rows.clips[nearer]] = apart[nearer]
            ways[rows.clips[nearer]] = view.way
        near = np.argsort(bits, kind="stable")[:limit]
        return [
            Near(int(self.mark_ids[clip]), float(bits[clip]), int(ways[clip]))
            for clip in near
            if bits[clip] <= most_bits
        ]


def hashes_of(reference_hashes: Bytes) -> bytes:
    """What of `Reference.hashes` goes into a shortlist: the upright ones."""
    return as_bytes(reference_hashes[:, 0]).tobytes()


def parts_of(thumbnails: Bytes) -> bytes:
    """What of `Reference.thumbnails` goes into a shortlist: hashes of the parts of a few, those of
    a moment side by side."""
    return b"".join(
        as_bytes(np.stack([code for code, _worth in _hashed_parts(thumbnail)])).tobytes()
        for thumbnail in _spaced(thumbnails)
    )


def views_of(luma: Sequence[Bytes]) -> list[View]:
    """A few of an upload's frames, looked at in all ways.

    Frames and parts without structure are left out: any plain picture is like any other.

    Args:
        luma: (h, w) uint8 planes, at least one.
    """
    frames = _spaced(luma)
    bare = without_borders(frames)
    seen = list(_looked_at(frames, 0))
    return seen if bare is frames else [*seen, *_looked_at(bare, BORDERLESS)]


def without_borders(luma: Sequence[Bytes]) -> Sequence[Bytes]:
    """An upload's frames without the black around them; the very same if there is none, or if
    hardly anything would be left."""
    box = inside_borders(luma)
    return luma if box is None else cut(luma, box)


def inside_borders(luma: Sequence[Bytes]) -> Box | None:
    """What black surrounds, as shares (left, top, right, bottom); None if there is no black
    around, or hardly anything within."""
    seen = np.max(_spaced(luma), 0) > _BLACK
    rows, columns = np.flatnonzero(seen.any(1)), np.flatnonzero(seen.any(0))
    if not len(rows):
        return None
    height, width = seen.shape
    left, right = int(columns[0]) / width, int(columns[-1] + 1) / width
    top, bottom = int(rows[0]) / height, int(rows[-1] + 1) / height
    if (left, top, right, bottom) == (0, 0, 1, 1):
        return None
    enough = min(right - left, bottom - top) >= _LEAST_LEFT
    return (left, top, right, bottom) if enough else None


def cut(planes: Sequence[Bytes], box: Box) -> list[Bytes]:
    """The same part of each (h, w, …) plane."""
    height, width = planes[0].shape[:2]
    left, right = (round(width * share) for share in box[::2])
    top, bottom = (round(height * share) for share in box[1::2])
    return [np.ascontiguousarray(plane[top:bottom, left:right]) for plane in planes]


def hashed(plane: Bytes) -> tuple[Bytes, int]:
    """PDQ of a (h, w) luma picture in its eight orientations, (`TURNS`, 32) uint8, and how much it
    holds that could be hashed, 0 … 100."""
    vectors, worth = pdqhash.compute_dihedral(cv2.cvtColor(plane, cv2.COLOR_GRAY2RGB))
    return np.packbits(np.array(vectors, np.uint8), axis=1), int(worth)


def _looked_at(frames: Sequence[Bytes], borders: int) -> Iterator[View]:
    """The whole from every side, its parts as they are and mirrored; what is worth hashing."""
    whole = [hashes for hashes, worth in map(hashed, frames) if worth >= _WORTH_HASHING]
    if whole:
        yield from (
            View(np.stack([hashes[turn] for hashes in whole]), turn + borders)
            for turn in range(TURNS)
        )
    for turn, step in ((0, 1), (_MIRRORED, -1)):
        seen = [_hashed_parts(np.ascontiguousarray(frame[:, ::step])) for frame in frames]
        for part, of_frames in enumerate(zip(*seen, strict=True), 1):
            kept = [code for code, worth in of_frames if worth >= _WORTH_HASHING]
            if kept:
                yield View(np.stack(kept), turn + borders, part)


def _hashed_parts(picture: Bytes) -> list[tuple[Bytes, int]]:
    """PDQ of each part but the whole of a (h, w) luma picture, and what it holds."""
    square = cv2.resize(picture, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    found = []
    for box in PARTS[1:]:
        left, top, right, bottom = (round(_SIDE * share) for share in box)
        part = cv2.resize(square[top:bottom, left:right], (_SIDE, _SIDE))
        vector, worth = pdqhash.compute(cv2.cvtColor(part, cv2.COLOR_GRAY2RGB))
        found.append((np.packbits(np.asarray(vector, np.uint8)), int(worth)))
    return found


def _of_part(parts: bytes, place: int) -> bytes:
    """The hashes of one part out of those of all."""
    rows = np.frombuffer(parts, np.uint8).reshape(-1, len(PARTS) - 1, HASH_BYTES)
    return rows[:, place].tobytes()


def _spaced(pictures: Sequence[Bytes] | Bytes) -> list[Bytes]:
    """A few of the pictures, evenly spaced."""
    places = np.linspace(0, len(pictures) - 1, min(_MOMENTS, len(pictures))).astype(int)
    return [pictures[place] for place in places.tolist()]
