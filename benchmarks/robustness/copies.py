"""Whether honest copies are accused: thousands of them, of many clips, under what people do to a
video without altering what it shows.

Marks are left out: each copy's geometry is known, as the detector would find it; of a perspective,
which is none that a lattice can have, the nearest. Clips come from seeds that no constant was
chosen on, films from their second halves; films and photographs are few and recur, in other
pieces.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.robustness.attacks import Attack, Chain, h264, publish, scale
from benchmarks.robustness.binding import FRAMES, GENUINE
from benchmarks.robustness.clips import (
    FILMS,
    FPS,
    PROMPTS,
    SIZES,
    Clip,
    drawing,
    film,
    generated,
    gradient,
    photo,
    textured,
    world,
)
from benchmarks.robustness.trials import read
from provenance.comparison import ContentState, compare
from provenance.fingerprint import Reference, reference
from provenance.watermark.geometry import Geometry
from provenance.watermark.pattern import TILE, tile_pixels

Corners = tuple[tuple[float, float], ...]
_WHOLE: Corners = ((0, 0), (1, 0), (0, 1), (1, 1))
_FIRST = {"tuning": 50_000, "reporting": 60_000}


@dataclass(frozen=True)
class Copy:
    """An honest change, and where the clip's corners then lie: top left, top right, bottom left,
    bottom right, as shares of the upload's width and height."""

    attack: Attack | Chain
    corners: Corners = _WHOLE

    def geometry(self, upload: tuple[int, int], clip: tuple[int, int]) -> Geometry:
        """The affine lattice nearest to it, sizes as (width, height)."""
        there = np.array(self.corners) * upload
        here = np.column_stack([np.array(_WHOLE) * clip, np.ones(4)])
        affine = np.linalg.lstsq(here, there, rcond=None)[0].T
        matrix = affine[:, :2] * tile_pixels(*clip) / TILE
        x, y = affine @ (0.5, 0.5, 1) - 0.5  # of the centre of the first pixel
        (xx, xy), (yx, yy) = matrix.tolist()
        return Geometry((xx, xy, yx, yy), (float(x), float(y)))


def _cropped(share: float) -> Copy:
    side = f"trunc(i%s*{share}/2)*2"
    near, far = -(1 / share - 1) / 2, 1 + (1 / share - 1) / 2
    return Copy(
        Attack(f"crop to {100 * share:g} %", "", f"crop={side % 'w'}:{side % 'h'}"),
        ((near, near), (far, near), (near, far), (far, far)),
    )


def _tilted(share: float) -> Copy:
    """Filmed or warped aslant: the left side shrunk, the right one leaning."""
    corners = ((share, share / 2), (1 - share / 3, 0), (0, 1), (1 - share, 1 - share / 2))
    places = ":".join(f"x{n}=W*{x:.4f}:y{n}=H*{y:.4f}" for n, (x, y) in enumerate(corners))
    return Copy(
        Attack(f"perspective {100 * share:g} %", "", f"perspective={places}:sense=destination"),
        corners,
    )


def _boxed(across: float, down: float) -> Copy:
    """The clip in the middle of a black frame, so many times as large."""
    left, top = (1 - 1 / across) / 2, (1 - 1 / down) / 2
    return Copy(
        Attack("letterbox", "", f"pad=trunc(iw*{across}/2)*2:trunc(ih*{down}/2)*2:-1:-1"),
        ((left, top), (1 - left, top), (left, 1 - top), (1 - left, 1 - top)),
    )


HONEST = (
    *(Copy(attack) for attack in GENUINE),
    Copy(Chain("CRF 28, then half size, CRF 30", "", (
        Attack("", "", output=h264(28)), Attack("", "", scale(0.5), h264(30))))),
    Copy(Attack("mirrored", "", "hflip"), ((1, 0), (0, 0), (1, 1), (0, 1))),
    _cropped(0.95), _cropped(0.9), _boxed(1, 1.3), _tilted(0.02), _tilted(0.03),
    Copy(Attack("four fifths of the speed", "", "setpts=PTS/.8,fps=24")),
    Copy(Attack("five quarters of the speed", "", "setpts=PTS/1.25,fps=24")),
    Copy(Attack("trimmed to 1 s", "", before=("-ss", "0.3", "-t", "1"))),
)  # fmt: skip


