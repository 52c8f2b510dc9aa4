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

from generation.embedded.world.spec import Spec

Floats = NDArray[np.float64]
_GROUND_SUBJECTS = ("car", "cat")
_MARGIN = 0.26  # how far outside the picture a passing subject turns round to the other side


@dataclass(frozen=True, slots=True)
class Path:
    """Per frame: centre (canvas units, the picture's area being 1), radius, rotation (radians)."""

    x: Floats
    y: Floats
    radius: Floats
    rotation: Floats
    facing: int


def _wrap(position: Floats, length: float) -> Floats:
    span = length + 2 * _MARGIN
    wrapped: Floats = np.mod(position + _MARGIN, span) - _MARGIN
    return wrapped


def follow(spec: Spec, rng: random.Random, seconds: Floats, width: float, height: float) -> Path:
    """The subject's path over the given times (s) on a canvas of width × height units."""
    t = seconds
    radius = rng.uniform(0.18, 0.225)
    grounded = spec.subject in _GROUND_SUBJECTS
    x = np.full_like(t, width * rng.uniform(0.38, 0.62))
    y = np.full_like(t, height * (0.68 if grounded else rng.uniform(0.44, 0.54)))
    scale, rotation, facing = np.ones_like(t), np.zeros_like(t), 1
    tilt = 0.4 if spec.subject == "rocket" else 0.0
    match spec.motion:
        case "bounce":
            phase = rng.choice((0.0, 0.5)) * math.pi
            y = height * 0.72 - 0.36 * height * np.abs(np.sin(math.pi * t + phase))
        case "left":
            x, facing = _wrap(width * 0.82 - 0.34 * width * t, width), -1
            rotation = rotation - tilt
        case "right":
            x = _wrap(width * 0.18 + 0.34 * width * t, width)
            rotation = rotation + tilt
        case "rise":
            y = _wrap(height * 0.84 - 0.34 * height * t, height)
        case "fall":
            y = _wrap(height * 0.16 + 0.34 * height * t, height)
        case "spin":
            rotation = math.pi * t
        case "grow":
            scale = 0.5 + 0.5 * np.minimum(t, 2.0)
        case "shrink":
            scale = 1.5 - 0.5 * np.minimum(t, 2.0)
        case "circle":
            angle = math.pi * t + rng.choice((0.0, 0.5, 1.0, 1.5)) * math.pi
            x = width / 2 + 0.23 * np.cos(angle)
            y = height * 0.48 + 0.2 * np.sin(angle)
    return Path(x, y, radius * scale, rotation, facing)
