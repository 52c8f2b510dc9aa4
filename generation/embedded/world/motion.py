"""Where the subject is at a given time.

Every path is a function of absolute time, so a clip may start at any moment of it: that is how
the model learns to continue a clip beyond two seconds.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generation.embedded.layers import MARGIN
from generation.embedded.world.spec import Spec

Floats = NDArray[np.float64]
_GROUND_SUBJECTS = ("car", "cat")
_SPEED = 0.34  # of the picture's width or height in a second


@dataclass(frozen=True, slots=True)
class Path:
    """Per frame: centre (canvas units, the picture's area being 1), radius, rotation (radians)."""

    x: Floats
    y: Floats
    radius: Floats
    rotation: Floats
    facing: int


def _wrap(position: Floats, length: float) -> Floats:
    span = length + 2 * MARGIN
    wrapped: Floats = np.mod(position + MARGIN, span) - MARGIN
    return wrapped


def _pace(length: float, loop: float | None) -> float:
    """Units per second of a passing subject; in a loop it crosses a whole number of times."""
    speed = _SPEED * length
    if loop is None:
        return speed
    span = length + 2 * MARGIN
    return max(1, round(speed * loop / span)) * span / loop


def _rhythm(usual: float, loop: float | None) -> float:
    """Turns per second; in a loop, a whole number of them."""
    return usual if loop is None else max(1, round(usual * loop)) / loop


def _growth(t: Floats, loop: float | None) -> Floats:
    """From 0 to 1 in two seconds; in a loop, there and back."""
    if loop is None:
        grown: Floats = np.minimum(t / 2, 1.0)
        return grown
    pulse: Floats = 0.5 - 0.5 * np.cos(math.tau * t / loop)
    return pulse


def follow(
    spec: Spec, rng: random.Random, seconds: Floats, width: float, height: float,
    loop: float | None = None,
) -> Path:  # fmt: skip
    """The subject's path over the given times (s) on a canvas of width × height units.

    With `loop` (s) the path closes after that time: passing subjects cross a whole number of times,
    growing ones also shrink back.
    """
    t = seconds
    radius = rng.uniform(0.18, 0.225)
    grounded = spec.subject in _GROUND_SUBJECTS
    x = np.full_like(t, width * rng.uniform(0.38, 0.62))
    y = np.full_like(t, height * (0.68 if grounded else rng.uniform(0.44, 0.54)))
    scale, rotation, facing = np.ones_like(t), np.zeros_like(t), 1
    tilt = 0.4 if spec.subject == "rocket" else 0.0
    across, up = _pace(width, loop), _pace(height, loop)
    match spec.motion:
        case "bounce":
            phase = rng.choice((0.0, 0.5)) * math.pi
            hops = np.abs(np.sin(math.pi * _rhythm(1.0, loop) * t + phase))
            y = height * 0.72 - 0.36 * height * hops
        case "left":
            x, facing = _wrap(width * 0.82 - across * t, width), -1
            rotation = rotation - tilt
        case "right":
            x = _wrap(width * 0.18 + across * t, width)
            rotation = rotation + tilt
        case "rise":
            y = _wrap(height * 0.84 - up * t, height)
        case "fall":
            y = _wrap(height * 0.16 + up * t, height)
        case "spin":
            rotation = math.tau * _rhythm(0.5, loop) * t
        case "grow":
            scale = 0.5 + _growth(t, loop)
        case "shrink":
            scale = 1.5 - _growth(t, loop)
        case "circle":
            turn = rng.choice((0.0, 0.5, 1.0, 1.5)) * math.pi
            angle = math.tau * _rhythm(0.5, loop) * t + turn
            x = width / 2 + 0.23 * np.cos(angle)
            y = height * 0.48 + 0.2 * np.sin(angle)
    return Path(x, y, radius * scale, rotation, facing)
