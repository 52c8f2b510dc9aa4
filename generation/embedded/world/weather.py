"""Rain and snow: a fixed lattice of drops that falls past, started anywhere."""

from __future__ import annotations

import numpy as np

from generation.embedded.world.paint import Layer

_DROPS = 26
_LATTICE = np.stack([np.arange(_DROPS) * 0.7549 % 1, np.arange(_DROPS) * 0.5698 % 1], axis=1)


def draw_weather(
    layer: Layer,
    weather: str,
    seconds: float,
    start: tuple[float, float],
    size: tuple[float, float],
) -> None:
    """Draw the falling weather of one moment on a layer (size: canvas width, height)."""
    width, height = size
    if weather == "rain":
        x = (_LATTICE[:, 0] + start[0] - 0.06 * seconds) % 1 * width
        y = (_LATTICE[:, 1] + start[1] + 0.8 * seconds) % 1 * (height + 0.2) - 0.1
        for px, py in zip(x, y, strict=True):
            streak = np.array([[px, py], [px - 0.012, py + 0.1]])
            layer.line(streak, (206, 226, 255), 0.012)
    elif weather == "snow":
        sway = 0.02 * np.sin(2 * seconds + 6 * _LATTICE[:, 1])
        x = ((_LATTICE[:, 0] + start[0]) % 1 + sway) * width
        y = (_LATTICE[:, 1] + start[1] + 0.16 * seconds) % 1 * (height + 0.1) - 0.05
        for px, py in zip(x, y, strict=True):
            layer.disc(px, py, 0.016, (250, 252, 255))
