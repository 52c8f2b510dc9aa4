"""The six landscapes as layers: sky (fixed), far and near (they slide under a pan).

Far and near repeat every `PERIOD` units, so a camera may pan for ever. The only things left to
chance are where the repetition starts and on which side the sun stands.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from generation.embedded.layers import PERIOD, SLOTS, Floats
from generation.embedded.world.paint import Colour, Cover, Palette, Points

HORIZON: Final = 0.64  # share of the height
_SKYLINE: Final = ((0.0, 0.26, 0.3), (0.28, 0.2, 0.46), (0.5, 0.28, 0.24), (0.8, 0.2, 0.4),
                   (1.02, 0.26, 0.28), (1.3, 0.28, 0.48))  # fmt: skip
_PEAKS: Final = ((0.2, 0.34), (0.62, 0.24), (1.0, 0.38), (1.38, 0.27))
_MOON_SHADOW_AT: Final = 0.15 / HORIZON  # how far down the sky's ramp the moon stands
Colours = dict[str, Colour]


@dataclass(frozen=True, slots=True)
class Landscape:
    """Coverage maps of sky, far and near, and the colours of their slots (0..255)."""

    sky: Floats
    far: Floats
    near: Floats
    colours: dict[str, Colours]


def _wave(height: float, base: float, swing: float, cycles: int, phase: float) -> Points:
    """Everything under a wave line, down to below the picture."""
    x = np.linspace(-0.05, PERIOD + 0.05, 160)
    y = base * height + swing * np.sin(2 * math.pi * cycles * x / PERIOD + phase)
    foot = height + 0.1
    return np.concatenate([np.stack([x, y], axis=1), [[PERIOD + 0.05, foot], [-0.05, foot]]])


def _box(x: float, y: float, w: float, h: float) -> Points:
    return np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]])


def _again() -> tuple[float, ...]:
    """Where each thing is drawn, so that it hangs over both ends of the period."""
    return (-PERIOD, 0.0, PERIOD)


def _sky(p: Palette, w: float, h: float, scale: float, right: bool) -> tuple[Floats, Colours]:
    top, low = p.sky()
    colours: Colours = {"top": top, "low": low}
    cover = Cover(SLOTS["sky"], w, h, scale)
    rows, columns = cover.maps.shape[:2]
    ramp = np.clip(np.linspace(0, 1 / HORIZON, rows), 0, 1).astype(np.float32)
    share = np.repeat(ramp[:, None], columns, 1)
    cover.blend({"top": 1 - share, "low": share})
    if p.space:
        return cover.maps, colours
    side = (0.78 if right else 0.22) * w
    if p.time == "night" or p.neon:
        colours["spark"] = (235, 235, 255)
        for k in range(9):
            cover.disc(w * (k * 0.618 % 1), h * HORIZON * (k * 0.414 % 0.8 + 0.06), 0.012, "spark")
    if p.neon:
        colours["lamp"] = p.lamp((255, 80, 170))
        cover.disc(side, 0.3 * h, 0.12, "lamp")
    elif not p.overcast:
        _sun_or_moon(cover, p, colours, side, h)
    if not p.neon and p.time != "night":
        colours["cloud"] = p.ground((186, 190, 202) if p.overcast else (255, 255, 255))
        x, y = w - side, 0.16 * h
        for dx, dy, r in ((-0.1, 0.02, 0.05), (0, 0, 0.075), (0.1, 0.02, 0.055)):
            cover.disc(x + dx, y + dy, r, "cloud")
    return cover.maps, colours


def _sun_or_moon(cover: Cover, p: Palette, colours: Colours, side: float, h: float) -> None:
    if p.time == "night":
        colours["lamp"] = p.lamp((250, 244, 214))
        before = cover.maps.copy()
        cover.disc(side, 0.17 * h, 0.09, "lamp")
        shadow = Cover(("shadow",), cover.maps.shape[1] / cover.scale, h, cover.scale)
        shadow.disc(side + 0.045, 0.15 * h, 0.075, "shadow")
        share = shadow.maps
        cover.maps[:] = cover.maps * (1 - share) + before * share  # a crescent, the sky behind it
    elif p.time == "day":
        colours["lamp"] = p.lamp((255, 230, 90))
        cover.disc(side, 0.17 * h, 0.1, "lamp")
    else:
        colours["lamp"] = p.lamp((255, 226, 120))
        cover.disc(side, 0.56 * h, 0.13, "lamp")


def _edges(p: Palette) -> tuple[str | None, str | None]:
    """Slots of outlines, which only neon has."""
    return ("edge", "edge2") if p.neon else (None, None)


def _meadow(far: Cover, near: Cover, p: Palette, h: float) -> tuple[Colours, Colours]:
    edge, _ = _edges(p)
    far.polygon(_wave(h, 0.6, 0.05, 2, 0.5), "a", edge)
    for start in _again():
        for x, r in ((0.35, 0.06), (1.1, 0.08)):
            far.disc(start + x, 0.61 * h, r, "detail")
    near.polygon(_wave(h, 0.74, 0.035, 1, 2.0), "a", edge)
    return (
        {"a": p.ground((140, 210, 120)), "detail": p.ground((74, 150, 84))},
        {"a": p.ground((88, 186, 78))},
    )


def _desert(far: Cover, near: Cover, p: Palette, h: float) -> tuple[Colours, Colours]:
    edge, _ = _edges(p)
    far.polygon(_wave(h, 0.62, 0.05, 1, 0.5), "a", edge)
    near.polygon(_wave(h, 0.76, 0.04, 2, 2.0), "a", edge)
    for start in _again():
        x, y = start + 0.7, 0.66 * h
        far.line(np.array([[x, y - 0.16], [x, y + 0.08]]), "detail", 0.06)
        far.line(np.array([[x, y], [x + 0.09, y], [x + 0.09, y - 0.09]]), "detail", 0.045)
        arm = np.array([[x, y - 0.03], [x - 0.09, y - 0.03], [x - 0.09, y - 0.1]])
        far.line(arm, "detail", 0.045)
    cactus = (40, 200, 120) if p.neon else p.ground((62, 142, 84))
    return {"a": p.ground((238, 196, 120)), "detail": cactus}, {"a": p.ground((250, 216, 144))}


def _ocean(far: Cover, near: Cover, p: Palette, h: float) -> tuple[Colours, Colours]:
    edge, _ = _edges(p)
    far.polygon(_wave(h, HORIZON, 0.0, 1, 0.0), "a", edge)
    for base, slot, phase in ((0.74, "a", 0.0), (0.87, "b", 2.0)):
        crest = _wave(h, base, 0.02, 4, phase)
        near.polygon(crest, slot)
        near.line(crest[:-2], edge or "c", 0.018)
    return (
        {"a": p.ground((34, 122, 190))},
        {
            "a": p.ground((30, 108, 178)), "b": p.ground((24, 90, 158)),
            "c": p.ground((214, 240, 255)),
        },
    )  # fmt: skip


def _city(far: Cover, near: Cover, p: Palette, h: float) -> tuple[Colours, Colours]:
    edges, ground = _edges(p), 0.78 * h
    for start in _again():
        for k, (x, width, tall) in enumerate(_SKYLINE):
            top = ground - tall * h * 1.15
            block = _box(start + x, top, width, ground - top)
            far.polygon(block, "abc"[k % 3], edges[k % 2], 0.012)
            if not p.neon:
                _windows(far, start + x, top, width, ground)
    near.polygon(_box(-0.1, ground, PERIOD + 0.2, h), "a", edges[0])
    for start in _again():
        for x in (0.1, 0.5, 0.9, 1.3):
            near.polygon(_box(start + x, 0.88 * h, 0.2, 0.028), "b")
    glow: Colour = (255, 226, 130) if p.time == "night" else p.ground((196, 214, 236))
    blocks = ((124, 132, 164), (96, 104, 138), (146, 148, 170))
    return (
        {slot: p.ground(c) for slot, c in zip("abc", blocks, strict=True)} | {"detail": glow},
        {"a": p.ground((84, 86, 98)), "b": p.lamp((240, 236, 210))},
    )


def _windows(far: Cover, x: float, top: float, width: float, ground: float) -> None:
    for row in range(int((ground - top - 0.04) / 0.09)):
        for column in (0.25, 0.75):
            far.polygon(
                _box(x + column * width - 0.025, top + 0.04 + 0.09 * row, 0.05, 0.045), "detail"
            )


def _mountains(far: Cover, near: Cover, p: Palette, h: float) -> tuple[Colours, Colours]:
    edge, _ = _edges(p)
    foot, k = 0.76 * h, 0.36
    for start in _again():
        for x, tall in _PEAKS:
            top, half = foot - tall * h * 1.35, tall * 1.1
            peak = np.array([[start + x, top], [start + x + half, foot], [start + x - half, foot]])
            far.polygon(peak, "a", edge, 0.014)
            if not p.neon:
                cap = np.array([
                    peak[0], peak[0] + k * (peak[1] - peak[0]),
                    peak[0] + 0.24 * (peak[1] - peak[0]) - [half * 0.12, 0],
                    peak[0] + k * (peak[2] - peak[0]),
                ])  # fmt: skip
                far.polygon(cap, "detail")
    near.polygon(_wave(h, 0.77, 0.025, 1, 1.0), "a", edge)
    return (
        {"a": p.ground((116, 128, 164)), "detail": p.ground((246, 250, 255))},
        {"a": p.ground((232, 240, 250))},
    )


def _space(far: Cover, near: Cover, p: Palette, h: float) -> tuple[Colours, Colours]:
    for start in _again():
        for k in range(26):
            x, y = PERIOD * (k * 0.618 % 1), h * (k * 0.7548 % 1)
            far.disc(start + x, y, 0.008 + 0.008 * (k % 3 == 0), "a")
        near.disc(start + 0.3, 0.24 * h, 0.14, "a")
        ring = np.array([[start + 0.07, 0.3 * h], [start + 0.53, 0.18 * h]])
        near.line(ring, "edge" if p.neon else "b", 0.025)
        near.disc(start + 1.15, 0.8 * h, 0.1, "c")
    return (
        {"a": p.finish((240, 240, 255))},
        {
            "a": p.ground((255, 190, 130)), "b": p.finish((214, 190, 160)),
            "c": p.edge(1) or p.finish((110, 150, 200)),
        },
    )  # fmt: skip


_DRAW: Final[dict[str, Callable[[Cover, Cover, Palette, float], tuple[Colours, Colours]]]] = {
    "meadow": _meadow, "desert": _desert, "ocean": _ocean,
    "city": _city, "mountains": _mountains, "space": _space,
}  # fmt: skip


def landscape(
    scene: str, palette: Palette, width: float, height: float, scale: float, *, sun_right: bool
) -> Landscape:
    """Draw a scene for a canvas of width × height units at `scale` pixels per unit."""
    far = Cover(SLOTS["far"], PERIOD, height, scale)
    near = Cover(SLOTS["near"], PERIOD, height, scale)
    far_colours, near_colours = _DRAW[scene](far, near, palette, height)
    for colours, first in ((far_colours, 0), (near_colours, 1)):
        colours |= {"edge": palette.edge(first) or colours["a"]}
    far_colours |= {"edge2": palette.edge(1) or far_colours["a"]}
    sky, sky_colours = _sky(palette, width, height, scale, sun_right)
    return Landscape(
        sky, far.maps, near.maps, {"sky": sky_colours, "far": far_colours, "near": near_colours}
    )


@cache
def landscape_colours(scene: str, palette: Palette) -> dict[str, Colours]:
    """The colours of a scene's slots."""
    return landscape(scene, palette, 1.0, 1.0, 8.0, sun_right=False).colours
