"""Laying an upload over the clip that it claims to be, in space, in time and in brightness.

The mark's geometry says exactly how the upload was scaled, turned and mirrored, and where the tile
lattice lies; which tile is which it cannot say. So only a handful of whole-tile shifts remain to be
compared, and a straight line in time: an upload may be trimmed, and faster or slower.

All comparison is done on thumbnails, one eighth of the clip's size.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from provenance.perspective import NONE, Plane, in_pixels
from provenance.watermark.geometry import Geometry, of_format
from provenance.watermark.pattern import TILE, tile_pixels
from provenance.watermark.planes import Bytes, Floats, as_bytes, as_floats

SHRINK = 8
"""Clip pixels per thumbnail pixel, each way."""
MIN_OVERLAP = 0.06
"""Least share of the clip's picture that an upload must show under a shift to be considered."""
MIN_SHOWN, _UNSHOWN = 0.2, 0.5
"""What an upload shows of a clip under a shift, as a share of the upload or the clip, the larger:
the least to be considered, and what lacking all of it costs. A cut shows nothing but the clip, a
picture in a picture all of it; a shift under which most of both lies beside the other is a
coincidence. Where only the clip's share counted, 7 of 387 uploads of other clips were laid over a
corner without outlines, and passed; now the likest finds 0.42 of a clip's structure."""
_WHOLLY = 0.99
"""Weight of a place that lies wholly within what an upload shows."""
_COMPARED_FRAMES = 720
"""At most; of a minute at 24 frames a second every second one, as in a copy at 12: sampled more
coarsely, whatever moves fast was elsewhere in the nearest frame, and genuine clips were accused."""
_SPEEDS = np.exp(np.linspace(math.log(0.45), math.log(2.2), 41))
_PROBES = 5
_TURNED = 0.3
"""Degrees from which a picture counts as turned."""
_BLACK = 26
_EDGE = 6.0
"""Gradient, in grey levels per thumbnail pixel, at which an edge counts half."""
_UNLIKE = 0.5
"""Distance from which two pictures are no more unlike."""
_NEARBY, _NEARLY = 0.25, 0.1
"""Seconds, and share of the speed, by which an edit may have pulled the line in time."""
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
    (h, w) where the upload shows the clip, `indices` of the upload's frames, `geometry` with the
    clip's own tile first, `shown` (upload's height, width) 1 where it shows anything, and the
    `plane` by which it lies off that geometry."""

    pictures: Floats
    visible: NDArray[np.bool_]
    indices: NDArray[np.int64]
    geometry: Geometry
    shown: Floats
    plane: Plane


@dataclass(frozen=True)
class Grid:
    """Places `pitch` clip pixels apart, (rows, columns) of them, over a clip of `size` pixels."""

    size: tuple[int, int]
    pitch: int
    shape: tuple[int, int]

    @property
    def units(self) -> float:
        """Clip pixels per tile unit."""
        return tile_pixels(*self.size) / TILE

    def sharpness(self, geometry: Geometry) -> float:
        """Upload pixels per clip pixel."""
        return min(geometry.scale) / self.units

    def seen(self, picture: Floats, geometry: Geometry, plane: Plane = NONE) -> Floats:
        """A picture seen through the grid, which lies `plane` off the geometry; 0 outside."""
        matrix = geometry.array * (self.pitch / self.units)
        origin = geometry.array @ np.full(2, (self.pitch - 1) / 2 / self.units) + geometry.shift
        affine = np.column_stack([matrix, origin])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        if plane is NONE:
            return as_floats(cv2.warpAffine(picture, affine, self.shape[::-1], flags=flags))
        matrix = np.vstack([affine, (0, 0, 1)]) @ in_pixels(plane, self.shape)
        return as_floats(cv2.warpPerspective(picture, matrix, self.shape[::-1], flags=flags))

    def softened(self, plane: Bytes, geometry: Geometry) -> Floats:
        """A plane blurred as thumbnails are: by a box of `pitch` clip pixels."""
        sigma = self.pitch / math.sqrt(12) * self.sharpness(geometry)
        picture = as_floats(plane)
        return as_floats(cv2.GaussianBlur(picture, (0, 0), sigma)) if sigma > 0.4 else picture


@dataclass(frozen=True)
class Pairing:
    """Which upload frame shows which thumbnail of the clip.

    Args:
        reference: indices of the clip's thumbnails, ascending.
        upload: index into the placement's pictures for each; of those near in time, the likest.
        nominal: the same, of the picture nearest in time.
        speed: clip seconds per upload second.
        start: upload seconds at which the clip's first second lies (may be negative).
        cost: mean distance along the line, 0 (equal) … 2.
    """

    reference: NDArray[np.int64]
    upload: NDArray[np.int64]
    nominal: NDArray[np.int64]
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

    Returns:
        the placement; nothing of the clip is visible in it where no shift shows enough.
    """
    height, width = luma[0].shape
    grid = Grid(size, SHRINK, (thumbnails.shape[1], thumbnails.shape[2]))
    lattice = geometry or of_format(width, height, size)
    indices = np.arange(0, len(luma), max(1, math.ceil(len(luma) / _COMPARED_FRAMES)))
    probes = [luma[int(i)] for i in indices[:: max(1, len(indices) // _PROBES)]]
    shown = _shown(probes, lattice)
    softened = [grid.softened(probe, lattice) for probe in probes]
    place_area = abs(np.linalg.det(lattice.array)) * (SHRINK / grid.units) ** 2
    whole = float(shown.sum() / place_area)
    best: tuple[float, Geometry] = (math.inf, lattice)
    for shifted in _shifts(lattice, size) if geometry else [lattice]:
        visible = grid.seen(shown, shifted) > _WHOLLY
        if visible.mean() < MIN_OVERLAP:
            continue
        share = max(float(visible.mean()), float(visible.sum()) / whole)
        if share < MIN_SHOWN:
            continue
        pictures = np.stack([grid.seen(probe, shifted) for probe in softened])
        cost = float(np.median(distances(thumbnails, pictures, visible).min(0)))
        cost += _UNSHOWN * (1 - share)  # by chance a small part fits more easily
        if cost < best[0]:
            best = (cost, shifted)
    placed = _laid(luma, grid, indices, best[1], shown, NONE)
    return placed if math.isfinite(best[0]) else replace(placed, visible=placed.visible & False)


def straightened(
    luma: Sequence[Bytes], placed: Placement, plane: Plane, size: tuple[int, int]
) -> Placement:
    """An upload laid over the clip of `size` anew, with the perspective that was left over."""
    rows, columns = placed.visible.shape
    grid = Grid(size, SHRINK, (rows, columns))
    return _laid(luma, grid, placed.indices, placed.geometry, placed.shown, plane)


def _laid(
    luma: Sequence[Bytes], grid: Grid, indices: NDArray[np.int64], geometry: Geometry,
    shown: Floats, plane: Plane,
) -> Placement:  # fmt: skip
    pictures = np.stack(
        [grid.seen(grid.softened(luma[int(i)], geometry), geometry, plane) for i in indices]
    )
    visible = grid.seen(shown, geometry, plane) > _WHOLLY
    return Placement(pictures, visible, indices, geometry, shown, plane)


def lay(
    planes: Sequence[Bytes], width: int, placement: Placement, grid: Grid, frames: NDArray[np.int64]
) -> Floats:
    """Coarser planes of an upload laid over the clip as its luma was placed, (n, h, w, parts).

    Args:
        planes: (h, w, parts) of every frame of the upload.
        width: of the luma planes.
        grid: the clip's.
        frames: which of the planes.
    """
    geometry = placement.geometry.resized(planes[0].shape[1] / width)
    return np.stack([
        grid.seen(grid.softened(planes[int(i)], geometry), geometry, placement.plane)
        for i in frames
    ])  # fmt: skip


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
    cost = line[0]
    speed, start = _settled(distance, reference_seconds, upload_seconds, tick, line[1:])
    at = reference_seconds / speed + start
    inside = np.flatnonzero((at > upload_seconds[0] - tick) & (at < upload_seconds[-1] + tick))
    if not len(inside):
        return None
    slack = max(1, round(_SLACK_SECONDS / tick))
    chosen, straight = [], []
    for index in inside:
        nearest = int(np.abs(upload_seconds - at[index]).argmin())
        straight.append(nearest)
        low, high = max(0, nearest - slack), min(len(upload_seconds), nearest + slack + 1)
        chosen.append(low + int(distance[index, low:high].argmin()))
    likest, nominal = (np.array(each, np.int64) for each in (chosen, straight))
    return Pairing(inside, likest, nominal, speed, start, cost)


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


def _tick(seconds: Floats) -> float:
    return float(np.median(np.diff(seconds))) if len(seconds) > 1 else 1 / 24


def _line(
    distance: Floats, reference_seconds: Floats, upload_seconds: Floats, tick: float
) -> tuple[float, float, float] | None:
    """(cost, speed, start) of the best line; original speed is preferred among equals.

    Every moment of the upload that lies beside a thumbnail counts, and one at which nothing of the
    clip would be shown counts as unlike: otherwise edited seconds would be left out rather than
    found. Those of long clips lie so far apart that much has moved on half way between two.
    """
    best: tuple[float, float, float] | None = None
    span, columns = float(upload_seconds[-1]), np.arange(len(upload_seconds))
    bounded = np.minimum(distance, _UNLIKE)
    apart = _tick(reference_seconds)
    close = max(_SLACK_SECONDS, tick)
    for speed in sorted({1.0, *_SPEEDS.tolist()}, key=lambda s: abs(math.log(s))):
        length = float(reference_seconds[-1]) / speed
        overlap = 0.6 * min(length, span)
        for start in np.arange(overlap - length - tick, span - overlap + 2 * tick, tick):
            exact = (upload_seconds - start) * (speed / apart)
            row = np.rint(exact).astype(int)
            counted = np.abs(exact - row) * apart <= close
            row[row == len(reference_seconds)] -= 1  # the clip goes on after its last thumbnail
            shown = (row >= 0) & (row < len(reference_seconds))
            laid, moments = shown & counted, np.count_nonzero(counted)
            if not laid.any():
                continue
            unlike = (moments - np.count_nonzero(laid)) * _UNLIKE
            cost = float(bounded[row[laid], columns[laid]].sum() + unlike) / moments
            missing = 1 - min(1.0, np.count_nonzero(shown) * tick / (length + tick))
            cost += 0.02 * abs(math.log(speed)) + 0.02 * missing
            if best is None or cost < best[0]:
                best = (cost, speed, float(start))
    return best


def _settled(
    distance: Floats, reference_seconds: Floats, upload_seconds: Floats, tick: float,
    line: tuple[float, float],
) -> tuple[float, float]:  # fmt: skip
    """The line, (speed, start), near `line` along which most thumbnails are in time; of equals one
    at the original speed. An edit is as unlike there as elsewhere, and pulls at the line until no
    thumbnail counts for more than the usual one; of a short piece every line is about as good."""
    speed, start = line
    first, last = (upload_seconds[[0, -1]] - start) * speed
    first, last = max(0.0, float(first)), min(float(reference_seconds[-1]), float(last))
    middle, half = (first + last) / 2, (last - first) / 2
    faster = abs(math.log(speed))
    pulled = faster < _NEARLY or faster * half < _NEARBY
    speeds = dict.fromkeys((speed, 1.0)) if pulled else (speed,)
    reach = max(1, round(_NEARBY / tick))
    lines = [
        (each, start + middle / speed - middle / each + shift * tick)
        for each in speeds
        for shift in sorted(range(-reach, reach + 1), key=abs)
    ]
    shown = [_along(distance, reference_seconds, upload_seconds, tick, each) for each in lines]
    usual = float(np.median(shown[0])) if len(shown[0]) else 0.0
    count = len(reference_seconds)
    costs = [np.minimum(each, usual).sum() + (count - len(each)) * usual for each in shown]
    return min(zip(costs, lines, strict=True), key=lambda each: (each[0], each[1][0] != 1))[1]


def _along(
    distance: Floats, reference_seconds: Floats, upload_seconds: Floats, tick: float,
    line: tuple[float, float],
) -> Floats:  # fmt: skip
    """Distance of each thumbnail that the upload shows from the frame nearest in time."""
    speed, start = line
    at = reference_seconds / speed + start
    inside = np.flatnonzero((at > upload_seconds[0] - tick) & (at < upload_seconds[-1] + tick))
    nearest = np.abs(upload_seconds[None] - at[inside, None]).argmin(1)
    return as_floats(distance[inside, nearest])
