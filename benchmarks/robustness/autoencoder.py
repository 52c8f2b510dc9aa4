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
from torch import Tensor, nn

from benchmarks.robustness.clips import Clip, collection

_CHANNELS = 16
_STEPS, _BATCH, _SIDE = 800, 4, 64
_KL = 1e-4


class Autoencoder(nn.Module):
    """(N, 3, h, w) in 0 … 1, sides divisible by 8, to the same."""

    def __init__(self) -> None:
        super().__init__()
        down = [_conv(3, 32, 2), _conv(32, 64, 2), _conv(64, 96, 2), _conv(96, 96)]
        self.encoder = nn.Sequential(*down, nn.Conv2d(96, 2 * _CHANNELS, 1))
        up = [_conv(_CHANNELS, 96), _conv(96, 96), _up(96, 64), _up(64, 48), _up(48, 32)]
        self.decoder = nn.Sequential(*up, nn.Conv2d(32, 3, 3, padding=1))

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """The pictures as they come back, and the Kullback-Leibler divergence of their codes."""
        mean, spread = self.encoder(pictures).chunk(2, 1)
        spread = spread.clamp(-8, 4)
        code = mean + torch.randn_like(mean) * (0.5 * spread).exp()
        divergence = 0.5 * (mean**2 + spread.exp() - 1 - spread).mean()
        return self.decoder(code), divergence


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
    optimiser = torch.optim.Adam(model.parameters(), 1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, _STEPS)
    for _ in range(_STEPS):
        batch = torch.from_numpy(np.stack([_crop(clips, draw) for _ in range(_BATCH)]))
        pictures = batch.permute(0, 3, 1, 2) / 255
        back, divergence = model(pictures)
        loss = F.l1_loss(back, pictures) + _KL * divergence
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()


def _crop(clips: list[Clip], draw: np.random.Generator) -> Clip:
    frames = clips[int(draw.integers(len(clips)))]
    top, left = (int(draw.integers(side - _SIDE)) for side in frames.shape[1:3])
    frame = frames[int(draw.integers(len(frames)))]
    return frame[top : top + _SIDE, left : left + _SIDE]
