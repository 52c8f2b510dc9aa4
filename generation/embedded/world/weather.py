"""Rain and snow: a fixed lattice of drops that wraps round, and how it falls past."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from generation.embedded.layers import AIR_ABOVE, SLOTS, Floats
from generation.embedded.world.paint import Colour, Cover

_DROPS = 26
_LATTICE = np.stack([np.arange(_DROPS) * 0.7549 % 1, np.arange(_DROPS) * 0.5698 % 1], axis=1)
COLOUR: Final[dict[str, Colour]] = {
    "clear": (250, 252, 255), "rain": (206, 226, 255), "snow": (250, 252, 255),
}  # fmt: skip


def _wrapped(width: float, height: float) -> Iterator[tuple[float, float]]:
    """The drops, and again whatever hangs over an edge on the other side."""
    for across, down in _LATTICE:
        for column in (-1, 0, 1):
            for row in (-1, 0, 1):
                yield (across + column) * width, (down + row) * height


def draw_weather(weather: str, width: float, height: float, scale: float) -> Floats:
    """Coverage (h,w,1) of one period of the weather for a picture of width × height units."""
    high = height + 2 * AIR_ABOVE
    cover = Cover(SLOTS["air"], width, high, scale)
    for x, y in _wrapped(width, high):
        if weather == "rain":
            cover.line(np.array([[x, y], [x - 0.012, y + 0.1]]), "drop", 0.012)
        elif weather == "snow":
            cover.disc(x, y, 0.016, "drop")
    return cover.maps


def fall(
    weather: str, seconds: NDArray[np.float64], loop: float | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far the weather has moved sideways and down, in periods.

    With `loop` (seconds), it is back where it was after that time.
    """
    t = seconds
    if weather == "clear":
        return np.zeros_like(t), np.zeros_like(t)
    down = {"rain": 0.8, "snow": 0.16}[weather]
    if loop is not None:
        return np.zeros_like(t), max(1, round(down * loop)) / loop * t
    if weather == "rain":
        return -0.06 * t, down * t
    return 0.02 * np.sin(math.tau / 3 * t), down * t
