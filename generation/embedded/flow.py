"""Noise levels, known numbers and the loss: what training and sampling agree on.

Flow matching on a straight path (Liu et al., Rectified Flow, 2022): z = t·x + (1-t)·noise, with
t from 0 (noise) to 1 (clean). The network predicts x; its velocity is (x - z) / (1 - t).
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor

from generation.embedded.clipcode import PARTS, PLACE

LEAST_REST: Final = 0.02  # 1-t never counts as less than this
_LEAST_WEIGHED_REST: Final = 0.15  # nearly clean codes would otherwise take all of the learning
_WEIGHTS: Final = {
    "stage": 1.0, "light": 1.0, "shape": 1.0, "look": 1.5, "start": 0.4, "motion": 3.0,
}  # fmt: skip


def draw_levels(count: int, generator: torch.Generator) -> Tensor:
    """Noise levels (count,) for training: logit-normal, widened, leaning towards noise."""
    return torch.sigmoid(torch.randn(count, generator=generator) * 1.2 - 0.3)


def mix_noise(codes: Tensor, noise: Tensor, level: Tensor, given: Tensor) -> Tensor:
    """Noisy codes (B, WIDTH) at levels (B,); numbers where given (B, WIDTH) is 1 stay clean."""
    t = level[:, None]
    return codes * given + (t * codes + (1 - t) * noise) * (1 - given)


def code_loss(predicted: Tensor, codes: Tensor, level: Tensor, given: Tensor) -> Tensor:
    """The velocity's squared error (B,), averaged within each part, known numbers left out."""
    error = (predicted - codes) ** 2 * (1 - given)
    total = torch.zeros(len(codes), device=codes.device)
    for name, place in PLACE.items():
        asked = (1 - given[:, place]).sum(1).clamp(min=1)
        total = total + _WEIGHTS[name] * error[:, place].sum(1) / asked
    rest = (1 - level).clamp(min=_LEAST_WEIGHED_REST)
    return total / sum(_WEIGHTS[name] for name in PARTS) / rest**2
