"""The six landscapes as three layers: sky (fixed), far and near (they slide under a pan).

Far and near repeat every `PERIOD` units, so a camera may pan for ever. The only things left to
chance are where the repetition starts and on which side the sun stands.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from generation.embedded.world.paint import Colour, Image, Layer, Palette, Points

PERIOD: Final = 1.6
HORIZON: Final = 0.64  # share of the height
_SKYLINE: Final = ((0.0, 0.26, 0.3), (0.28, 0.2, 0.46), (0.5, 0.28, 0.24), (0.8, 0.2, 0.4),
                   (1.02, 0.26, 0.28), (1.3, 0.28, 0.48))  # fmt: skip
_PEAKS: Final = ((0.2, 0.34), (0.62, 0.24), (1.0, 0.38), (1.38, 0.27))


@dataclass(frozen=True, slots=True)
class Landscape:
    """sky (h,w,3) RGB; far and near (h, w + period, 4) premultiplied RGBA."""

    sky: Image
    far: Image
    near: Image


def _wave(
    width: float, base: float, height: float, cycles: int, phase: float, foot: float
) -> Points:
    x = np.linspace(-0.05, width + 0.05, 160)
    y = base + height * np.sin(2 * math.pi * cycles * x / PERIOD + phase)
    feet = [[width + 0.05, foot], [-0.05, foot]]
    return np.concatenate([np.stack([x, y], axis=1), feet])


def _box(x: float, y: float, w: float, h: float) -> Points:
    return np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]])


def _repeats(width: float) -> np.ndarray:
    return np.arange(-1, math.ceil(width / PERIOD) + 1) * PERIOD


def _sky(palette: Palette, w: float, h: float, scale: float, right: bool) -> Image:
    top, low = palette.sky()
    rows = round(h * scale)
    share = np.clip(np.linspace(0, 1 / HORIZON, rows), 0, 1)[:, None]
    ramp = np.array(top)[None] * (1 - share) + np.array(low)[None] * share
    layer = Layer(w, h, scale)
    layer.image[..., :3] = ramp[:, None].round().astype(np.uint8)
    if palette.space:
        return np.ascontiguousarray(layer.image[..., :3])
    side = (0.78 if right else 0.22) * w
    if palette.time == "night" or palette.neon:
        for k in range(9):
            layer.disc(w * (k * 0.618 % 1), h * HORIZON * (k * 0.414 % 0.8 + 0.06), 0.012,
                       (235, 235, 255))  # fmt: skip
    if palette.neon:
        layer.disc(side, 0.3 * h, 0.12, palette.lamp((255, 80, 170)))
    elif not palette.overcast:
        if palette.time == "night":
            layer.disc(side, 0.17 * h, 0.09, palette.lamp((250, 244, 214)))
            layer.disc(side + 0.045, 0.15 * h, 0.075, mix_at(ramp, 0.15))
        elif palette.time == "day":
            layer.disc(side, 0.17 * h, 0.1, palette.lamp((255, 230, 90)))
        else:
            layer.disc(side, 0.56 * h, 0.13, palette.lamp((255, 226, 120)))
    if not palette.neon and palette.time != "night":
        puff = palette.ground((255, 255, 255) if not palette.overcast else (186, 190, 202))
        x, y = w - side, 0.16 * h
        for dx, dy, r in ((-0.1, 0.02, 0.05), (0, 0, 0.075), (0.1, 0.02, 0.055)):
            layer.disc(x + dx, y + dy, r, puff)
    return np.ascontiguousarray(layer.image[..., :3])


def mix_at(ramp: np.ndarray, share: float) -> Colour:
    """The sky's colour at a share of the height."""
    r, g, b = ramp[int(share * (len(ramp) - 1))]
    return (float(r), float(g), float(b))


def _meadow(far: Layer, near: Layer, p: Palette, w: float, h: float) -> None:
    far.polygon(_wave(w, 0.6 * h, 0.05, 2, 0.5, h + 0.1), p.ground((140, 210, 120)), p.edge(0))
    for start in _repeats(w):
        for x, r in ((0.35, 0.06), (1.1, 0.08)):
            far.disc(start + x, 0.61 * h, r, p.ground((74, 150, 84)))
    near.polygon(_wave(w, 0.74 * h, 0.035, 1, 2.0, h + 0.1), p.ground((88, 186, 78)), p.edge(1))


