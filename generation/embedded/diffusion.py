"""Noise levels, given frames and the loss: what training and sampling agree on.

Flow matching on a straight path (Liu et al., Rectified Flow, 2022): z = t·x + (1-t)·noise, with
t from 0 (noise) to 1 (clip). The network predicts x; its velocity is (x - z) / (1 - t).
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from generation.embedded.grid import PATCH, PATCH_FRAMES

LEAST_REST: Final = 0.06  # 1-t never counts as less than this
_SUBJECT_WEIGHT: Final = 4.0
_LEAST_WEIGHED_REST: Final = 0.35  # nearly clean clips would otherwise take all of the learning


def draw_levels(count: int, generator: torch.Generator) -> Tensor:
    """Noise levels (count,) for training: logit-normal, leaning towards noise."""
    return torch.sigmoid(torch.randn(count, generator=generator) * 0.9 - 0.7)


def mix_noise(clips: Tensor, noise: Tensor, level: Tensor, given: Tensor) -> Tensor:
    """Noisy clips (B,T,h,w,3) at levels (B,); frames where given (B,T) is 1 stay clean."""
    t = level[:, None, None, None, None]
    keep = given[:, :, None, None, None]
    return clips * keep + (t * clips + (1 - t) * noise) * (1 - keep)


def given_tokens(given: Tensor, height: int, width: int) -> Tensor:
    """Spread per-frame flags (B,T) to the tokens: (B, S, PATCH_FRAMES)."""
    b, t = given.shape
    area = (height // PATCH) * (width // PATCH)
    return (
        given.reshape(b, t // PATCH_FRAMES, 1, PATCH_FRAMES)
        .expand(-1, -1, area, -1)
        .reshape(b, -1, PATCH_FRAMES)
    )


def clip_loss(
    predicted: Tensor, clips: Tensor, mask: Tensor, level: Tensor, given: Tensor
) -> Tensor:
    """The velocity's squared error (B,): the subject weighs more, given frames nothing.

    Args: predicted, clips (B,T,h,w,3); mask (B,T,h,w) subject coverage; level (B,); given (B,T).
    """
    weight = (1 + _SUBJECT_WEIGHT * mask) * (1 - given)[:, :, None, None]
    error = ((predicted - clips) ** 2).mean(-1)
    rest = (1 - level).clamp(min=_LEAST_WEIGHED_REST)
    return (error * weight).sum((1, 2, 3)) / weight.sum((1, 2, 3)).clamp(min=1) / rest**2
