"""What a published clip looks like, kept small, and whether an upload still looks like it.

A mark says which clip an upload claims to be. It can be copied onto other pictures; so the registry
keeps a *reference* of each clip, and an upload that carries the clip's mark is compared with it,
place by place: it matches, or it was altered (when, where), or it is other content with a
transplanted mark. The PDQ hashes of a reference (Facebook, 2019) answer for clips whose mark is
gone; they are kept in the eight orientations of a picture.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
import pdqhash
from numpy.typing import NDArray

from provenance.alignment import Placement, distances, pair, photometric, place, thumbnail
from provenance.watermark.geometry import Geometry
from provenance.watermark.planes import Bytes, Floats, as_bytes, as_floats, local_mean

THUMBNAILS_PER_SECOND = 6
MAX_THUMBNAILS = 96
_HASHES_PER_SECOND = 2
_MAGIC = b"KMREF1"
_MAX_BYTES = 8_000_000
_MAX_SIDE = 8192

OTHER_BELOW = 0.5
"""Share of the picture's structure that must be found again for content to be called the same."""
OTHER_AREA = 0.5
"""Share of the picture that must differ most of the time for content to be called another: a plain
drawing has so few outlines that a busy picture may happen to hold them."""
ALTERED_AREA = 0.015
"""Share of the picture that must differ for a moment to be called altered."""
_STRUCTURE = 60.0
"""Gradient energy, in squared grey levels, from which a place has structure to compare."""
_LEAST_STRUCTURE = 12
"""Thumbnail pixels with structure below which there is none to speak of."""
_LEAST_MISSING = 0.5
"""Seconds at an end of the clip below which nothing counts as left out: moments are sampled."""
_AGREEMENT = 0.5
_TOLERANCE = 20.0
"""Grey levels that compression, blur and a bent tone curve may cost."""


class ContentState(StrEnum):
    """What an upload is, compared with the registered clip whose mark it carries."""

    MATCHES = "matches"
    ALTERED = "altered"
    OTHER = "other"


@dataclass(frozen=True)
class Region:
    """An altered place, as shares of the clip's width and height, and when (upload seconds)."""

    x: float
    y: float
    width: float
    height: float
    start: float
    end: float


