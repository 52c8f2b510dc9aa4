"""Frames to layers: what the model sees in pictures that it is given.

A small convolutional network reads each frame alone; codes are averaged over the frames. It was
trained on the drawn world only, so pictures of anything else come out as something else: `reading`
measures that by drawing what it saw and comparing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from generation.embedded.clipcode import (
    PARTS,
    SCALES,
    USUAL_RADIUS,
    off_circle,
    on_circle,
)
from generation.embedded.codec import by_view, on_sphere
from generation.embedded.denoiser import ASPECTS
from generation.embedded.layers import MARGIN, PERIOD, Floats, Track
from generation.embedded.layout import CANVASES

SIDE: Final = 96
KNOWN_SHAPES: Final = 20  # ten subjects, each facing both ways
POSE_WIDTH: Final = 16  # x, y, rotation on circles, log radius; far, near on circles, log zoom; air
_HEADS: Final = {name: PARTS[name] for name in ("stage", "light", "shape", "look")} | {
    "pose": POSE_WIDTH
}


class Perceiver(nn.Module):
    """(B, 3, 96, 96) in -1..1 and aspects (B,) to stage, light, shape, look and pose.

    known_shapes (KNOWN_SHAPES, 24): the code of a typical individual of each kind.
    """

    known_shapes: Tensor

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        widths = (3, 32, 48, 96, 128)
        for inputs, outputs in pairwise(widths):
            layers += [nn.Conv2d(inputs, outputs, 3, stride=2, padding=1), nn.SiLU()]
            layers += [nn.Conv2d(outputs, outputs, 3, padding=1), nn.SiLU()]
        self.see = nn.Sequential(*layers, nn.Flatten())
        self.aspect = nn.Embedding(len(ASPECTS), 512)
        self.join = nn.Linear(128 * 36, 512)
        self.think = nn.Sequential(nn.SiLU(), nn.Linear(512, 512), nn.SiLU())
        self.heads = nn.ModuleDict({name: nn.Linear(512, w) for name, w in _HEADS.items()})
        self.register_buffer("known_shapes", torch.zeros(KNOWN_SHAPES, PARTS["shape"]))

    def forward(self, frames: Tensor, aspects: Tensor) -> dict[str, Tensor]:
        seen = self.think(self.join(self.see(frames)) + self.aspect(aspects))
        out: dict[str, Tensor] = {name: head(seen) for name, head in self.heads.items()}
        stage = torch.cat(list(by_view(out["stage"]).values()), -1)
        return out | {"stage": stage, "shape": on_sphere(out["shape"])}


def as_input(frames: NDArray[np.uint8]) -> Tensor:
    """(T,H,W,3) to (T,3,96,96) in -1..1; the aspect is squeezed away."""
    small = [cv2.resize(f, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for f in frames]
    return torch.from_numpy(np.stack(small)).permute(0, 3, 1, 2).float() / 127.5 - 1


def encode_pose(track: Track, canvas: tuple[float, float]) -> Floats:
    """What can be seen of a track in each single frame (T, POSE_WIDTH)."""
    parts = [
        on_circle(track.x + MARGIN, canvas[0] + 2 * MARGIN),
        on_circle(track.y + MARGIN, canvas[1] + 2 * MARGIN),
        on_circle(track.rotation, math.tau),
        SCALES[0] * np.log(track.radius / USUAL_RADIUS)[:, None],
        on_circle(track.far, PERIOD), on_circle(track.near, PERIOD),
        SCALES[3] * np.log(track.zoom)[:, None],
        on_circle(track.air_x, 1), on_circle(track.air_y, 1),
    ]  # fmt: skip
    return np.concatenate(parts, -1).astype(np.float32)


def decode_pose(pose: Floats, canvas: tuple[float, float]) -> Track:
    """The inverse of `encode_pose`, up to whole periods."""
    p = pose.astype(np.float64)
    return Track(
        x=off_circle(p[:, 0:2], canvas[0] + 2 * MARGIN) - MARGIN,
        y=off_circle(p[:, 2:4], canvas[1] + 2 * MARGIN) - MARGIN,
        rotation=off_circle(p[:, 4:6], math.tau),
        radius=USUAL_RADIUS * np.exp((p[:, 6] / SCALES[0]).clip(-2, 1.5)),
        far=off_circle(p[:, 7:9], PERIOD), near=off_circle(p[:, 9:11], PERIOD),
        zoom=np.exp((p[:, 11] / SCALES[3]).clip(-0.2, 1.2)),
        air_x=off_circle(p[:, 12:14], 1), air_y=off_circle(p[:, 14:16], 1),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """stage (66,), light (48,), shape (24,), look (30,), each averaged; the track of all frames."""

    stage: Floats
    light: Floats
    shape: Floats
    look: Floats
    track: Track


@torch.inference_mode()
def perceive(net: Perceiver, frames: NDArray[np.uint8], aspect: str) -> Seen:
    """Read frames (T,H,W,3) of one clip."""
    index = torch.full((len(frames),), ASPECTS.index(aspect))
    out = net(as_input(frames), index)
    stage = torch.cat(list(by_view(out["stage"].mean(0)).values()), -1).numpy()
    shape = on_sphere(out["shape"].mean(0)).numpy()
    track = decode_pose(out["pose"].numpy(), CANVASES[aspect])
    light, look = (out[name].mean(0).numpy() for name in ("light", "look"))
    return Seen(stage, light, shape, look, track)
