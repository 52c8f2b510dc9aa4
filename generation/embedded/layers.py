"""A clip as layers and their motion: what the model generates in place of pixels.

A stage (sky, two bands of landscape that repeat sideways, and falling weather) and a sprite (the
subject), both as soft coverage maps of a few paints and the colours of those paints; how the
picture is finished; and a track that says for each frame where everything is. After Kasten et al.,
"Layered neural atlases for consistent video editing" (2021) and Ye et al., "Deformable sprites for
unsupervised video decomposition" (2022).

Lengths are in canvas units: the area of the picture is 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

PERIOD: Final = 1.6  # units after which the landscape repeats
REACH: Final = 2.1  # radii from a sprite's centre to the edge of its picture
MARGIN: Final = 0.26  # how far outside the picture a passing subject turns round to the other side
AIR_ABOVE: Final = 0.1  # units above and below the picture in which weather begins and ends
SLOTS: Final[dict[str, tuple[str, ...]]] = {  # what a stage is painted with, by layer
    "sky": ("top", "low", "lamp", "cloud", "spark"),
    "far": ("a", "b", "c", "detail", "edge", "edge2"),
    "near": ("a", "b", "c", "edge"),
    "air": ("drop",),
}
PAINTS: Final = ("body", "dark", "pale", "white", "ink", "beak", "flame", "glass", "edge")


def consecutive(widths: Mapping[str, int]) -> dict[str, slice]:
    """Where named parts stand that follow one another, from their widths."""
    found, at = {}, 0
    for name, width in widths.items():
        found[name] = slice(at, at + width)
        at += width
    return found


PLACES: Final = consecutive({layer: len(names) for layer, names in SLOTS.items()})
SLOT_COUNT: Final = sum(len(names) for names in SLOTS.values())


def resized(maps: Floats, columns: int, rows: int) -> Floats:
    """Coverage maps (h,w,n) at another size: averaged when shrunk, interpolated when enlarged."""
    if maps.shape[:2] == (rows, columns):
        return maps
    how = cv2.INTER_AREA if columns * rows < maps.shape[0] * maps.shape[1] else cv2.INTER_LINEAR
    parts = [  # OpenCV resizes at most four channels at once
        cv2.resize(maps[..., at : at + 4], (columns, rows), interpolation=how).reshape(
            rows, columns, -1
        )
        for at in range(0, maps.shape[2], 4)
    ]
    return np.concatenate(parts, -1).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Stage:
    """coverage (h,w,16) float32 in 0..1, the share of each slot; colours (16,3) float32 in 0..1.

    The sky fills the picture; far and near are one period of the landscape; air is one period of
    the weather, as wide as the picture and `2 · AIR_ABOVE` higher.
    """

    coverage: Floats
    colours: Floats


@dataclass(frozen=True, slots=True)
class Sprite:
    """coverage (S,S,9) float32 in 0..1, the share of each paint; palette (9,3) float32 in 0..1."""

    coverage: Floats
    palette: Floats


@dataclass(frozen=True, slots=True)
class Finish:
    """Shares from 0 to 1 of what is done to the whole picture.

    pixel: blocks as of old games; glow: light spills from the subject; soft: edges run as in wet
    paint.
    """

    pixel: float = 0.0
    glow: float = 0.0
    soft: float = 0.0


@dataclass(frozen=True, slots=True)
class Track:
    """Per frame, each (T,) float64.

    x, y: the subject's centre in units; radius in units; rotation in radians; far, near: how far
    the landscape has moved, in units; zoom: enlargement of the landscape; air_x, air_y: how far
    the weather has moved, in periods.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    radius: NDArray[np.float64]
    rotation: NDArray[np.float64]
    far: NDArray[np.float64]
    near: NDArray[np.float64]
    zoom: NDArray[np.float64]
    air_x: NDArray[np.float64]
    air_y: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.x)

    def at(self, chosen: slice | list[int]) -> Track:
        """Some of the frames."""
        return Track(*(getattr(self, f.name)[chosen] for f in fields(self)))


@dataclass(frozen=True, slots=True)
class Clip:
    """Everything that `compose` needs to draw a clip."""

    stage: Stage
    sprite: Sprite
    finish: Finish
    track: Track