@dataclass(frozen=True)
class ContentMatch:
    """The answer of `compare`.

    Args:
        state: the verdict.
        score: share of the clip's structure found again, 0 … 1, median over time.
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


@dataclass(frozen=True)
class Reference:
    """A clip's compact picture: thumbnails of its luma at an eighth of its size, and PDQ hashes.

    Args:
        size: (width, height) of the clip.
        fps: its frames per second.
        frames: how many frames it has.
        indices: frame number of each thumbnail.
        thumbnails: (n, height // 8, width // 8) uint8.
        hashes: (m, 8, 32) uint8, PDQ of every half second in eight orientations.
    """

    size: tuple[int, int]
    fps: float
    frames: int
    indices: NDArray[np.int64]
    thumbnails: Bytes
    hashes: Bytes

    @property
    def seconds(self) -> Floats:
        return as_floats(self.indices / self.fps)

    def to_bytes(self) -> bytes:
        head = {
            "size": self.size,
            "fps": self.fps,
            "frames": self.frames,
            "indices": self.indices.tolist(),
            "thumbnails": self.thumbnails.shape,
            "hashes": self.hashes.shape,
        }
        steps = np.diff(self.thumbnails, axis=0, prepend=np.zeros_like(self.thumbnails[:1]))
        text = json.dumps(head, separators=(",", ":")).encode()
        body = text + as_bytes(steps).tobytes() + self.hashes.tobytes()
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
        shape = tuple(int(side) for side in head["thumbnails"])
        hashes = tuple(int(side) for side in head["hashes"])
        indices = np.array(head["indices"], np.int64)
        width, height = (int(side) for side in head["size"])
        fps = float(head["fps"])
        sound = (
            len(shape) == 3 and len(hashes) == 3 and min(shape) > 0 and min(hashes) >= 0
            and indices.shape == shape[:1] and 0 < width <= _MAX_SIDE and 0 < height <= _MAX_SIDE
            and hashes[1:] == (8, 32) and 0 < fps <= 1000
            and len(body) == length + int(np.prod(shape)) + int(np.prod(hashes))
        )  # fmt: skip
        if not sound:
            raise ValueError("not a reference of a clip")
        pixels = np.frombuffer(body, np.uint8, int(np.prod(shape)), length).reshape(shape)
        thumbnails = np.cumsum(pixels, axis=0, dtype=np.uint8)
        codes = np.frombuffer(body, np.uint8, int(np.prod(hashes)), length + pixels.size)
        return cls((width, height), fps, int(head["frames"]), indices, thumbnails,
                   codes.reshape(hashes))  # fmt: skip


def reference(frames: Iterable[Bytes], *, fps: float = 24.0) -> Reference:
    """The reference of a clip.

    Args:
        frames: (H, W, 3) uint8 sRGB pictures, at least one; as published, marked.
        fps: frames per second.

    Raises:
        ValueError: without frames.
    """
    lumas = [as_bytes(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)) for frame in frames]
    if not lumas:
        raise ValueError("a reference needs at least one frame")
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
    )


def orientations(luma: Bytes) -> Bytes:
    """PDQ hashes of a picture in its eight orientations, (8, 32) uint8."""
    vectors, _ = pdqhash.compute_dihedral(cv2.cvtColor(luma, cv2.COLOR_GRAY2RGB))
    return np.packbits(np.array(vectors, np.uint8), axis=1)


def compare(
    luma: Sequence[Bytes],
    geometry: Geometry | None,
    reference: Reference,
    *,
    fps: float | None = None,
) -> ContentMatch:
    """Whether an upload shows the registered clip.

    Args:
        luma: (h, w) uint8 luma planes of the upload, in order of time.
        geometry: where the detector found the mark; None takes the upload for the whole clip.
        reference: of the clip that the mark names.
        fps: of the upload; None for the clip's own.
    """
    placed = place(luma, geometry, reference.thumbnails, reference.size)
    if not placed.visible.any():
        return ContentMatch(ContentState.OTHER, 0.0)
    rate = fps or reference.fps
    upload_seconds = as_floats(placed.indices / rate)
    distance = distances(reference.thumbnails, placed.pictures, placed.visible)
    pairing = pair(distance, reference.seconds, upload_seconds)
    if pairing is None:
        return ContentMatch(ContentState.OTHER, 0.0)
    verdicts = [
        _difference(reference.thumbnails[left], placed.pictures[right], placed.visible)
        for left, right in zip(pairing.reference, pairing.upload, strict=True)
    ]
    score = float(np.median([share for share, _ in verdicts]))
    changed = np.stack([different for _, different in verdicts])
    coverage = len(verdicts) / len(reference.thumbnails)
    foreign = float(np.median(changed.sum((1, 2)))) / max(1, int(placed.visible.sum()))
    if score < OTHER_BELOW or foreign > OTHER_AREA:
        return ContentMatch(ContentState.OTHER, score, coverage=coverage)
    when = upload_seconds[pairing.upload]
    segments, regions = _localised(changed, when, placed)
    state = ContentState.ALTERED if segments else ContentState.MATCHES
    length = reference.frames / reference.fps
    return ContentMatch(
        state,
        score,
        segments,
        regions,
        as_floats(changed.mean(0)),
        coverage,
        pairing.start,
        pairing.speed,
        length,
        _missing(reference.seconds[pairing.reference], length),
    )


def _missing(shown: Floats, length: float) -> tuple[tuple[float, float], ...]:
    """What lies before the first and after the last moment that was found again."""
    ends = ((0.0, float(shown[0])), (float(shown[-1]), length))
    return tuple((start, end) for start, end in ends if end - start > _LEAST_MISSING)


def _difference(
    wanted: Bytes, seen: Floats, visible: NDArray[np.bool_]
) -> tuple[float, NDArray[np.bool_]]:
    """(share of the structure found again, places that differ) for one moment."""
    # Where the upload shows nothing the clip stands in for it, so that no border is seen there.
    filled = np.where(visible, photometric(seen, as_floats(wanted), visible), wanted)
    target, picture = (
        as_floats(cv2.GaussianBlur(as_floats(each), (0, 0), 0.7)) for each in (wanted, filled)
    )
    inner = cv2.erode(visible.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    cross, own, seen_energy = _gradients(target, picture)
    energy = own + seen_energy
    structured = (energy > _STRUCTURE) & inner
    wanted_structure = (2 * own > _STRUCTURE) & inner  # the clip's: a caption brings its own
    agreeing = 2 * cross > _AGREEMENT * energy
    kernel = np.ones((3, 3), np.uint8)
    above = picture - as_floats(cv2.dilate(target, kernel))
    below = as_floats(cv2.erode(target, kernel)) - picture
    level = np.maximum(above, below) > _TOLERANCE
    if wanted_structure.sum() >= _LEAST_STRUCTURE:
        share = float(agreeing[wanted_structure].mean())
    else:  # one flat colour: its level speaks, if enough of it is seen
        share = float(1 - level[inner].mean()) if visible.mean() > 0.5 else 0.0
    wrong = (structured & ~agreeing).astype(np.uint8)
    edges = cv2.erode(wrong, np.ones((5, 5), np.uint8), borderValue=0) > 0
    different = (level | edges) & inner  # eroded: a window sees an edge two places early
    cleaned = cv2.morphologyEx(different.astype(np.uint8), cv2.MORPH_OPEN, kernel)
    return share, cv2.morphologyEx(cleaned, cv2.MORPH_CLOSE, kernel) > 0


def _gradients(left: Floats, right: Floats) -> tuple[Floats, Floats, Floats]:
    """Over 5 × 5 places: product of two pictures' gradients, energy of the one and of the other."""
    slopes = [
        [
            as_floats(cv2.Sobel(p, cv2.CV_32F, x, y, ksize=3, scale=0.25))
            for x, y in ((1, 0), (0, 1))
        ]
        for p in (left, right)
    ]
    (ax, ay), (bx, by) = slopes
    products = (ax * bx + ay * by, ax * ax + ay * ay, bx * bx + by * by)
    cross, one, other = (local_mean(product, 5) for product in products)
    return cross, one, other


def _localised(
    changed: NDArray[np.bool_], when: Floats, placed: Placement
) -> tuple[tuple[tuple[float, float], ...], tuple[Region, ...]]:
    """Segments in time, and in each the places that differ for most of it."""
    area = max(1, int(placed.visible.sum()))
    altered = changed.sum((1, 2)) / area > ALTERED_AREA
    step = float(np.median(np.diff(when))) if len(when) > 1 else 1 / THUMBNAILS_PER_SECOND
    segments: list[tuple[float, float]] = []
    regions: list[Region] = []
    for first, last in _runs(altered):
        if last == first and len(when) > 2:
            continue  # a single moment is a mismatch in time, not an edit
        start, end = float(when[first]), float(when[last]) + step
        segments.append((start, end))
        regions.extend(_boxes(changed[first : last + 1].mean(0) > 0.5, start, end))
    return tuple(segments), tuple(regions)


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(first, last) of each run of true flags."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _boxes(mask: NDArray[np.bool_], start: float, end: float) -> list[Region]:
    rows, columns = mask.shape
    count, _, boxes, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    return [
        Region(float(x) / columns, float(y) / rows, float(w) / columns, float(h) / rows, start, end)
        for x, y, w, h, size in boxes[1:count]
        if size >= 6
    ]