def _desert(far: Layer, near: Layer, p: Palette, w: float, h: float) -> None:
    far.polygon(_wave(w, 0.62 * h, 0.05, 1, 0.5, h + 0.1), p.ground((238, 196, 120)), p.edge(0))
    near.polygon(_wave(w, 0.76 * h, 0.04, 2, 2.0, h + 0.1), p.ground((250, 216, 144)), p.edge(1))
    cactus = (40, 200, 120) if p.neon else p.ground((62, 142, 84))
    for start in _repeats(w):
        x, y = start + 0.7, 0.66 * h
        far.line(np.array([[x, y - 0.16], [x, y + 0.08]]), cactus, 0.06)
        far.line(np.array([[x, y], [x + 0.09, y], [x + 0.09, y - 0.09]]), cactus, 0.045)
        far.line(
            np.array([[x, y - 0.03], [x - 0.09, y - 0.03], [x - 0.09, y - 0.1]]), cactus, 0.045
        )


def _ocean(far: Layer, near: Layer, p: Palette, w: float, h: float) -> None:
    far.polygon(_wave(w, HORIZON * h, 0.0, 1, 0.0, h + 0.1), p.ground((34, 122, 190)), p.edge(0))
    foam = p.edge(1) or p.ground((214, 240, 255))
    for base, paint, phase in ((0.74, (30, 108, 178), 0.0), (0.87, (24, 90, 158), 2.0)):
        crest = _wave(w, base * h, 0.02, 4, phase, h + 0.1)
        near.polygon(crest, p.ground(paint))
        near.line(crest[:-2], foam, 0.018)


def _city(far: Layer, near: Layer, p: Palette, w: float, h: float) -> None:
    ground = 0.78 * h
    glow: Colour = (255, 226, 130) if p.time == "night" else (196, 214, 236)
    for start in _repeats(w):
        for k, (x, width, tall) in enumerate(_SKYLINE):
            top = ground - tall * h * 1.15
            paint = ((124, 132, 164), (96, 104, 138), (146, 148, 170))[k % 3]
            far.polygon(
                _box(start + x, top, width, ground - top), p.ground(paint), p.edge(k), 0.012
            )
            if p.neon:
                continue
            for row in range(int((ground - top - 0.04) / 0.09)):
                for column in (0.25, 0.75):
                    cx, cy = start + x + column * width - 0.025, top + 0.04 + 0.09 * row
                    far.polygon(_box(cx, cy, 0.05, 0.045),
                                glow if p.time == "night" else p.ground(glow))  # fmt: skip
    near.polygon(_box(-0.1, ground, w + 0.2, h), p.ground((84, 86, 98)), p.edge(1))
    for start in _repeats(w):
        for x in (0.1, 0.5, 0.9, 1.3):
            near.polygon(_box(start + x, 0.88 * h, 0.2, 0.028), p.lamp((240, 236, 210)))


def _mountains(far: Layer, near: Layer, p: Palette, w: float, h: float) -> None:
    foot = 0.76 * h
    for start in _repeats(w):
        for x, tall in _PEAKS:
            top, half = foot - tall * h * 1.35, tall * 1.1
            peak = np.array([[start + x, top], [start + x + half, foot], [start + x - half, foot]])
            far.polygon(peak, p.ground((116, 128, 164)), p.edge(0), 0.014)
            if not p.neon:
                k = 0.36
                cap = np.array([
                    peak[0], peak[0] + k * (peak[1] - peak[0]),
                    peak[0] + 0.24 * (peak[1] - peak[0]) - [half * 0.12, 0],
                    peak[0] + k * (peak[2] - peak[0]),
                ])  # fmt: skip
                far.polygon(cap, p.ground((246, 250, 255)))
    near.polygon(_wave(w, 0.77 * h, 0.025, 1, 1.0, h + 0.1), p.ground((232, 240, 250)), p.edge(1))


def _space(far: Layer, near: Layer, p: Palette, w: float, h: float) -> None:
    for start in _repeats(w):
        for k in range(26):
            x, y = PERIOD * (k * 0.618 % 1), h * (k * 0.7548 % 1)
            far.disc(start + x, y, 0.008 + 0.008 * (k % 3 == 0), p.finish((240, 240, 255)))
        near.disc(start + 0.3, 0.24 * h, 0.14, p.ground((255, 190, 130)))
        ring = np.array([[start + 0.07, 0.3 * h], [start + 0.53, 0.18 * h]])
        near.line(ring, p.edge(0) or p.finish((214, 190, 160)), 0.025)
        near.disc(start + 1.15, 0.8 * h, 0.1, p.edge(1) or p.finish((110, 150, 200)))


_DRAW = {
    "meadow": _meadow, "desert": _desert, "ocean": _ocean,
    "city": _city, "mountains": _mountains, "space": _space,
}  # fmt: skip


def landscape(
    scene: str, palette: Palette, width: float, height: float, scale: float, *, sun_right: bool
) -> Landscape:
    """Draw a scene on a canvas of width × height units at `scale` pixels per unit."""
    wide = width + PERIOD
    far, near = Layer(wide, height, scale), Layer(wide, height, scale)
    _DRAW[scene](far, near, palette, wide, height)
    return Landscape(_sky(palette, width, height, scale, sun_right), far.image, near.image)
