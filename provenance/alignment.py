"""Laying an upload over the clip that it claims to be, in space, in time and in brightness.

The mark's geometry says exactly how the upload was scaled, turned and mirrored, and where the tile
lattice lies; which tile is which it cannot say. So only a handful of whole-tile shifts remain to be
compared, and a straight line in time: an upload may be trimmed, and faster or slower.

All comparison is done on thumbnails, one eighth of the clip's size.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from provenance.watermark.geometry import Geometry, of_format
from provenance.watermark.pattern import TILE, tile_pixels
from provenance.watermark.planes import Bytes, Floats, as_bytes, as_floats

SHRINK = 8
"""Clip pixels per thumbnail pixel, each way."""
MIN_OVERLAP = 0.06
"""Least share of the clip's picture that an upload must show under a shift to be considered."""
_COMPARED_FRAMES = 240
_SPEEDS = np.exp(np.linspace(math.log(0.45), math.log(2.2), 41))
_PROBES = 5
_TURNED = 0.3
"""Degrees from which a picture counts as turned."""
_BLACK = 26
_EDGE = 6.0
"""Gradient, in grey levels per thumbnail pixel, at which an edge counts half."""
_SLACK_SECONDS = 0.09
"""How far a frame may lie from the straight line in time: dropped and doubled frames."""


