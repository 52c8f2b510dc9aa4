"""Colours and shapes that several drawings share."""

from __future__ import annotations

import math
import random

import numpy as np

from safety.training.pen import INK, Colour, Pen, Points, oval

STEELS: tuple[Colour, ...] = ((60, 62, 70), (120, 126, 138), (180, 186, 196), (40, 36, 44))
REDS: tuple[Colour, ...] = ((150, 8, 14), (178, 16, 22), (120, 4, 12), (196, 24, 28))
FIRES: tuple[Colour, ...] = ((255, 226, 90), (255, 150, 30), (226, 60, 24), (110, 40, 30))


def burst(rng: random.Random, spikes: int, inner: float, outer: float) -> Points:
    """A star of uneven spikes, as a polygon around the origin."""
    turn = np.arange(spikes * 2) * math.pi / spikes
    radius = np.array(
        [rng.uniform(0.8, 1.15) * (outer if i % 2 == 0 else inner) for i in range(spikes * 2)]
    )
    return np.stack([radius * np.cos(turn), radius * np.sin(turn)], 1)


def figure(pen: Pen, x: float, y: float, lying: bool = False) -> None:
    """A plain little person."""
    skin, cloth = pen.rng.choice(((240, 200, 160), (160, 110, 70), (250, 250, 250))), INK
    if lying:
        pen.fill(oval(x, y, 0.6, 0.16), cloth)
        pen.disc(x + 0.7, y, 0.18, skin)
    else:
        pen.fill(oval(x, y, 0.18, 0.45), cloth)
        pen.disc(x, y - 0.6, 0.19, skin)
