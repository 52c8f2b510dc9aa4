"""What a published clip looks like, kept small, and whether an upload still looks like it.

A mark says which clip an upload claims to be. It can be copied onto other pictures; so the registry
keeps a *reference* of each clip, and an upload that carries the clip's mark is compared with it,
place by place: it matches, or it was altered (when, where), or it is other content with a
transplanted mark. The PDQ hashes of a reference (Facebook, 2019) answer for clips whose mark is
gone; they are kept in the eight orientations of a picture.
"""

from __future__ import annotations

import json
import math
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from provenance.alignment import (
    Grid,
    Pairing,
    Placement,
    distances,
    lay,
    pair,
    place,
    straightened,
    thumbnail,
)
from provenance.difference import Moment, compared, hue_differs, is_pale, photometric
from provenance.likeness import Likeness
from provenance.localise import ALTERED_AREA, Changes, Region, alterations, heatmap
from provenance.perspective import NONE, remaining
from provenance.shortlist import hashed
from provenance.watermark.geometry import Geometry
from provenance.watermark.planes import Bytes, Floats, as_bytes, as_floats

THUMBNAILS_PER_SECOND = 6
MAX_THUMBNAILS = 96
_HASHES_PER_SECOND = 2
_MAGIC = b"KMREF1"
_MAX_BYTES = 8_000_000
_MAX_SIDE = 8192
_CHROMA_PITCH = 16
_CHROMA_STEP = 4
"""Levels to which stored chroma is rounded."""
_NO_CHROMA: Bytes = np.zeros((0, 0, 0, 2), np.uint8)
_BT709 = np.array(
    [
        [0.18259, 0.61423, 0.06201],
        [-0.10064, -0.33857, 0.43922],
        [0.43922, -0.39894, -0.04027],
    ],
    np.float32,
)
"""Y', Cb, Cr of 8-bit video in limited range, less 16, 128, 128 (ITU-R BT.709)."""

_LEAST_MISSING = 0.5
"""Seconds at an end of the clip below which nothing counts as left out: moments are sampled."""


class ContentState(StrEnum):
    """What an upload is, compared with the registered clip whose mark it carries."""

    MATCHES = "matches"
    ALTERED = "altered"
    OTHER = "other"


class Colour(StrEnum):
    """What became of a clip's colours. A grey copy matches and is told to be one; a copy recoloured
    in parts or as a whole is altered."""

    SAME = "same"
    LOST = "lost"
    CHANGED = "changed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ContentMatch:
    """The answer of `compare`.

    Args:
        state: the verdict.
        score: share of the clip's structure found again, 0 … 1, median over time.
        motion: the same of what moves in it: two clips may share a landscape.
        covered: whether all that differs lies under a cover that stands still.
        colour: whether its colours are found again.
        segments: (start, end) in seconds of the upload in which it differs.
        regions: where it differs.
        heatmap: (h/8, w/8) share of the compared time in which each place differs, 0 … 1.
        coverage: share of the clip's time that the upload shows.
        start: upload seconds at which the clip's first second lies (may be negative).
        speed: clip seconds per upload second.
        clip_seconds: length of the clip.
        missing: (start, end) in seconds of the clip that the upload leaves out at its ends.
    """

    state: ContentState
    score: float
    segments: tuple[tuple[float, float], ...] = ()
    regions: tuple[Region, ...] = ()
    heatmap: Floats | None = None
    coverage: float = 0.0
    start: float = 0.0
    speed: float = 1.0
    clip_seconds: float = 0.0
    missing: tuple[tuple[float, float], ...] = ()
    motion: float = 0.0
    covered: bool = False
    colour: Colour = Colour.UNKNOWN


