"""Draw layers as frames, at any size.

The reference renderer of the world and the generator both draw with this: what training shows is
what generation can reach.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.embedded.layers import (
    AIR_ABOVE,
    PERIOD,
    PLACES,
    REACH,
    Clip,
    Finish,
    Image,
    Sprite,
    Stage,
    resized,
)

PIXEL_CELLS: Final = 32  # pixel art has about this many cells on a side of a square clip
_PIXEL_TONES: Final = 36.4
_GLOW_REACH: Final = 0.175  # of a radius
_GLOW_STRENGTH: Final = 0.7
_SOFTNESS: Final = 0.007  # units
_FINEST: Final = 512  # a sprite is never painted larger than this


def as_image(array: NDArray[Any]) -> Image:
    """What OpenCV returns, with the type that it has."""
    return np.asarray(array, np.uint8)


def over(top: Image, bottom: Image) -> Image:
    """Premultiplied RGBA (h,w,4) over RGB (h,w,3)."""
    rest = cv2.merge([255 - top[..., 3]] * 3)
    colour = np.ascontiguousarray(top[..., :3])
    return as_image(cv2.add(colour, cv2.multiply(bottom, rest, scale=1 / 255)))


def paint_layer(stage: Stage, layer: str) -> Image:
    """One layer of a stage, premultiplied RGBA (h,w,4); the sky covers everything."""
    place = PLACES[layer]
    coverage = stage.coverage[..., place]
    alpha = coverage.sum(-1, keepdims=True)
    painted = np.concatenate([coverage @ stage.colours[place], alpha], -1)
    return as_image((painted * 255).round().clip(0, 255))


def paint(sprite: Sprite, glow: float, side: int) -> Image:
    """The sprite as premultiplied RGBA (side,side,4); its glow adds light without covering."""
    coverage = sprite.coverage
    if side < len(coverage):
        coverage = resized(coverage, side, side)
    alpha = coverage.sum(-1, keepdims=True)
    colour = coverage @ sprite.palette
    if glow > 0:
        spread = _GLOW_REACH * len(coverage) / (2 * REACH)
        colour = colour + glow * _GLOW_STRENGTH * cv2.GaussianBlur(colour, (0, 0), spread)
    painted = np.concatenate([colour, alpha], -1)
    return as_image((painted * 255).round().clip(0, 255))


@dataclass(frozen=True, slots=True)
class Canvas:
    """The picture's size: pixels, and pixels per unit."""

    columns: int
    rows: int

    @property
    def scale(self) -> float:
        return float((self.columns * self.rows) ** 0.5)

    @property
    def size(self) -> tuple[int, int]:
        return (self.columns, self.rows)