def measure(purpose: str, count: int, known: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    """`count` copies, on all cores, clip by clip; goes on from the figures `known`.

    Yields:
        after every clip the figures so far: per change how many copies, how many of them match,
        least likeness and motion; and every copy that was accused.
    """
    figures = known or {"clips": 0, "copies": 0, "seconds": 0.0, "rows": [], "accused": []}
    rows = {row["name"]: row for row in figures["rows"]}
    accused = list(figures["accused"])
    seconds = figures["seconds"]
    wanted = -(-count // len(HONEST))
    with ProcessPoolExecutor(initializer=cv2.setNumThreads, initargs=(1,)) as pool:
        numbers = range(figures["clips"], wanted)
        portions = pool.map(_portion, repeat(purpose), numbers)
        for number, portion in zip(numbers, portions, strict=True):
            for told in portion.told:
                _count(rows, told)
                if told["state"] != ContentState.MATCHES:
                    accused.append(told | {"clip": portion.clip})
            seconds += portion.seconds
            yield {"clips": number + 1, "copies": sum(row["count"] for row in rows.values()),
                   "seconds": round(seconds, 1), "rows": list(rows.values()),
                   "accused": accused}  # fmt: skip


def _count(rows: dict[str, dict[str, Any]], told: dict[str, Any]) -> None:
    name, likeness, motion = told["name"], told["likeness"], told["motion"]
    row = rows.setdefault(
        name, {"name": name, "count": 0, "right": 0, "likeness": 1.0, "motion": 1.0}
    )
    row["count"] += 1
    row["right"] += told["state"] == ContentState.MATCHES
    row["likeness"], row["motion"] = min(row["likeness"], likeness), min(row["motion"], motion)


@dataclass(frozen=True)
class _Portion:
    """What the copies of one clip were told; seconds of wall time."""

    clip: str
    told: list[dict[str, Any]]
    seconds: float


def _portion(purpose: str, number: int) -> _Portion:
    began = time.monotonic()
    name, render = source(purpose, number)
    width, height = SIZES[number % len(SIZES)]
    pictures = render(width, height, FRAMES)
    kept = reference(pictures, fps=FPS)
    with tempfile.TemporaryDirectory() as folder:
        publish(pictures, Path(folder) / "published.mp4")
        told = [_told(copy, kept, Path(folder)) for copy in HONEST]
    return _Portion(f"{name}, {width}×{height}", told, time.monotonic() - began)


def _told(copy: Copy, kept: Reference, folder: Path) -> dict[str, Any]:
    upload = read(copy.attack.apply(folder / "published.mp4", folder))
    height, width = upload.luma[0].shape
    geometry = copy.geometry((width, height), kept.size)
    match = compare(upload.luma, geometry, kept, fps=upload.fps, chroma=upload.chroma)
    return {"name": copy.attack.name, "state": str(match.state),
            "likeness": round(match.score, 3), "motion": round(match.motion, 3)}  # fmt: skip


def source(purpose: str, number: int) -> tuple[str, Callable[[int, int, int], Clip]]:
    """The name of a purpose's number-th clip, and what renders it."""
    seed = _FIRST[purpose] + number
    draw = np.random.default_rng(seed)
    prompt = PROMPTS[purpose][number // 8 % len(PROMPTS[purpose])]
    film_name, length = FILMS[number // 8 % len(FILMS)]
    half = length // 2 if purpose == "reporting" else 0
    start = half + int(draw.integers(length // 2 - FRAMES))
    kinds: tuple[tuple[str, Callable[[int, int, int], Clip]], ...] = (
        (f"world {seed}", world(seed)),
        (f"film {film_name} from {start}", _piece(film(film_name, start), draw)),
        (f"drawing {seed}", drawing(seed)),
        (f"world {seed}", world(seed)),
        (f"generated {seed}: {prompt}", generated(prompt, seed)),
        (f"photo {seed}", photo("china.jpg" if purpose == "tuning" else "flower.jpg", seed)),
        (f"world {seed}", world(seed)),
        (f"texture {seed}", textured(seed)) if draw.integers(2)
        else (f"gradient {seed}", gradient(seed)),
    )  # fmt: skip
    return kinds[number % len(kinds)]


def _piece(
    render: Callable[[int, int, int], Clip], draw: np.random.Generator
) -> Callable[[int, int, int], Clip]:
    """A piece, 60 to 100 % of each side, of what is rendered; mirrored or not."""

    def cut(width: int, height: int, frames: int) -> NDArray[np.uint8]:
        share = float(draw.uniform(0.6, 1))
        whole = render(round(width / share), round(height / share), frames)
        y = int(draw.integers(whole.shape[1] - height + 1))
        x = int(draw.integers(whole.shape[2] - width + 1))
        piece = whole[:, y : y + height, x : x + width]
        return np.ascontiguousarray(piece[:, :, ::-1] if draw.integers(2) else piece)

    return cut