@dataclass(frozen=True)
class Reference:
    """A clip's compact picture: thumbnails of its luma at an eighth of its size, of its chroma at a
    sixteenth, and PDQ hashes.

    Args:
        size: (width, height) of the clip.
        fps: its frames per second.
        frames: how many frames it has.
        indices: frame number of each thumbnail.
        thumbnails: (n, height // 8, width // 8) uint8.
        hashes: (m, 8, 32) uint8, PDQ of every half second in eight orientations.
        chroma: (n, height // 16, width // 16, 2) uint8, Cb and Cr; None in references made before
            colour was compared.
    """

    size: tuple[int, int]
    fps: float
    frames: int
    indices: NDArray[np.int64]
    thumbnails: Bytes
    hashes: Bytes
    chroma: Bytes | None = None

    @property
    def seconds(self) -> Floats:
        return as_floats(self.indices / self.fps)

    def to_bytes(self) -> bytes:
        chroma = _NO_CHROMA if self.chroma is None else self.chroma
        head = {
            "size": self.size,
            "fps": self.fps,
            "frames": self.frames,
            "indices": self.indices.tolist(),
            "thumbnails": self.thumbnails.shape,
            "hashes": self.hashes.shape,
            "chroma": chroma.shape,
        }
        text = json.dumps(head, separators=(",", ":")).encode()
        parts = (_steps(self.thumbnails), self.hashes, _steps(chroma))
        body = text + b"".join(part.tobytes() for part in parts)
        return _MAGIC + struct.pack(">I", len(text)) + zlib.compress(body, 6)

    @classmethod
    def from_bytes(cls, data: bytes) -> Reference:
        """Read what `to_bytes` wrote.

        Raises:
            ValueError: if it is not a reference.
        """
        try:
            return cls._parse(data)
        except (KeyError, TypeError, struct.error, zlib.error, UnicodeDecodeError) as error:
            raise ValueError("not a reference of a clip") from error

    @classmethod
    def _parse(cls, data: bytes) -> Reference:
        if not data.startswith(_MAGIC):
            raise ValueError("not a reference of a clip")
        start = len(_MAGIC) + 4
        (length,) = struct.unpack(">I", data[len(_MAGIC) : start])
        unpacker = zlib.decompressobj()
        body = unpacker.decompress(data[start:], _MAX_BYTES)
        head = json.loads(body[:length])
        shapes = [
            tuple(int(side) for side in head.get(name, _NO_CHROMA.shape))
            for name in ("thumbnails", "hashes", "chroma")
        ]
        luma, codes, chroma = shapes
        indices = np.array(head["indices"], np.int64)
        width, height = (int(side) for side in head["size"])
        fps = float(head["fps"])
        sound = (
            len(luma) == 3 and len(codes) == 3 and len(chroma) == 4 and min(luma) > 0
            and min(codes) >= 0 and codes[1:] == (8, 32) and indices.shape == luma[:1]
            and (chroma == _NO_CHROMA.shape or (chroma[0], chroma[3]) == (luma[0], 2))
            and min(chroma) >= 0 and 0 < width <= _MAX_SIDE and 0 < height <= _MAX_SIDE
            and 0 < fps <= 1000 and len(body) == length + sum(map(math.prod, shapes))
        )  # fmt: skip
        if not sound:
            raise ValueError("not a reference of a clip")
        ends = np.cumsum([length, *map(math.prod, shapes)])
        first, second, third = (
            np.frombuffer(body[start:end], np.uint8).reshape(shape)
            for start, end, shape in zip(ends, ends[1:], shapes, strict=False)
        )
        return cls(
            (width, height),
            fps,
            int(head["frames"]),
            indices,
            np.cumsum(first, axis=0, dtype=np.uint8),
            second,
            np.cumsum(third, axis=0, dtype=np.uint8) if third.size else None,
        )


def _steps(stack: Bytes) -> Bytes:
    """Each picture less the one before, modulo 256: mostly zeros, which pack well."""
    return as_bytes(np.diff(stack, axis=0, prepend=np.zeros_like(stack[:1])))


