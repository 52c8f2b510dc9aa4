"""A small variational autoencoder, to see what regeneration leaves of a mark.

Large ones (those of diffusion models) cannot be had here, so a tiny one is trained on the spot, on
frames of the tuning set, which shares no clip with what is reported: convolutions to an eighth of
the size and 16 channels, a twelfth of the numbers (Kingma & Welling, "Auto-Encoding Variational
Bayes", 2014).
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from benchmarks.robustness.clips import Clip, collection

_CHANNELS = 16
_CELL = 8
_PLACES = 20_000
_STEPS, _BATCH, _SIDE = 600, 6, 64
_KL = 1e-6


class Autoencoder(nn.Module):
    """(N, 3, h, w) in 0 … 1, sides divisible by 8, to the same.

    Principal components of 8 × 8 places, and what convolutions add to them on both ways.
    """

    def __init__(self) -> None:
        super().__init__()
        self.project = nn.Conv2d(3, _CHANNELS, _CELL, _CELL)
        self.unfold = nn.ConvTranspose2d(_CHANNELS, 3, _CELL, _CELL)
        down = [_conv(3, 32, 2), _conv(32, 64, 2), _conv(64, 96, 2), _conv(96, 96)]
        self.encoder = nn.Sequential(*down, _silent(nn.Conv2d(96, 2 * _CHANNELS, 1)))
        up = [_conv(_CHANNELS, 96), _conv(96, 96), _up(96, 64), _up(64, 48), _up(48, 32)]
        self.decoder = nn.Sequential(*up, _silent(nn.Conv2d(32, 3, 3, padding=1)))

    def begin(self, places: NDArray[np.float32]) -> None:
        """Start from the principal components of (n, 3, 8, 8) places, at unit variance each."""
        flat = places.reshape(len(places), -1)
        colour = places.mean((0, 2, 3))
        mean = np.repeat(colour, _CELL * _CELL)
        powers, axes = np.linalg.eigh((flat - mean).T @ (flat - mean) / len(flat))
        spread = np.sqrt(powers[-_CHANNELS:])
        shape = (_CHANNELS, *places.shape[1:])
        ways = (axes[:, -_CHANNELS:] / spread).T, (axes[:, -_CHANNELS:] * spread).T
        with torch.no_grad():
            for layer, way in zip((self.project, self.unfold), ways, strict=True):
                layer.weight.copy_(torch.from_numpy(way.reshape(shape)))
            self.project.bias.copy_(torch.from_numpy(-ways[0] @ mean))
            self.unfold.bias.copy_(torch.from_numpy(colour))

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """The pictures as they come back, and the Kullback-Leibler divergence of their codes."""
        mean, spread = self.encoder(pictures).chunk(2, 1)
        mean, spread = self.project(pictures) + mean, (spread - 8).clamp(-12, 4)
        code = mean + torch.randn_like(mean) * (0.5 * spread).exp()
        divergence = 0.5 * (mean**2 + spread.exp() - 1 - spread).mean()
        return self.unfold(code) + self.decoder(code), divergence


def _silent(layer: nn.Conv2d) -> nn.Conv2d:
    """Adds nothing before it is trained."""
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def _conv(inputs: int, outputs: int, stride: int = 1) -> nn.Module:
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1), nn.SiLU())


def _up(inputs: int, outputs: int) -> nn.Module:
    return nn.Sequential(nn.Upsample(scale_factor=2), _conv(inputs, outputs))


@torch.inference_mode()
def regenerated(frames: Clip) -> Clip:
    """(T, H, W, 3) through the autoencoder."""
    torch.manual_seed(0)
    model, shape = trained(), frames.shape[1:3]
    pads = [-side % 8 for side in shape]
    padded = np.pad(frames, ((0, 0), (0, pads[0]), (0, pads[1]), (0, 0)), mode="edge")
    back = []
    for frame in padded:
        picture = torch.from_numpy(frame).permute(2, 0, 1)[None] / 255
        back.append(model(picture)[0][0].permute(1, 2, 0).clamp(0, 1).numpy())
    rows, columns = shape
    return np.rint(255 * np.stack(back)[:, :rows, :columns]).astype(np.uint8)


@cache
@torch.inference_mode(False)
def trained() -> Autoencoder:
    """A model trained now, or earlier on this machine."""
    kept = Path(tempfile.gettempdir()) / "kinemark-regeneration.pt"
    model = Autoencoder()
    if kept.exists():
        model.load_state_dict(torch.load(kept, weights_only=True))
        return model.eval()
    _train(model)
    torch.save(model.state_dict(), kept)
    return model.eval()


def _train(model: Autoencoder) -> None:
    torch.manual_seed(1)
    draw = np.random.default_rng(1)
    clips = [scene.clip(12) for scene in collection("tuning")[:12]]
    model.begin(_pictures(clips, draw, _PLACES, _CELL).numpy())
    optimiser = torch.optim.Adam(model.parameters(), 1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 1e-3, _STEPS)
    for _ in range(_STEPS):
        pictures = _pictures(clips, draw, _BATCH, _SIDE)
        back, divergence = model(pictures)
        loss = F.l1_loss(back, pictures) + _KL * divergence
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()


def _pictures(clips: list[Clip], draw: np.random.Generator, count: int, side: int) -> Tensor:
    """(count, 3, side, side) in 0 … 1, cut out of clips anywhere."""
    batch = np.stack([_crop(clips, draw, side) for _ in range(count)])
    return torch.from_numpy(batch).permute(0, 3, 1, 2) / 255


def _crop(clips: list[Clip], draw: np.random.Generator, side: int) -> Clip:
    frames = clips[int(draw.integers(len(clips)))]
    top, left = (int(draw.integers(length - side)) for length in frames.shape[1:3])
    frame = frames[int(draw.integers(len(frames)))]
    return frame[top : top + side, left : left + side]
