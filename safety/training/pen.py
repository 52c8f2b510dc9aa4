"""A pen that draws shapes into pictures with the outlines of the drawn world's styles."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[Any]
Points = NDArray[np.float64]
Colour = tuple[int, int, int]

INK: Colour = (34, 26, 44)


@dataclass(slots=True)
class Pen:
    """Draws polygons at a place, size and angle, with the outline of the world's styles."""

    picture: Picture
    rng: random.Random
    x: float
    y: float
    size: float
    angle: float
    neon: bool
    stretch: tuple[float, float] = (1.0, 1.0)
    shear: float = 0.0

    def place(self, points: Points) -> NDArray[Any]:
        """Unit coordinates to sixteenths of pixels."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        bent = points * self.stretch @ np.array([[1.0, 0.0], [self.shear, 1.0]])
        turned = bent @ np.array([[cos, sin], [-sin, cos]])
        placed = turned * self.size + np.array([self.x, self.y])
        return np.asarray(np.round(placed * 16), np.int32)

    def fill(self, points: Points, colour: Colour, outlined: bool = True) -> None:
        """A filled polygon; under neon only its outline glows."""
        placed = self.place(points)
        width = max(1, round(self.size * 0.05))
        if self.neon:
            dark = tuple(value // 4 for value in colour)
            cv2.fillPoly(self.picture, [placed], dark, cv2.LINE_AA, 4)
            bright = tuple(min(255, value + 70) for value in colour)
            cv2.polylines(self.picture, [placed], True, bright, width, cv2.LINE_AA, 4)
            return
        cv2.fillPoly(self.picture, [placed], colour, cv2.LINE_AA, 4)
        if outlined:
            cv2.polylines(self.picture, [placed], True, INK, width, cv2.LINE_AA, 4)

    def disc(
        self, x: float, y: float, radius: float, colour: Colour, outlined: bool = True
    ) -> None:
        """A filled circle."""
        self.fill(oval(x, y, radius, radius), colour, outlined)

    def box(self, left: float, top: float, right: float, low: float, colour: Colour) -> None:
        """A filled rectangle."""
        self.fill(polygon((left, top), (right, top), (right, low), (left, low)), colour)

    def line(self, points: Points, colour: Colour, width: float) -> None:
        """An open line; width in units."""
        thick = max(1, round(width * self.size))
        placed = self.place(points)
        cv2.polylines(self.picture, [placed], False, colour, thick, cv2.LINE_AA, 4)


def polygon(*pairs: tuple[float, float]) -> Points:
    """Points from pairs."""
    return np.array(pairs, np.float64)


def oval(x: float, y: float, a: float, b: float) -> Points:
    """An ellipse as 28 points."""
    turn = np.linspace(0, 2 * math.pi, 28, endpoint=False)
    return np.stack([x + a * np.cos(turn), y + b * np.sin(turn)], 1)


def thrown(picture: Picture, rng: random.Random) -> Pen:
    """A pen at a random place of a picture (H, W, 3), with 18 to 42 % of its side as radius."""
    height, width = picture.shape[:2]
    return Pen(
        picture,
        rng,
        x=rng.uniform(0.3, 0.7) * width,
        y=rng.uniform(0.35, 0.7) * height,
        size=rng.uniform(0.18, 0.42) * min(height, width),
        angle=rng.uniform(-0.6, 0.6) + (math.pi if rng.random() < 0.15 else 0.0),
        neon=rng.random() < 0.15,
        stretch=(rng.uniform(0.75, 1.25) * rng.choice((-1, 1)), rng.uniform(0.75, 1.25)),
        shear=rng.uniform(-0.25, 0.25),
    )
