"""Draw a spec: its layers, its track, and from both the reference clip."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.embedded.compose import compose
from generation.embedded.layers import (
    PAINTS,
    PERIOD,
    REACH,
    SLOTS,
    Clip,
    Finish,
    Floats,
    Image,
    Sprite,
    Stage,
    Track,
    resized,
)
from generation.embedded.world.motion import follow
from generation.embedded.world.paint import COLOURS, INK, Colour, Cover, Palette, Points, mix
from generation.embedded.world.scenes import landscape, landscape_colours
from generation.embedded.world.spec import Spec
from generation.embedded.world.subjects import SHAPES, Build
from generation.embedded.world.weather import COLOUR, draw_weather, fall

_FLAME: Final[Colour] = (255, 190, 60)
OUTLINES: Final = {"cartoon": 0.15, "pixel": 0.15, "watercolour": 0.105, "neon": 0.165}  # radii
_PAN: Final = {"pan_left": -0.16, "pan_right": 0.16}  # units per second
UNUSED: Final[Colour] = (128, 128, 128)  # of slots that a scene does not use


@dataclass(frozen=True, slots=True)
class Rendering:
    """frames (T,h,w,3) uint8 RGB, and the layers that they are drawn from."""

    frames: Image
    clip: Clip


@dataclass(frozen=True, slots=True)
class Chances:
    """What a spec leaves open."""

    offset: float  # where the landscape begins, in units
    drops: tuple[float, float]  # where the weather begins, in periods
    sun_right: bool
    build: Build

    @classmethod
    def draw(cls, rng: random.Random) -> Chances:
        return cls(
            rng.uniform(0, PERIOD), (rng.random(), rng.random()), rng.random() < 0.5,
            Build.draw(rng),
        )  # fmt: skip


def paints(spec: Spec) -> Floats:
    """The palette (9,3) of a subject in 0..1, in the order of PAINTS."""
    palette, base = Palette.of(spec), COLOURS[spec.colour]
    named = {
        "body": base, "dark": mix(base, INK, 0.3), "pale": mix(base, (255, 255, 255), 0.55),
        "white": (252, 252, 252), "ink": INK, "beak": (255, 170, 50), "flame": _FLAME,
        "glass": (170, 220, 250), "edge": INK,
    }  # fmt: skip
    if spec.colour == "white":
        named["pale"] = (200, 206, 220)
    painted = {key: palette.subject(value) for key, value in named.items()}
    if palette.neon:  # outlines and details shine, body and eyes stay dark
        painted |= {k: base for k in PAINTS if k not in ("body", "ink")}
    elif palette.style == "watercolour":
        painted["edge"] = mix(painted["body"], INK, 0.45)
    return np.array([painted[key] for key in PAINTS], np.float32) / np.float32(255)


def draw_coverage(subject: str, edge: float, facing: int, build: Build, side: int) -> Floats:
    """The subject's coverage maps (side,side,9): see `layers.Sprite`.

    Args:
        edge: width of the outline in radii.
        facing: 1 as drawn, -1 mirrored.
    """
    cover = Cover(PAINTS, 2 * REACH, 2 * REACH, side / (2 * REACH), origin=-REACH)
    shape = SHAPES[subject]

    def built(points: Points) -> Points:
        turned: Points = build.apply(points) * [facing, 1]
        return turned

    for part in (p for p in shape.parts if p.behind):
        cover.polygon(built(part.points), part.paint, "edge" if part.outlined else None, edge)
    cover.polygon(built(shape.body), "body", "edge", edge)
    for part in (p for p in shape.parts if not p.behind):
        cover.polygon(built(part.points), part.paint)
    return cover.maps


def draw_sprite(spec: Spec, facing: int, build: Build, side: int) -> Sprite:
    """The subject of a spec."""
    return Sprite(
        draw_coverage(spec.subject, OUTLINES[spec.style], facing, build, side), paints(spec)
    )


def draw_stage(
    spec: Spec, sun_right: bool, canvas: tuple[float, float], scale: float,
    size: tuple[int, int] | None = None,
) -> Stage:  # fmt: skip
    """The landscape and weather of a spec for a canvas in units.

    Args:
        scale: pixels per unit to draw at.
        size: rows and columns of the result; as high as drawn and one period wide by default.
    """
    scene = landscape(spec.scene, Palette.of(spec), *canvas, scale, sun_right=sun_right)
    rows, columns = size or scene.far.shape[:2]
    maps = (scene.sky, scene.far, scene.near, draw_weather(spec.weather, *canvas, scale))
    sized = [resized(m, columns, rows) for m in maps]
    return Stage(np.concatenate(sized, -1), stage_colours(spec))


def stage_colours(spec: Spec) -> Floats:
    """The colours (16,3) of a spec's stage in 0..1, in the order of SLOTS."""
    named = landscape_colours(spec.scene, Palette.of(spec)) | {
        "air": {"drop": COLOUR[spec.weather]}
    }
    colours = [named[layer].get(slot, UNUSED) for layer, slots in SLOTS.items() for slot in slots]
    return np.array(colours, np.float32) / np.float32(255)


