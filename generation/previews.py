"""A cheap picture of a clip that is still being denoised.

Each step's estimate of the finished latents is turned into colours by a linear map, which is fitted
once per model to what its own VAE makes of random colour fields. Half of the fields' places judge
the map: where it explains too little of their colours, there is no preview.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from generation.references import Frames

_FEWEST: Final = 16  # places along each side of the colour field, in latents
_PER_CHANNEL: Final = 6  # places for each channel that the map has to weigh
_BLOBS: Final = 11  # patches of colour along each side
_LEAST_EXPLAINED: Final = 0.5  # of the colours' variance, at places that the fit has not seen
_RIDGE: Final = 1e-3
_SIDE: Final = 384  # pixels that a preview's longer side has at least


@dataclass(frozen=True, slots=True)
class Preview:
    """A linear map from latents to colours.

    Attributes:
        colours: (channels + 1, 3) float32; the last row is the constant.
        factor: pixels per latent along each side.
        frames_first: latents are (1,T,C,h,w) instead of (1,C,T,h,w).
    """

    colours: NDArray[np.float32]
    factor: int
    frames_first: bool

    def picture(self, latents: torch.Tensor) -> Frames:
        """(h,w,3) uint8 from the latents (C,h,w) of one moment."""
        pixels = latents.float().cpu().numpy().transpose(1, 2, 0)
        drawn = pixels @ self.colours[:-1] + self.colours[-1]
        small: Frames = (drawn * 255).round().clip(0, 255).astype(np.uint8)
        scale = max(1, round(_SIDE / max(small.shape[:2])))
        shown = (small.shape[1] * scale, small.shape[0] * scale)
        large = cv2.resize(small, shown, interpolation=cv2.INTER_CUBIC)
        return large.astype(np.uint8, copy=False)

    def middle(self, latents: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
        """The middle moment (C,h,w) of latents, which some models keep as tokens (1,S,C)."""
        if latents.ndim == 3:
            width, height = size[0] // self.factor, size[1] // self.factor
            moments = latents[0].reshape(-1, height, width, latents.shape[-1])
            return moments[len(moments) // 2].permute(2, 0, 1)
        if self.frames_first:
            return latents[0, latents.shape[1] // 2]
        return latents[0, :, latents.shape[2] // 2]


def fit_preview(pipeline: Any, device: torch.device) -> Preview | None:
    """The map for a pipeline's VAE, or None if no linear map shows what its latents mean."""
    vae = pipeline.vae
    factor = int(pipeline.video_processor.config.vae_scale_factor)
    channels = int(getattr(vae.config, "z_dim", None) or vae.config.latent_channels)
    field = _colour_field(factor * max(_FEWEST, math.ceil((_PER_CHANNEL * channels) ** 0.5)))
    latents = _latents(vae, field, device)
    height, width = latents.shape[1:]
    small = cv2.resize(field, (width, height), interpolation=cv2.INTER_AREA)
    wanted = np.asarray(small, np.float32).reshape(-1, 3)
    found = latents.reshape(channels, -1).T
    design = np.ones((len(found), channels + 1), np.float32)
    design[:, :-1] = found
    colours, explained = _regress(design, wanted)
    if explained < _LEAST_EXPLAINED:
        return None
    frames_first = type(vae).__name__.startswith("AutoencoderKLCogVideoX")
    return Preview(colours, factor, frames_first)


def estimate(
    scheduler: Any, sample: torch.Tensor, result: tuple[torch.Tensor, ...], preview: Preview,
    size: tuple[int, int],
) -> torch.Tensor | None:  # fmt: skip
    """The finished latents (C,h,w) of the middle moment, as a scheduler's latest step sees them.

    `sample` went into the step, `result` came out. Multistep solvers keep their estimate, DDIM
    returns it; Euler's straight line is followed to its end.
    """
    kept = getattr(scheduler, "model_outputs", None)
    if kept:
        return preview.middle(kept[-1], size)
    if len(result) > 1:
        return preview.middle(result[1], size)
    index = scheduler.step_index
    if index is None or index < 1:
        return None
    before, after, end = (float(scheduler.sigmas[i]) for i in (index - 1, index, -1))
    if before == after:
        return None
    start, moved = (preview.middle(t, size).float() for t in (sample, result[0]))
    return start + (moved - start) * ((end - before) / (after - before))


def _colour_field(side: int) -> NDArray[np.float32]:
    """(side,side,3) in 0..1: smooth random patches of colour, the same every time."""
    blobs = np.random.default_rng(0).random((_BLOBS, _BLOBS, 3), np.float32)
    return cv2.resize(blobs, (side, side), interpolation=cv2.INTER_CUBIC).clip(0, 1)


@torch.inference_mode()
def _latents(vae: Any, field: NDArray[np.float32], device: torch.device) -> NDArray[np.float32]:
    """(C,h,w): one frame as the VAE encodes it, normalised as its pipelines do."""
    pixels = torch.from_numpy(field).permute(2, 0, 1)[None, :, None] * 2 - 1
    moments = vae.encode(pixels.to(device, vae.dtype)).latent_dist.mode()[0, :, 0].float().cpu()
    mean, std = (_per_channel(vae, name) for name in ("latents_mean", "latents_std"))
    if mean is not None and std is not None:
        moments = (moments - mean) / std
    scaled = moments * float(getattr(vae.config, "scaling_factor", None) or 1.0)
    return np.asarray(scaled.numpy(), np.float32)


def _per_channel(vae: Any, name: str) -> torch.Tensor | None:
    """A statistic of the latents (C,1,1), which VAEs keep in their configuration or as a buffer."""
    value = getattr(vae.config, name, None)
    if value is None:
        value = dict(vae.named_buffers()).get(name)
    return None if value is None else torch.as_tensor(value).float().cpu().reshape(-1, 1, 1)


def _regress(found: NDArray[Any], wanted: NDArray[np.float32]) -> tuple[NDArray[np.float32], float]:
    """Ridge regression on every other place; and the variance that it explains at the rest."""
    fitted, judged = slice(0, None, 2), slice(1, None, 2)
    given = found[fitted]
    ridge = _RIDGE * len(given) * np.eye(found.shape[1])
    colours = np.linalg.solve(given.T @ given + ridge, given.T @ wanted[fitted])
    missed = wanted[judged] - found[judged] @ colours
    spread = wanted[judged] - wanted[judged].mean(0)
    explained = 1 - float((missed**2).sum() / (spread**2).sum())
    return colours.astype(np.float32), explained
