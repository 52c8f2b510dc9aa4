"""Render a spec as a clip: landscape, camera, subject, weather, style."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.embedded.world.motion import follow
from generation.embedded.world.paint import (
    COLOURS,
    INK,
    Colour,
    Image,
    Layer,
    Palette,
    as_image,
    mix,
    over,
)
from generation.embedded.world.scenes import PERIOD, Landscape, landscape
from generation.embedded.world.spec import Spec
from generation.embedded.world.subjects import SHAPES
from generation.embedded.world.weather import draw_weather

PIXEL_CELLS: Final = 32  # pixel art has about this many cells on a side of a square clip
_FLAME: Final[Colour] = (255, 190, 60)


@dataclass(frozen=True, slots=True)
class Rendering:
    """frames (T,h,w,3) uint8 RGB; mask (T,h,w) uint8, the subject's coverage."""

    frames: Image
    mask: Image


def _paints(palette: Palette, colour: str) -> dict[str, Colour]:
    base = COLOURS[colour]
    named = {
        "body": base, "dark": mix(base, INK, 0.3), "pale": mix(base, (255, 255, 255), 0.55),
        "white": (252, 252, 252), "ink": INK, "beak": (255, 170, 50), "flame": _FLAME,
        "glass": (170, 220, 250),
    }  # fmt: skip
    if colour == "white":
        named["pale"] = (200, 206, 220)
    return {key: palette.subject(value) for key, value in named.items()}


def _draw_subject(
    layer: Layer,
    spec: Spec,
    palette: Palette,
    place: tuple[float, float, float, float],
    facing: int,
) -> None:
    """Draw the subject with centre x, y, radius and rotation as given in `place`."""
    x, y, radius, rotation = place
    shape, paints = SHAPES[spec.subject], _paints(palette, spec.colour)
    cos, sin = math.cos(rotation), math.sin(rotation)
    turn = np.array([[cos, sin], [-sin, cos]])

    def put(points: NDArray[np.float64]) -> NDArray[np.float64]:
        placed: NDArray[np.float64] = (points * [facing, 1] @ turn) * radius + [x, y]
        return placed

    bold = min(0.03, radius * 0.16)
    if palette.neon:
        edge, bold = COLOURS[spec.colour], bold * 1.1
    elif palette.style == "watercolour":
        edge, bold = mix(paints["body"], INK, 0.45), bold * 0.7
    else:
        edge = palette.subject(INK)
    for part in shape.parts:
        if part.behind:
            layer.polygon(
                put(part.points), paints[part.paint], edge if part.outlined else None, bold
            )
    layer.polygon(put(shape.body), paints["body"], edge, bold)
    for part in shape.parts:
        if not part.behind:
            lit = palette.neon and part.paint != "ink"
            layer.polygon(put(part.points), COLOURS[spec.colour] if lit else paints[part.paint])


def _slide(image: Image, offset: float, scale: float, width: int) -> Image:
    """The window of a repeating layer at `offset` units, to a fraction of a pixel."""
    shift = (offset % PERIOD) * scale
    matrix = np.array([[1, 0, -shift], [0, 1, 0]], np.float64)
    window = cv2.warpAffine(image, matrix, (width, image.shape[0]), flags=cv2.INTER_LINEAR)
    return as_image(window)


def _background(scene: Landscape, spec: Spec, seconds: float, start: float, scale: float) -> Image:
    """The landscape (h,w,3) as the camera sees it at a given time."""
    height, width = scene.sky.shape[:2]
    speed = {"pan_left": -0.16, "pan_right": 0.16}.get(spec.camera, 0.0)
    drift = 0.05 if spec.scene == "ocean" else 0.0
    far = _slide(scene.far, start + 0.5 * speed * seconds, scale, width)
    near = _slide(scene.near, start + (speed + drift) * seconds, scale, width)
    picture = over(near, over(far, scene.sky))
    if spec.camera == "zoom_in":
        zoom = 1 + 0.28 * min(seconds, 4.0)
        matrix = cv2.getRotationMatrix2D((width / 2, height * 0.55), 0, zoom)
        size, edge = (width, height), cv2.BORDER_REPLICATE
        picture = as_image(
            cv2.warpAffine(picture, matrix, size, flags=cv2.INTER_LINEAR, borderMode=edge)
        )
    return picture


def _stylise(frame: Image, style: str, scale: float) -> Image:
    """What a style does to the whole picture."""
    height, width = frame.shape[:2]
    if style == "pixel":
        cell = scale / PIXEL_CELLS
        small = cv2.resize(
            frame, (round(width / cell), round(height / cell)), interpolation=cv2.INTER_AREA
        )
        small = (np.round(small / 36.4) * 36.4).clip(0, 255).astype(np.uint8)
        return as_image(cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST))
    if style == "watercolour":
        return as_image(cv2.GaussianBlur(frame, (0, 0), 0.007 * scale))
    return frame


def _with_glow(subject: Image, frame: Image, scale: float) -> Image:
    """Neon light spills over what is around it."""
    halo = cv2.GaussianBlur(np.ascontiguousarray(subject[..., :3]), (0, 0), 0.035 * scale)
    return as_image(cv2.add(frame, cv2.convertScaleAbs(halo, alpha=0.7)))


def render(spec: Spec, seed: int, size: tuple[int, int], seconds: NDArray[np.float64]) -> Rendering:
    """Draw the clip of a spec at the given times.

    Args:
        spec: what to show.
        seed: decides what the spec leaves open (start, exact size, where the landscape begins).
        size: width and height in pixels; the canvas has area 1 in its own units.
        seconds: (T,) times; a usual clip starts at 0, a continuation later.
    """
    rng = random.Random(seed)  # noqa: S311 - pictures, not secrets
    columns, rows = size
    scale = math.sqrt(columns * rows)
    width, height = columns / scale, rows / scale
    palette = Palette.of(spec)
    start, drops = rng.uniform(0, PERIOD), (rng.random(), rng.random())
    scene = landscape(spec.scene, palette, width, height, scale, sun_right=rng.random() < 0.5)
    if spec.style == "pixel":  # drawn on eights, as old games were
        seconds = np.floor(seconds * 8 + 1e-6) / 8
    path = follow(spec, rng, seconds, width, height)
    frames, masks = [], []
    for i, t in enumerate(seconds):
        picture = _background(scene, spec, float(t), start, scale)
        layer = Layer(width, height, scale)
        place = (float(path.x[i]), float(path.y[i]), float(path.radius[i]), float(path.rotation[i]))
        _draw_subject(layer, spec, palette, place, path.facing)
        if palette.neon:
            picture = _with_glow(layer.image, picture, scale)
        masks.append(layer.image[..., 3].copy())
        picture = over(layer.image, picture)
        if spec.weather != "clear":
            air = Layer(width, height, scale)
            draw_weather(air, spec.weather, float(t), drops, (width, height))
            picture = over(air.image, picture)
        frames.append(_stylise(picture, spec.style, scale))
    return Rendering(np.stack(frames), np.stack(masks))


def shrink(images: Image, factor: int) -> Image:
    """Area-average (T,h,w[,3]) by an integer factor."""
    t, h, w = images.shape[:3]
    size = (w // factor, h // factor)
    return np.stack([cv2.resize(i, size, interpolation=cv2.INTER_AREA) for i in images]).reshape(
        t, h // factor, w // factor, *images.shape[3:]
    )