def finish_of(spec: Spec) -> Finish:
    """What the style does to the whole picture."""
    return Finish(
        pixel=float(spec.style == "pixel"),
        glow=float(spec.style == "neon"),
        soft=float(spec.style == "watercolour"),
    )


def track_of(
    spec: Spec, chances: Chances, rng: random.Random, seconds: NDArray[np.float64],
    size: tuple[float, float], loop: float | None = None,
) -> tuple[Track, int]:  # fmt: skip
    """Where everything is at the given times (s), and which way the subject faces (1 or -1).

    Args:
        size: the canvas in units.
        loop: if given, everything is back where it was after so many seconds; the camera then
            sways instead of passing on.
    """
    if spec.style == "pixel":  # drawn on eights, as old games were
        seconds = np.floor(seconds * 8 + 1e-6) / 8
    path = follow(spec, rng, seconds, *size, loop)
    gone, back = seconds, np.zeros_like(seconds)
    if loop is not None:
        gone = loop / math.tau * np.sin(math.tau * seconds / loop)
        back = gone
    speed = _PAN.get(spec.camera, 0.0)
    drift = 0.05 if spec.scene == "ocean" else 0.0
    zoom = np.ones_like(seconds)
    if spec.camera == "zoom_in":
        near = np.abs(gone) if loop is not None else np.minimum(seconds, 4.0)
        zoom = 1 + 0.28 * near
    drifted = drift * (back if loop is not None else seconds)
    air_x, air_y = fall(spec.weather, seconds, loop)
    if spec.weather != "clear":
        air_x, air_y = air_x + chances.drops[0], air_y + chances.drops[1]
    far, near_ = chances.offset + 0.5 * speed * gone, chances.offset + speed * gone + drifted
    return Track(
        path.x, path.y, path.radius, path.rotation, far, near_, zoom, air_x, air_y
    ), path.facing


def draw_clip(
    spec: Spec, seed: int, size: tuple[int, int], seconds: NDArray[np.float64],
    loop: float | None = None,
) -> Clip:  # fmt: skip
    """The layers of a spec's clip, drawn at the scale of a picture of `size` pixels."""
    rng = random.Random(seed)  # noqa: S311 - pictures, not secrets
    scale = math.sqrt(size[0] * size[1])
    width, height = size[0] / scale, size[1] / scale
    chances = Chances.draw(rng)
    track, facing = track_of(spec, chances, rng, seconds, (width, height), loop)
    side = max(16, round(2 * REACH * float(track.radius.max()) * scale))
    sprite = draw_sprite(spec, facing, chances.build, side)
    stage = draw_stage(spec, chances.sun_right, (width, height), scale)
    return Clip(stage, sprite, finish_of(spec), track)


def render(
    spec: Spec, seed: int, size: tuple[int, int], seconds: NDArray[np.float64],
    loop: float | None = None,
) -> Rendering:  # fmt: skip
    """Draw the clip of a spec at the given times.

    Args:
        spec: what to show.
        seed: decides what the spec leaves open (start, exact size and build, where the landscape
            begins).
        size: width and height in pixels.
        seconds: (T,) times; a usual clip starts at 0, a continuation later.
        loop: seconds after which everything is back where it was, or None.
    """
    clip = draw_clip(spec, seed, size, seconds, loop)
    return Rendering(compose(clip, size), clip)


def shrink(images: Image, factor: int) -> Image:
    """Area-average (T,h,w[,3]) by an integer factor."""
    t, h, w = images.shape[:3]
    size = (w // factor, h // factor)
    return np.stack([cv2.resize(i, size, interpolation=cv2.INTER_AREA) for i in images]).reshape(
        t, h // factor, w // factor, *images.shape[3:]
    )