def reference(frames: Iterable[Bytes], *, fps: float = 24.0) -> Reference:
    """The reference of a clip.

    Args:
        frames: (H, W, 3) uint8 sRGB pictures, at least one; as published, marked.
        fps: frames per second.

    Raises:
        ValueError: without frames.
    """
    planes = [_planes(frame) for frame in frames]
    if not planes:
        raise ValueError("a reference needs at least one frame")
    lumas = [luma for luma, _ in planes]
    every = max(1, round(fps / THUMBNAILS_PER_SECOND), -(-len(lumas) // MAX_THUMBNAILS))
    indices = np.arange(0, len(lumas), every)
    height, width = lumas[0].shape
    spaced = indices[:: max(1, round(fps / _HASHES_PER_SECOND / every))]
    return Reference(
        (width, height),
        fps,
        len(lumas),
        indices,
        np.stack([thumbnail(lumas[i]) for i in indices]),
        np.stack([orientations(lumas[i]) for i in spaced]),
        np.stack([planes[i][1] for i in indices]),
    )


def _planes(frame: Bytes) -> tuple[Bytes, Bytes]:
    """Luma (h, w) of an RGB picture as video stores it, and its coarse chroma (h/16, w/16, 2)."""
    height, width = frame.shape[:2]
    size = (max(1, width // _CHROMA_PITCH), max(1, height // _CHROMA_PITCH))
    small = as_floats(cv2.resize(frame, size, interpolation=cv2.INTER_AREA))
    chroma = small @ _BT709[1:].T + 128
    rounded = np.rint(chroma / _CHROMA_STEP) * _CHROMA_STEP
    luma = cv2.transform(frame, np.column_stack([_BT709[:1], [16]]))
    return as_bytes(luma), as_bytes(rounded)


def orientations(luma: Bytes) -> Bytes:
    """PDQ hashes of a picture in its eight orientations, (8, 32) uint8."""
    hashes, _worth = hashed(luma)
    return hashes


def compare(
    luma: Sequence[Bytes],
    geometry: Geometry | None,
    reference: Reference,
    *,
    fps: float | None = None,
    chroma: Sequence[Bytes] | None = None,
) -> ContentMatch:
    """Whether an upload shows the registered clip.

    Args:
        luma: (h, w) uint8 luma planes of the upload, in order of time.
        geometry: where the detector found the mark; None takes the upload for the whole clip.
        reference: of the clip that the mark names.
        fps: of the upload; None for the clip's own.
        chroma: (h', w', 2) uint8 coarse Cb and Cr of each frame; None leaves colour uncompared.
    """
    placed = place(luma, geometry, reference.thumbnails, reference.size)
    if not placed.visible.any():
        return ContentMatch(ContentState.OTHER, 0.0)
    rate = fps or reference.fps
    upload_seconds = as_floats(placed.indices / rate)
    pairing = _paired(reference, placed, upload_seconds)
    if pairing is None:
        return ContentMatch(ContentState.OTHER, 0.0)
    moments = _moments(reference, placed, pairing)
    seen = _seen(reference, placed, pairing, moments)
    if geometry is None and seen.is_other(nearly=True):
        return _other(seen, len(moments) / len(reference.thumbnails))
    width = luma[0].shape[1]
    colour, hues = _colours(reference, chroma, width, placed, pairing)
    best = _changes(moments, hues)
    if seen.is_other() or _is_suspect(best, placed):
        placed, pairing, moments = _straightened(
            reference, luma, placed, pairing, moments, upload_seconds
        )
        seen = _seen(reference, placed, pairing, moments)
        colour, hues = _colours(reference, chroma, width, placed, pairing)
        best = _changes(moments, hues)
    coverage = len(moments) / len(reference.thumbnails)
    if seen.is_other():
        return _other(seen, coverage)
    nominal = best
    # At another speed frames are never quite in time.
    if _is_suspect(best, placed) and pairing.speed == 1:
        straight = replace(pairing, upload=pairing.nominal)
        hues = _colours(reference, chroma, width, placed, straight)[1]
        nominal = _changes(_moments(reference, placed, straight), hues)
    when = upload_seconds[pairing.nominal]
    found = alterations(best, nominal, when, int(placed.visible.sum()), len(luma) / rate)
    segments = tuple((each.start, each.end) for each in found)
    length = reference.frames / reference.fps
    return ContentMatch(
        ContentState.ALTERED if segments else ContentState.MATCHES,
        seen.score,
        segments,
        tuple(region for each in found for region in each.regions),
        heatmap(best, found),
        coverage,
        pairing.start,
        pairing.speed,
        length,
        _missing(reference.seconds[pairing.reference], length),
        seen.motion,
        seen.beside is not None
        and not _lasts(replace(best, places=best.places & seen.beside), placed),
        colour,
    )


def _other(seen: Likeness, coverage: float) -> ContentMatch:
    return ContentMatch(ContentState.OTHER, seen.score, coverage=coverage, motion=seen.motion)


def _paired(reference: Reference, placed: Placement, upload_seconds: Floats) -> Pairing | None:
    distance = distances(reference.thumbnails, placed.pictures, placed.visible)
    return pair(distance, reference.seconds, upload_seconds)


def _seen(
    reference: Reference, placed: Placement, pairing: Pairing, moments: Sequence[Moment]
) -> Likeness:
    shown, laid = reference.thumbnails[pairing.reference], placed.pictures[pairing.upload]
    return Likeness.of(moments, shown, laid, placed.visible)


def _moments(reference: Reference, placed: Placement, pairing: Pairing) -> list[Moment]:
    return [
        compared(reference.thumbnails[left], placed.pictures[right], placed.visible)
        for left, right in zip(pairing.reference, pairing.upload, strict=True)
    ]


def _lasts(changes: Changes, placed: Placement) -> bool:
    """Whether so many places as an alteration has differ at more than one moment."""
    return bool((changes.area() > ALTERED_AREA * placed.visible.sum()).sum() > 1)


def _is_suspect(changes: Changes, placed: Placement) -> bool:
    return bool(changes.area().max() > ALTERED_AREA * placed.visible.sum())


def _straightened(
    reference: Reference,
    luma: Sequence[Bytes],
    placed: Placement,
    pairing: Pairing,
    moments: list[Moment],
    upload_seconds: Floats,
) -> tuple[Placement, Pairing, list[Moment]]:
    """The upload laid by the perspective that its lattice left over, and paired in time anew, if it
    is then more alike: pictures that lie askew are most alike at a wrong moment. Asked only where
    a mark says that it is the clip, or the content nearly does: it must never make another clip
    pass."""
    wanted = reference.thumbnails[pairing.reference]
    seen = np.stack([
        photometric(placed.pictures[right], as_floats(left), placed.visible)
        for left, right in zip(wanted, pairing.upload, strict=True)
    ])  # fmt: skip
    plane = remaining(wanted, seen, placed.visible)
    if plane is NONE:
        return placed, pairing, moments
    again = straightened(luma, placed, plane, reference.size)
    timed = _paired(reference, again, upload_seconds) or pairing
    closer = _moments(reference, again, timed)
    now, before = (np.mean([each.likeness for each in stack]) for stack in (closer, moments))
    return (again, timed, closer) if now > before else (placed, pairing, moments)


def _changes(moments: Sequence[Moment], hues: Changes) -> Changes:
    """In outline, level or hue."""
    places = np.stack([moment.different for moment in moments])
    excess = np.stack([moment.excess for moment in moments])
    return Changes(places | hues.places, as_floats(np.maximum(excess, hues.excess)))


def _colours(
    reference: Reference,
    chroma: Sequence[Bytes] | None,
    width: int,
    placed: Placement,
    pairing: Pairing,
) -> tuple[Colour, Changes]:
    """What became of the colours, and where at each moment, in thumbnail places, hues changed."""
    shape = (len(pairing.reference), *placed.visible.shape)
    nowhere = Changes(np.zeros(shape, np.bool_), np.zeros(shape, np.float32))
    if reference.chroma is None or chroma is None:
        return Colour.UNKNOWN, nowhere
    wanted = reference.chroma[pairing.reference]
    grid = Grid(reference.size, _CHROMA_PITCH, (wanted.shape[1], wanted.shape[2]))
    seen = lay(chroma, width, placed, grid, placed.indices[pairing.upload])
    share = cv2.resize(as_floats(placed.visible), grid.shape[::-1], interpolation=cv2.INTER_AREA)
    visible = share > 0.99
    if not visible.any():
        return Colour.UNKNOWN, nowhere
    if is_pale(wanted, seen, visible):
        return Colour.LOST, nowhere
    hues = [hue_differs(*each, visible) for each in zip(wanted, seen, strict=True)]
    places, excess = (
        np.stack([
            cv2.resize(as_floats(each), shape[:0:-1], interpolation=cv2.INTER_NEAREST)
            for each in part
        ])
        for part in zip(*hues, strict=True)
    )  # fmt: skip
    changes = Changes(places > 0, as_floats(excess))
    return (Colour.CHANGED if _lasts(changes, placed) else Colour.SAME), changes


def _missing(shown: Floats, length: float) -> tuple[tuple[float, float], ...]:
    """What lies before the first and after the last moment that was found again."""
    ends = ((0.0, float(shown[0])), (float(shown[-1]), length))
    return tuple((start, end) for start, end in ends if end - start > _LEAST_MISSING)