def thumbnail(luma: Bytes) -> Bytes:
    """A (h, w) luma picture at one eighth of its size."""
    height, width = luma.shape
    size = (max(1, width // SHRINK), max(1, height // SHRINK))
    return as_bytes(cv2.resize(luma, size, interpolation=cv2.INTER_AREA))


@dataclass(frozen=True)
class Placement:
    """Upload thumbnails laid over the clip's: `pictures` (n, h, w) in grey levels, `visible`
    (h, w) where the upload shows the clip, `indices` of the upload's frames."""

    pictures: Floats
    visible: NDArray[np.bool_]
    indices: NDArray[np.int64]


@dataclass(frozen=True)
class Pairing:
    """Which upload frame shows which thumbnail of the clip.

    Args:
        reference: indices of the clip's thumbnails, ascending.
        upload: index into the placement's pictures for each.
        speed: clip seconds per upload second.
        start: upload seconds at which the clip's first second lies (may be negative).
        cost: mean distance along the line, 0 (equal) … 2.
    """

    reference: NDArray[np.int64]
    upload: NDArray[np.int64]
    speed: float
    start: float
    cost: float


def place(
    luma: Sequence[Bytes], geometry: Geometry | None, thumbnails: Bytes, size: tuple[int, int]
) -> Placement:
    """Find the whole-tile shift under which an upload looks most like the clip, and apply it.

    Args:
        luma: the upload's (h, w) frames.
        geometry: where the mark lies in it; None takes the upload for the whole clip, resized.
        thumbnails: the clip's, (n, h/8, w/8).
        size: (width, height) of the clip in pixels.
    """
    height, width = luma[0].shape
    units = tile_pixels(*size) / TILE
    lattice = geometry or of_format(width, height, size)
    sharpness = min(lattice.scale) / units
    indices = np.arange(0, len(luma), max(1, math.ceil(len(luma) / _COMPARED_FRAMES)))
    probes = [luma[int(i)] for i in indices[:: max(1, len(indices) // _PROBES)]]
    shown = _shown(probes, lattice)
    softened = [_softened(probe, sharpness) for probe in probes]
    best: tuple[float, Geometry] = (math.inf, lattice)
    for shifted in _shifts(lattice, size) if geometry else [lattice]:
        visible = _warped(shown, shifted, units, thumbnails) > 0.99
        if visible.mean() < MIN_OVERLAP:
            continue
        pictures = np.stack([_warped(probe, shifted, units, thumbnails) for probe in softened])
        cost = float(np.median(distances(thumbnails, pictures, visible).min(0)))
        cost += 0.25 * (1 - float(visible.mean()))  # by chance a small part fits more easily
        if cost < best[0]:
            best = (cost, shifted)
    visible = _warped(shown, best[1], units, thumbnails) > 0.99
    pictures = np.stack(
        [_warped(_softened(luma[int(i)], sharpness), best[1], units, thumbnails) for i in indices]
    )
    return Placement(pictures, visible, indices)


def distances(thumbnails: Bytes, pictures: Floats, visible: NDArray[np.bool_]) -> Floats:
    """Distance of each thumbnail from each picture, shape (thumbnails, pictures), 0 … 2.

    One minus the correlation of their outlines: gradients over the visible part, all strong edges
    counting alike, so that neither brightness nor a caption bar decides.
    """
    inner = _eroded(visible)
    left, right = (_outlines(stack, inner) for stack in (as_floats(thumbnails), pictures))
    return as_floats(1 - left @ right.T)


def pair(distance: Floats, reference_seconds: Floats, upload_seconds: Floats) -> Pairing | None:
    """The line in time along which the upload is most like the clip.

    Args:
        distance: from `distances`.
        reference_seconds, upload_seconds: when each thumbnail and each picture is shown.

    Returns:
        the pairing, or None if fewer than one thumbnail has a counterpart.
    """
    tick = _tick(upload_seconds)
    line = _line(distance, reference_seconds, upload_seconds, tick)
    if line is None:
        return None
    cost, speed, start = line
    at = reference_seconds / speed + start
    inside = np.flatnonzero((at > upload_seconds[0] - tick) & (at < upload_seconds[-1] + tick))
    slack = max(1, round(_SLACK_SECONDS / tick))
    chosen = []
    for index in inside:
        nearest = int(np.abs(upload_seconds - at[index]).argmin())
        low, high = max(0, nearest - slack), min(len(upload_seconds), nearest + slack + 1)
        chosen.append(low + int(distance[index, low:high].argmin()))
    return Pairing(inside, np.array(chosen, np.int64), speed, start, cost)


def photometric(picture: Floats, target: Floats, visible: NDArray[np.bool_]) -> Floats:
    """`picture` with the gain and offset that bring most of it to `target`.

    Least squares, repeated without the pixels that stay far off: an overlay must not set the
    brightness of the rest. Begun from all pixels and from no change; the better one is taken.
    """
    x, y = picture[visible], target[visible]
    fits = [_trimmed_fit(x, y, *start) for start in (_least_squares(x, y), (1.0, 0.0))]
    gain, offset = max(fits, key=lambda fit: int((np.abs(fit[0] * x + fit[1] - y) < 12).sum()))
    return as_floats(gain * picture + offset)


def _trimmed_fit(x: Floats, y: Floats, gain: float, offset: float) -> tuple[float, float]:
    for tolerance in (40.0, 25.0, 16.0, 12.0, 12.0):
        kept = np.abs(gain * x + offset - y) < tolerance
        if kept.sum() < 16:
            break
        gain, offset = _least_squares(x[kept], y[kept])
    return gain, offset


def _least_squares(x: Floats, y: Floats) -> tuple[float, float]:
    """Gain, within 0.5 … 2, and offset."""
    spread = float(x.var())
    covariance = float(np.mean((x - x.mean()) * (y - y.mean())))
    gain = min(2.0, max(0.5, covariance / spread)) if spread > 4 else 1.0
    return gain, float(np.median(y - gain * x))


def _shifts(geometry: Geometry, size: tuple[int, int]) -> list[Geometry]:
    """The lattice moved by every number of whole tiles under which upload and clip may overlap."""
    across, down = (math.ceil(side / tile_pixels(*size)) + 1 for side in size)
    return [
        geometry.moved((TILE * column, TILE * row))
        for row in range(-2 * down, 2 * down + 1)
        for column in range(-2 * across, 2 * across + 1)
    ]


def _shown(frames: Sequence[Bytes], geometry: Geometry) -> Floats:
    """1 where an upload shows anything. A turned picture has black corners, which hide the clip but
    do not falsify it; on an upright one, black is content like any other."""
    height, width = frames[0].shape
    shown = np.ones((height, width), np.float32)
    if abs(geometry.rotation) < _TURNED:
        return shown
    black = (np.max(frames, 0) <= _BLACK).astype(np.uint8)
    _, labels = cv2.connectedComponents(cv2.dilate(black, np.ones((3, 3), np.uint8)))
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    shown[np.isin(labels, np.unique(border[border > 0]))] = 0
    return shown


def _outlines(pictures: Floats, inner: NDArray[np.bool_]) -> Floats:
    """Unit vectors of the gradients inside a mask, strong edges levelled off; (n, 2 pixels)."""
    rows = []
    for picture in pictures:
        soft = cv2.GaussianBlur(picture, (0, 0), 0.8)
        x, y = (as_floats(cv2.Sobel(soft, cv2.CV_32F, *d, scale=0.25)) for d in ((1, 0), (0, 1)))
        level = np.hypot(x, y) + np.float32(_EDGE)
        rows.append(np.concatenate([(x / level)[inner], (y / level)[inner]]))
    vectors = np.array(rows, np.float32)
    return as_floats(vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-6))


def _eroded(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    kernel = np.ones((3, 3), np.uint8)
    border = cv2.BORDER_CONSTANT
    return cv2.erode(mask.astype(np.uint8), kernel, borderType=border, borderValue=0) > 0


def _softened(luma: Bytes, sharpness: float) -> Floats:
    """The upload blurred as the thumbnails are: by a box of SHRINK clip pixels."""
    sigma = SHRINK / math.sqrt(12) * sharpness
    picture = as_floats(luma)
    return as_floats(cv2.GaussianBlur(picture, (0, 0), sigma)) if sigma > 0.4 else picture


def _warped(picture: Floats, geometry: Geometry, units: float, thumbnails: Bytes) -> Floats:
    """A picture seen through the clip's thumbnail grid; 0 outside."""
    matrix = geometry.array * (SHRINK / units)
    origin = geometry.array @ np.full(2, (SHRINK - 1) / 2 / units) + geometry.shift
    rows, columns = thumbnails.shape[1:]
    affine = np.column_stack([matrix, origin])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return as_floats(cv2.warpAffine(picture, affine, (columns, rows), flags=flags))


def _tick(seconds: Floats) -> float:
    return float(np.median(np.diff(seconds))) if len(seconds) > 1 else 1 / 24


def _line(
    distance: Floats, reference_seconds: Floats, upload_seconds: Floats, tick: float
) -> tuple[float, float, float] | None:
    """(cost, speed, start) of the best line; original speed is preferred among equals."""
    best: tuple[float, float, float] | None = None
    span = float(upload_seconds[-1])
    rows = np.arange(len(reference_seconds))
    for speed in sorted({1.0, *_SPEEDS.tolist()}, key=lambda s: abs(math.log(s))):
        length = float(reference_seconds[-1]) / speed
        overlap = 0.6 * min(length, span)
        for start in np.arange(overlap - length - tick, span - overlap + 2 * tick, tick):
            column = np.rint((reference_seconds / speed + start) / tick).astype(int)
            inside = (column >= 0) & (column < len(upload_seconds))
            if not inside.any():
                continue
            cost = float(distance[rows[inside], column[inside]].mean())
            cost += 0.02 * abs(math.log(speed)) + 0.02 * (1 - float(inside.mean()))
            if best is None or cost < best[0]:
                best = (cost, speed, float(start))
    return best
