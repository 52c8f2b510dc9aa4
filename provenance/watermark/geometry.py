"""How the tile lattice of a mark lies in an upload."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenance.watermark.pattern import TILE, tile_pixels

FORMATS = (
    (512, 512), (640, 384), (384, 640), (256, 256), (832, 480), (480, 832), (1280, 720),
    (720, 1280),
)  # fmt: skip
"""(width, height) of clips that studios issue: where an upload has the shape of one of them, the
whole picture scaled is the first guess."""
_SHAPE_TOLERANCE = 0.012
_SCALES = (0.3, 2.6)


@dataclass(frozen=True)
class Geometry:
    """Pixel position in the upload = matrix @ (tile units) + shift.

    Tile units count TILE to a period of the pattern, from the top left corner of the marked clip.

    Args:
        matrix: (xx, xy, yx, yy), pixels per tile unit; a negative determinant is a mirror image.
        shift: (x, y) in pixels; unless `format` is known, defined modulo the tile lattice.
        format: (width, height) of the clip that the whole upload is taken to show, if guessed.
    """

    matrix: tuple[float, float, float, float]
    shift: tuple[float, float] = (0.0, 0.0)
    format: tuple[int, int] | None = None

    @classmethod
    def of(
        cls, flip: bool, scale_x: float, scale_y: float, rotation: float, shear: float = 0.0
    ) -> Geometry:
        """A lattice mirrored first, then scaled, sheared along y and turned (radians)."""
        cos, sin = math.cos(rotation), math.sin(rotation)
        sign = -1.0 if flip else 1.0
        return cls((sign * cos * scale_x, shear - sin * scale_y, sign * sin * scale_x,
                    cos * scale_y))  # fmt: skip

    @property
    def array(self) -> NDArray[np.float64]:
        return np.array(self.matrix).reshape(2, 2)

    @property
    def flipped(self) -> bool:
        return float(np.linalg.det(self.array)) < 0

    @property
    def scale(self) -> tuple[float, float]:
        """Pixels per tile unit along the upload's image of x and of y."""
        xx, xy, yx, yy = self.matrix
        return math.hypot(xx, yx), math.hypot(xy, yy)

    @property
    def rotation(self) -> float:
        """Degrees by which the picture's x axis is turned, mirrored back first."""
        sign = -1.0 if self.flipped else 1.0
        return math.degrees(math.atan2(sign * self.matrix[2], sign * self.matrix[0]))

    def moved(self, units: tuple[float, float]) -> Geometry:
        """The lattice moved by (x, y) tile units."""
        shift = np.array(self.shift) + self.array @ np.array(units)
        return Geometry(self.matrix, (float(shift[0]), float(shift[1])), self.format)

    def resized(self, factor: float) -> Geometry:
        """The same lattice after the upload was resized by `factor` (pixel centres kept)."""
        xx, xy, yx, yy = (entry * factor for entry in self.matrix)
        x, y = ((entry + 0.5) * factor - 0.5 for entry in self.shift)
        return Geometry((xx, xy, yx, yy), (x, y), self.format)


def of_format(width: int, height: int, format: tuple[int, int]) -> Geometry:
    """The whole of a clip of `format`, resized to width × height pixels."""
    units = tile_pixels(*format) / TILE
    x, y = width / format[0], height / format[1]
    return Geometry((x * units, 0.0, 0.0, y * units), ((x - 1) / 2, (y - 1) / 2), format)


def plain_resizes(width: int, height: int) -> Iterator[Geometry]:
    """Geometries of the formats whose shape the upload has; equal lattices only once."""
    seen: set[tuple[float, ...]] = set()
    for format in FORMATS:
        scale = width / format[0]
        aspect = math.log(width / height * format[1] / format[0])
        if abs(aspect) > _SHAPE_TOLERANCE or not _SCALES[0] < scale < _SCALES[1]:
            continue
        guess = of_format(width, height, format)
        lattice = tuple(round(entry, 2) for entry in guess.matrix)
        if lattice not in seen:
            seen.add(lattice)
            yield guess
