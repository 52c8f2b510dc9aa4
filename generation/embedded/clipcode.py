"""The numbers of a clip: what the diffusion model is trained on and produces.

    stage (66) · light (48) · shape (24) · look (30) · start (8) · motion (8 steps of 6 × 12)

`stage` and `shape` are codes of the codec, `light` the colours of the stage; `look` is the
subject's palette and the finish; `start` says where landscape and weather are at first, as points
on circles; `motion` has for each frame where the subject is (again on circles, so that one who
leaves on one side comes back on the other) and how far landscape and weather have moved since the
first frame. Everything is scaled to about unit variance.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generation.embedded.codec import SHAPE_WIDTH, STAGE_WIDTH
from generation.embedded.layers import (
    MARGIN,
    PAINTS,
    PERIOD,
    SLOT_COUNT,
    Finish,
    Floats,
    Track,
    consecutive,
)
from generation.embedded.layout import FRAMES

STEP_FRAMES: Final = 6
STEPS: Final = FRAMES // STEP_FRAMES
FRAME_WIDTH: Final = 12
PALETTE_WIDTH: Final = 3 * len(PAINTS)
PARTS: Final[dict[str, int]] = {  # name to width, in order
    "stage": STAGE_WIDTH,
    "light": 3 * SLOT_COUNT,
    "shape": SHAPE_WIDTH,
    "look": PALETTE_WIDTH + 3,
    "start": 8,
    "motion": FRAMES * FRAME_WIDTH,
}
WIDTH: Final = sum(PARTS.values())
USUAL_RADIUS: Final = 0.2
# Scales of log radius, far, near, log zoom, air x, air y.
SCALES: Final = np.array([2.0, 10.0, 5.0, 4.0, 8.0, 1.5])


PLACE: Final = consecutive(PARTS)  # where each part stands in a code
APPEARANCE: Final = ("stage", "light", "shape", "look")  # all but where things are


def on_circle(value: NDArray[np.float64], period: float) -> NDArray[np.float64]:
    """(T,) to (T,2): the cosine and sine of a value that repeats."""
    angle = value * (math.tau / period)
    return np.stack([np.cos(angle), np.sin(angle)], -1)


def off_circle(points: NDArray[np.float64], period: float) -> NDArray[np.float64]:
    """The inverse of `on_circle`, unwrapped along the first axis."""
    angle = np.unwrap(np.arctan2(points[..., 1], points[..., 0]), axis=0)
    unwrapped: NDArray[np.float64] = angle * (period / math.tau)
    return unwrapped


def encode_light(colours: Floats) -> Floats:
    """Colours (N,3) in 0..1 to (3·N,)."""
    return ((colours.ravel() - 0.5) * 3).astype(np.float32)


def decode_light(light: Floats) -> Floats:
    """The inverse of `encode_light`, clipped to what can be painted."""
    return (light / 3 + 0.5).clip(0, 1).reshape(-1, 3).astype(np.float32)


def encode_look(palette: Floats, finish: Finish) -> Floats:
    """Palette (9,3) in 0..1 and finish to (30,)."""
    style = np.array([finish.pixel, finish.glow, finish.soft]) * 2 - 1
    return np.concatenate([encode_light(palette), style]).astype(np.float32)


def decode_look(look: Floats) -> tuple[Floats, Finish]:
    """The inverse of `encode_look`, clipped to what can be painted."""
    pixel, glow, soft = ((look[PALETTE_WIDTH:] + 1) / 2).clip(0, 1)
    palette = decode_light(look[:PALETTE_WIDTH])
    return palette, Finish(*(float(v) if v > 0.3 else 0.0 for v in (pixel, glow, soft)))


def encode_track(track: Track, canvas: tuple[float, float]) -> tuple[Floats, Floats]:
    """A track of FRAMES frames to start (8,) and motion (FRAMES·12,)."""
    width, height = canvas
    start = [
        on_circle(track.far[:1], PERIOD)[0], on_circle(track.near[:1], PERIOD)[0],
        on_circle(track.air_x[:1], 1)[0], on_circle(track.air_y[:1], 1)[0],
    ]  # fmt: skip
    moved = [
        np.log(track.radius / USUAL_RADIUS), track.far - track.far[0],
        track.near - track.near[0], np.log(track.zoom),
        track.air_x - track.air_x[0], track.air_y - track.air_y[0],
    ]  # fmt: skip
    frames = np.concatenate([
        on_circle(track.x + MARGIN, width + 2 * MARGIN),
        on_circle(track.y + MARGIN, height + 2 * MARGIN),
        on_circle(track.rotation, math.tau),
        np.stack(moved, -1) * SCALES,
    ], -1)  # fmt: skip
    return np.concatenate(start).astype(np.float32), frames.ravel().astype(np.float32)


def decode_track(start: Floats, motion: Floats, canvas: tuple[float, float]) -> Track:
    """The inverse of `encode_track`, up to whole periods: nothing jumps from frame to frame."""
    width, height = canvas
    frames = motion.reshape(-1, FRAME_WIDTH).astype(np.float64)
    begin = start.astype(np.float64).reshape(4, 1, 2)
    far, near, air_x, air_y = (
        off_circle(point, period)[0]
        for point, period in zip(begin, (PERIOD, PERIOD, 1.0, 1.0), strict=True)
    )
    moved = frames[:, 6:] / SCALES
    across, down = width + 2 * MARGIN, height + 2 * MARGIN
    return Track(
        x=off_circle(frames[:, 0:2], across) - MARGIN,
        y=off_circle(frames[:, 2:4], down) - MARGIN,
        radius=USUAL_RADIUS * np.exp(moved[:, 0].clip(-2, 1.5)),
        rotation=off_circle(frames[:, 4:6], math.tau),
        far=far + moved[:, 1], near=near + moved[:, 2],
        zoom=np.exp(moved[:, 3].clip(-0.2, 1.2)),
        air_x=air_x + moved[:, 4], air_y=air_y + moved[:, 5],
    )  # fmt: skip


def join(parts: dict[str, Floats]) -> Floats:
    """Parts to one code (WIDTH,)."""
    return np.concatenate([parts[name] for name in PARTS]).astype(np.float32)


def part(code: Tensor, name: str) -> Tensor:
    """One part (..., width) of codes (..., WIDTH)."""
    return code[..., PLACE[name]]


def given(*names: str, first_frames: int = 0) -> Tensor:
    """Flags (WIDTH,): 1 where a number is known beforehand.

    Args:
        names: parts that are known whole.
        first_frames: of the motion, so many frames are known.
    """
    flags = torch.zeros(WIDTH)
    for name in names:
        flags[PLACE[name]] = 1
    begin = PLACE["motion"].start
    flags[begin : begin + first_frames * FRAME_WIDTH] = 1
    return flags