def resize(image: Image, columns: int, rows: int) -> Image:
    """An image at another size: averaged when shrunk, interpolated when enlarged."""
    shrinks = columns < image.shape[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return as_image(cv2.resize(image, (columns, rows), interpolation=how))


def band(tile: Image, canvas: Canvas) -> Image:
    """A band of landscape at the picture's scale, long enough to slide by a whole period."""
    period = round(PERIOD * canvas.scale)
    whole = resize(tile, period, canvas.rows)
    repeats = -(-(canvas.columns + period + 2) // period)
    return np.concatenate([whole] * repeats, 1)[:, : canvas.columns + period + 2]


def slide(band: Image, offset: float, canvas: Canvas) -> Image:
    """The window of a band at `offset` units, to a fraction of a pixel."""
    shift = offset % PERIOD * canvas.scale
    matrix = np.array([[1, 0, -shift], [0, 1, 0]], np.float64)
    return as_image(cv2.warpAffine(band, matrix, canvas.size, flags=cv2.INTER_LINEAR))


def zoomed(picture: Image, zoom: float, canvas: Canvas) -> Image:
    """The landscape enlarged about a point a little below the middle."""
    centre = (canvas.columns / 2, canvas.rows * 0.55)
    matrix = cv2.getRotationMatrix2D(centre, 0, zoom)
    enlarged = cv2.warpAffine(
        picture, matrix, canvas.size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return as_image(enlarged)


def place(
    painted: Image, x: float, y: float, radius: float, rotation: float, canvas: Canvas
) -> Image:
    """A painted sprite at a pose (units, radians) as a layer (h,w,4) of the picture's size."""
    side, scale = len(painted), canvas.scale
    enlarge = 2 * REACH * radius * scale / side
    cos, sin = np.cos(rotation) * enlarge, np.sin(rotation) * enlarge
    half = (side - 1) / 2
    column, row = x * scale - 0.5, y * scale - 0.5
    matrix = np.array([
        [cos, -sin, column - half * (cos - sin)],
        [sin, cos, row - half * (sin + cos)],
    ])  # fmt: skip
    return as_image(cv2.warpAffine(painted, matrix, canvas.size, flags=cv2.INTER_LINEAR))


class _Air:
    """Falling weather: a picture that wraps round in both directions."""

    def __init__(self, tile: Image, canvas: Canvas) -> None:
        self.canvas = canvas
        rows = round((canvas.rows / canvas.scale + 2 * AIR_ABOVE) * canvas.scale)
        self.tile = resize(tile, canvas.columns, rows)
        self.still = not self.tile[..., 3].any()
        self.field = np.tile(self.tile, (2, 2, 1))

    def at(self, x: float, y: float) -> Image:
        rows, columns = self.tile.shape[:2]
        left, top = (-x % 1) * columns, (-y % 1) * rows + AIR_ABOVE * self.canvas.scale
        matrix = np.array([[1, 0, -left], [0, 1, -(top % rows)]])
        fallen = cv2.warpAffine(
            self.field, matrix, self.canvas.size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP
        )
        return as_image(fallen)


def finished(frame: Image, finish: Finish, scale: float) -> Image:
    """What the finish does to a whole frame."""
    height, width = frame.shape[:2]
    if finish.pixel > 0.5:
        cell = scale / PIXEL_CELLS
        small = resize(frame, round(width / cell), round(height / cell))
        tones = (np.round(small / _PIXEL_TONES) * _PIXEL_TONES).clip(0, 255).astype(np.uint8)
        return as_image(cv2.resize(tones, (width, height), interpolation=cv2.INTER_NEAREST))
    if finish.soft > 0.1:
        return as_image(cv2.GaussianBlur(frame, (0, 0), _SOFTNESS * finish.soft * scale))
    return frame


def compose(clip: Clip, size: tuple[int, int]) -> Image:
    """Draw a clip: (T,h,w,3) uint8 RGB.

    Args:
        clip: layers and track.
        size: width and height in pixels.
    """
    canvas, track = Canvas(*size), clip.track
    sky = resize(np.ascontiguousarray(paint_layer(clip.stage, "sky")[..., :3]), *size)
    far, near = (band(paint_layer(clip.stage, name), canvas) for name in ("far", "near"))
    air = _Air(paint_layer(clip.stage, "air"), canvas)
    side = round(2 * REACH * float(track.radius.max()) * canvas.scale)
    painted = paint(clip.sprite, clip.finish.glow, max(8, min(_FINEST, side)))
    frames = []
    for i in range(len(track)):
        picture = over(slide(far, track.far[i], canvas), sky)
        picture = over(slide(near, track.near[i], canvas), picture)
        if track.zoom[i] != 1:
            picture = zoomed(picture, track.zoom[i], canvas)
        pose = (track.x[i], track.y[i], track.radius[i], track.rotation[i])
        picture = over(place(painted, *pose, canvas), picture)
        if not air.still:
            picture = over(air.at(track.air_x[i], track.air_y[i]), picture)
        frames.append(finished(picture, clip.finish, canvas.scale))
    return np.stack(frames)
