"""The ten subjects as outlines and parts, in units of their radius (y points down)."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Part:
    """A filled polygon. `paint` is a palette key; `behind` parts are drawn before the body."""

    points: Points
    paint: str
    behind: bool = False
    outlined: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    body: Points
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Build:
    """How one individual differs from the pattern: no two cats are the same."""

    wide: float = 1.0
    tall: float = 1.0
    lean: float = 0.0
    taper: float = 0.0

    @classmethod
    def draw(cls, rng: random.Random) -> Build:
        return cls(
            rng.uniform(0.9, 1.1), rng.uniform(0.9, 1.1), rng.uniform(-0.1, 0.1),
            rng.uniform(-0.1, 0.1),
        )  # fmt: skip

    def apply(self, points: Points) -> Points:
        """Stretch, slant and taper points given in radii."""
        x, y = points[..., 0], points[..., 1]
        across = x * self.wide * (1 + self.taper * y) + self.lean * y
        return np.stack([across, y * self.tall], -1)


def _pts(*pairs: tuple[float, float]) -> Points:
    return np.array(pairs, dtype=np.float64)


def _oval(
    x: float, y: float, a: float, b: float, start: float = 0.0, end: float = 2 * math.pi
) -> Points:
    t = np.linspace(start, end, 32)
    return np.stack([x + a * np.cos(t), y + b * np.sin(t)], axis=1)


def _eye(x: float, y: float, r: float = 0.19) -> tuple[Part, ...]:
    pupil = _oval(x + 0.04, y + 0.03, r * 0.6, r * 0.6)
    return (Part(_oval(x, y, r, r), "white"), Part(pupil, "ink"))


def _ball() -> Shape:
    return Shape(_oval(0, 0, 0.95, 0.95), (
        Part(_oval(0, 0, 0.36, 0.95), "pale"),
        Part(_oval(-0.1, 0, 0.95, 0.2), "pale"),
    ))  # fmt: skip


def _star() -> Shape:
    k = np.arange(10)
    r = np.where(k % 2 == 0, 1.15, 0.56)
    t = k * math.pi / 5 - math.pi / 2
    body = np.stack([r * np.cos(t), r * np.sin(t)], axis=1)
    smile = np.concatenate([_oval(0, 0.14, 0.24, 0.2, 0.1, math.pi - 0.1)])
    return Shape(body, (*_eye(-0.24, -0.1, 0.16), *_eye(0.24, -0.1, 0.16), Part(smile, "ink")))


def _heart() -> Shape:
    t = np.linspace(0, 2 * math.pi, 48)
    x = 16 * np.sin(t) ** 3
    y = -(13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t))
    return Shape(np.stack([x, y], axis=1) / 15.5, (Part(_oval(-0.45, -0.42, 0.2, 0.16), "white"),))


def _balloon() -> Shape:
    string = _pts((-0.045, 0.7), (0.045, 0.7), (0.1, 1.1), (0.02, 1.5), (-0.07, 1.5), (0.01, 1.1))
    return Shape(_oval(0, -0.25, 0.8, 0.95), (
        Part(string, "ink", behind=True),
        Part(_pts((-0.2, 0.92), (0.2, 0.92), (0, 0.6)), "dark"),
        Part(_oval(-0.3, -0.6, 0.17, 0.23), "white"),
    ))  # fmt: skip


def _fish() -> Shape:
    return Shape(_oval(0.2, 0, 0.85, 0.6), (
        Part(_pts((-0.4, 0), (-1.15, -0.6), (-0.95, 0), (-1.15, 0.6)), "dark", True, True),
        Part(_pts((-0.1, -0.45), (0.3, -0.95), (0.5, -0.45)), "dark", True, True),
        Part(_oval(0.05, 0.1, 0.2, 0.14), "dark"),
        *_eye(0.62, -0.12, 0.2),
    ))  # fmt: skip


def _bird() -> Shape:
    return Shape(_oval(0, 0, 0.8, 0.7), (
        Part(_pts((0.6, -0.35), (1.2, -0.08), (0.6, 0.14)), "beak", True, True),
        Part(_pts((-0.5, -0.1), (-1.2, -0.5), (-1.1, 0.2)), "dark", True, True),
        Part(_pts((-0.5, -0.05), (0.25, -0.05), (0.05, 0.35), (-0.25, 0.42)), "dark"),
        *_eye(0.4, -0.24, 0.21),
    ))  # fmt: skip


def _rocket() -> Shape:
    body = _pts((0, -1.3), (0.28, -0.95), (0.45, -0.45), (0.45, 0.55), (0.3, 0.85), (-0.3, 0.85),
                (-0.45, 0.55), (-0.45, -0.45), (-0.28, -0.95))  # fmt: skip
    return Shape(body, (
        Part(_pts((-0.26, 0.8), (0.26, 0.8), (0, 1.5)), "flame", True),
        Part(_pts((-0.4, 0.05), (-1.0, 0.95), (-0.3, 0.75)), "dark", True, True),
        Part(_pts((0.4, 0.05), (1.0, 0.95), (0.3, 0.75)), "dark", True, True),
        Part(_oval(0, -0.3, 0.3, 0.3), "ink"),
        Part(_oval(0, -0.3, 0.2, 0.2), "glass"),
    ))  # fmt: skip


def _car() -> Shape:
    body = _pts((-1.2, 0.4), (-1.2, -0.08), (-0.75, -0.16), (-0.5, -0.72), (0.4, -0.72),
                (0.75, -0.14), (1.2, -0.04), (1.2, 0.4))  # fmt: skip
    return Shape(body, (
        Part(_pts((-0.55, -0.15), (-0.38, -0.58), (-0.08, -0.58), (-0.08, -0.15)), "glass"),
        Part(_pts((0.08, -0.15), (0.08, -0.58), (0.32, -0.58), (0.55, -0.15)), "glass"),
        Part(_oval(-0.65, 0.45, 0.33, 0.33), "ink"),
        Part(_oval(0.65, 0.45, 0.33, 0.33), "ink"),
        Part(_oval(-0.65, 0.45, 0.14, 0.14), "white"),
        Part(_oval(0.65, 0.45, 0.14, 0.14), "white"),
        Part(_oval(1.08, 0.1, 0.1, 0.1), "flame"),
    ))  # fmt: skip


def _cat() -> Shape:
    ears = _pts((-0.86, -0.35), (-0.82, -1.1), (-0.3, -0.68),
                (0.3, -0.68), (0.82, -1.1), (0.86, -0.35))  # fmt: skip
    body = np.concatenate([ears, _oval(0, 0.05, 0.95, 0.82, -0.3, math.pi + 0.3)])
    return Shape(body, (
        *_eye(-0.36, -0.12, 0.23),
        *_eye(0.36, -0.12, 0.23),
        Part(_pts((-0.14, 0.2), (0.14, 0.2), (0, 0.36)), "beak"),
        Part(_oval(0, 0.42, 0.22, 0.14, 0.1, math.pi - 0.1), "ink"),
    ))  # fmt: skip


def _ghost() -> Shape:
    top = _oval(0, -0.25, 0.8, 0.85, math.pi, 2 * math.pi)
    hem = _pts((0.8, 1.0), (0.53, 0.72), (0.27, 1.0), (0, 0.72),
               (-0.27, 1.0), (-0.53, 0.72), (-0.8, 1.0))  # fmt: skip
    return Shape(np.concatenate([top, hem]), (
        Part(_oval(-0.28, -0.28, 0.17, 0.22), "ink"),
        Part(_oval(0.28, -0.28, 0.17, 0.22), "ink"),
        Part(_oval(0, 0.2, 0.16, 0.2), "ink"),
    ))  # fmt: skip


SHAPES = {
    "ball": _ball(), "star": _star(), "heart": _heart(), "balloon": _balloon(), "fish": _fish(),
    "bird": _bird(), "rocket": _rocket(), "car": _car(), "cat": _cat(), "ghost": _ghost(),
}  # fmt: skip
