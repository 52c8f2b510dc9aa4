"""Anti-aliased drawing of coverage maps, and the palettes of times and styles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.embedded.layers import Floats
from generation.embedded.world.spec import Spec

Colour = tuple[float, float, float]  # RGB, 0..255
Points = NDArray[np.float64]

INK: Final[Colour] = (34, 26, 44)
COLOURS: Final[dict[str, Colour]] = {
    "red": (224, 36, 44), "orange": (250, 132, 24), "yellow": (252, 216, 40),
    "green": (40, 180, 70), "blue": (36, 92, 226), "purple": (138, 58, 196),
    "pink": (250, 120, 184), "white": (248, 248, 248),
}  # fmt: skip
_LIGHT: Final[dict[str, Colour]] = {
    "day": (1, 1, 1), "sunset": (1.0, 0.8, 0.72), "night": (0.45, 0.5, 0.72),
}  # fmt: skip
_SKY: Final[dict[str, tuple[Colour, Colour]]] = {
    "day": ((92, 176, 248), (206, 236, 255)),
    "sunset": ((104, 66, 150), (255, 158, 92)),
    "night": ((12, 16, 52), (44, 56, 120)),
}
_NEON_EDGES: Final[tuple[Colour, ...]] = ((60, 230, 255), (255, 70, 200))


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """The colour that is `share` of the way from a to b."""
    return (
        a[0] + (b[0] - a[0]) * share,
        a[1] + (b[1] - a[1]) * share,
        a[2] + (b[2] - a[2]) * share,
    )


def shade(colour: Colour, light: Colour) -> Colour:
    """The colour under a light (factors per channel)."""
    return (
        min(255.0, colour[0] * light[0]),
        min(255.0, colour[1] * light[1]),
        min(255.0, colour[2] * light[2]),
    )


@dataclass(frozen=True, slots=True)
class Palette:
    """How the style and the hour turn nominal colours into the ones that are painted."""

    time: str
    style: str
    overcast: bool
    space: bool

    @classmethod
    def of(cls, spec: Spec) -> Palette:
        return cls(spec.time, spec.style, spec.weather != "clear", spec.scene == "space")

    @property
    def neon(self) -> bool:
        return self.style == "neon"

    def finish(self, colour: Colour) -> Colour:
        """Watercolour thins every pigment with paper white."""
        return mix(colour, (255, 250, 240), 0.3) if self.style == "watercolour" else colour

    def sky(self) -> tuple[Colour, Colour]:
        """Top and bottom of the sky."""
        if self.neon:
            return (14, 6, 34), (56, 14, 80)
        if self.space:
            return self.finish((8, 6, 28)), self.finish((44, 18, 74))
        top, low = _SKY[self.time]
        if self.overcast:
            share = 0.55 if self.time == "day" else 0.3
            top, low = mix(top, (112, 120, 134), share), mix(low, (172, 178, 190), share)
        return self.finish(top), self.finish(low)

    def ground(self, colour: Colour) -> Colour:
        """Anything of the landscape."""
        return (26, 9, 54) if self.neon else self.finish(shade(colour, _LIGHT[self.time]))

    def edge(self, index: int) -> Colour | None:
        """Outline of landscape shapes: only neon has them."""
        return _NEON_EDGES[index % 2] if self.neon else None

    def lamp(self, colour: Colour) -> Colour:
        """Things that shine by themselves: sun, moon, windows, stars."""
        return (255, 80, 170) if self.neon else self.finish(colour)

    def subject(self, colour: Colour) -> Colour:
        """The subject's paint: keeps its hue under any light."""
        if self.neon:
            return mix((18, 8, 36), colour, 0.35)
        return self.finish(shade(colour, mix((1, 1, 1), _LIGHT[self.time], 0.3)))


class Cover:
    """Coverage maps that shapes are drawn on, one after the other.

    Args:
        slots: names of the maps.
        width, height: extent in units; `origin` is the unit coordinate of the upper left corner.
        scale: pixels per unit.
    """

    def __init__(
        self, slots: tuple[str, ...], width: float, height: float, scale: float,
        origin: float = 0.0,
    ) -> None:  # fmt: skip
        self.slots, self.scale, self.origin = slots, scale, origin
        shape = (max(1, round(height * scale)), max(1, round(width * scale)))
        self.maps: Floats = np.zeros((*shape, len(slots)), np.float32)
        self._mask = np.zeros(shape, np.uint8)

    def _fixed(self, points: Points) -> NDArray[np.int32]:
        # cv2's shift=4: coordinates in sixteenths of a pixel; -0.5 puts (0, 0) at the corner.
        return np.round(((points - self.origin) * self.scale - 0.5) * 16).astype(np.int32)

    def _lay(self, slot: str, fixed: NDArray[np.int32], margin: float) -> None:
        """Lay what is on the mask over everything so far, and clear the mask."""
        rows, columns = self._mask.shape
        low = np.floor(fixed.min(0) / 16 - margin - 2).astype(int).clip(0, (columns, rows))
        high = np.ceil(fixed.max(0) / 16 + margin + 3).astype(int).clip(0, (columns, rows))
        window = (slice(low[1], high[1]), slice(low[0], high[0]))
        share = self._mask[window].astype(np.float32)[..., None] / 255
        self.maps[window] *= 1 - share
        self.maps[(*window, self.slots.index(slot))] += share[..., 0]
        self._mask[window] = 0

    def polygon(
        self, points: Points, fill: str, edge: str | None = None, width: float = 0.02
    ) -> None:
        """Fill a polygon and, if an edge slot is given, outline it (width in units)."""
        fixed = self._fixed(points)
        cv2.fillPoly(self._mask, [fixed], 255.0, cv2.LINE_AA, 4)
        self._lay(fill, fixed, 0)
        if edge is not None:
            self.line(points, edge, width, closed=True)

    def disc(self, x: float, y: float, radius: float, fill: str) -> None:
        """Fill a disc."""
        fixed = self._fixed(np.array([[x, y]]))
        r = max(1, round(radius * self.scale * 16))
        centre = (int(fixed[0, 0]), int(fixed[0, 1]))
        cv2.circle(self._mask, centre, r, 255.0, -1, cv2.LINE_AA, 4)
        self._lay(fill, fixed, r / 16)

    def line(self, points: Points, slot: str, width: float, *, closed: bool = False) -> None:
        """Draw a line of the given width (units)."""
        fixed, thick = self._fixed(points), max(1, round(width * self.scale))
        cv2.polylines(self._mask, [fixed], closed, 255.0, thick, cv2.LINE_AA, 4)
        self._lay(slot, fixed, thick)

    def blend(self, shares: dict[str, NDArray[np.float32]]) -> None:
        """Start from given shares (h,w) of some slots."""
        for slot, share in shares.items():
            self.maps[..., self.slots.index(slot)] = share
