"""The learned upscaler: eight times the size and three times the frames.

A small convolutional network that works at the base size and unfolds channels into pixels and
frames late (Shi et al., sub-pixel convolution, 2016), so that it costs little on a CPU. It is
trained on renders and on the diffusion model's own reconstructions of them, so it also mends what
that model leaves rough: the borders of its patches and soft outlines.
"""

from __future__ import annotations

from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SPACE: Final = 8
TIME: Final = 3
_WINDOW: Final = 16  # base frames refined at once
_CONTEXT: Final = 4  # further base frames seen on either side


def unfold(x: Tensor, time: int, space: int) -> Tensor:
    """(B, C·time·space², T, h, w) to (B, C, T·time, h·space, w·space)."""
    b, c, t, h, w = x.shape
    x = x.reshape(b, c // (time * space * space), time, space, space, t, h, w)
    return x.permute(0, 1, 5, 2, 6, 3, 7, 4).reshape(b, -1, t * time, h * space, w * space)


class _Spatial(nn.Module):
    """Residual spatial convolutions; with `temporal`, neighbours in time are seen too."""

    def __init__(self, width: int, *, temporal: bool) -> None:
        super().__init__()
        self.first = nn.Conv3d(width, width, (1, 3, 3), padding=(0, 1, 1))
        span = 3 if temporal else 1
        self.second = nn.Conv3d(width, width, (span, 1, 1), padding=(span // 2, 0, 0))

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = x + self.second(F.silu(self.first(x)))
        return result


class Refiner(nn.Module):
    """(B, 3, T, h, w) in -1..1 to (B, 3, 3·T, 8·h, 8·w), about -1..1 (not clipped)."""

    def __init__(self, width: int = 56, depth: int = 6) -> None:
        super().__init__()
        self.stem = nn.Conv3d(3, width, 3, padding=1)
        self.low = nn.Sequential(*(_Spatial(width, temporal=True) for _ in range(depth)))
        self.to_middle = nn.Conv3d(width, 28 * TIME * 4, 1)
        self.middle = nn.Sequential(_Spatial(28, temporal=True), _Spatial(28, temporal=True))
        self.to_high = nn.Conv3d(28, 16 * 4, 1)
        self.high = _Spatial(16, temporal=False)
        self.last = nn.Conv3d(16, 3 * 4, (1, 3, 3), padding=(0, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        size = (x.shape[2], x.shape[3] * SPACE, x.shape[4] * SPACE)
        plain = F.interpolate(x, size, mode="trilinear", align_corners=False)
        plain = plain.repeat_interleave(TIME, 2)
        y = self.low(self.stem(x))
        y = self.middle(unfold(self.to_middle(y), TIME, 2))
        y = self.high(unfold(self.to_high(y), 1, 2))
        result: Tensor = plain + unfold(self.last(F.silu(y)), 1, 2)
        return result


@torch.inference_mode()
def refine(net: Refiner, clip: Tensor) -> Tensor:
    """Refine a whole clip (T,h,w,3) in -1..1, window by window, to (3·T,8·h,8·w,3) in -1..1."""
    frames, done = clip.permute(3, 0, 1, 2)[None], []
    total = clip.shape[0]
    for start in range(0, total, _WINDOW):
        end = min(total, start + _WINDOW)
        left, right = max(0, start - _CONTEXT), min(total, end + _CONTEXT)
        out = net(frames[:, :, left:right])
        done.append(out[:, :, (start - left) * TIME : (end - left) * TIME])
    return torch.cat(done, 2)[0].permute(1, 2, 3, 0).clamp(-1, 1)
