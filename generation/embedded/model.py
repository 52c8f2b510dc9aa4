"""A small diffusion transformer that maps noisy clips, text and given frames to clean clips.

It follows Peebles & Xie, "Scalable Diffusion Models with Transformers" (2023), with text by
cross-attention and one modulation shared by all blocks (Chen et al., PixArt-alpha, 2023), and
predicts pixels rather than noise or velocity (Li & He, "Back to Basics: Let Denoising Generative
Models Denoise", 2025), which is what lets so few and such large patches work.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from generation.embedded.grid import CHANNELS, PATCH_FRAMES
from generation.embedded.text import TEXT_WIDTH, TextFeatures


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes that a checkpoint is built with."""

    width: int = 256
    depth: int = 6
    heads: int = 4
    bottleneck: int = 160

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


def waves(values: Tensor, count: int, longest: float) -> Tensor:
    """Sines and cosines (..., 2·count) of values, with `count` frequencies up to `longest`."""
    rates = torch.exp(
        torch.linspace(0, math.log(longest), count, dtype=values.dtype, device=values.device)
    )
    angles = values[..., None] * rates
    return torch.cat([angles.sin(), angles.cos()], -1)


def _modulate(x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
    return x * (1 + scale) + shift


class SelfAttention(nn.Module):
    """Attention among the clip's tokens, with normalised queries and keys."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.norm_q = nn.LayerNorm(width // heads, bias=False)
        self.norm_k = nn.LayerNorm(width // heads, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        b, n, d = x.shape
        q, k, v = self.qkv(x).reshape(b, n, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(self.norm_q(q), self.norm_k(k), v)
        result: Tensor = self.out(y.transpose(1, 2).reshape(b, n, d))
        return result


class CrossAttention(nn.Module):
    """Attention of the clip's tokens to the words."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q = nn.Linear(width, width, bias=False)
        self.kv = nn.Linear(width, 2 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        self.norm_q = nn.LayerNorm(width // heads, bias=False)
        self.norm_k = nn.LayerNorm(width // heads, bias=False)

    def forward(self, x: Tensor, words: Tensor, mask: Tensor) -> Tensor:
        b, n, d = x.shape
        q = self.q(x).reshape(b, n, self.heads, -1).transpose(1, 2)
        k, v = self.kv(words).reshape(b, -1, 2, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(
            self.norm_q(q), self.norm_k(k), v, attn_mask=mask[:, None, None]
        )
        result: Tensor = self.out(y.transpose(1, 2).reshape(b, n, d))
        return result


class Block(nn.Module):
    """Self-attention, cross-attention, gated feed-forward (SwiGLU)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        d = shape.width
        hidden = round(d * 8 / 3 / 32) * 32
        self.norm_self = nn.LayerNorm(d, bias=False)
        self.norm_cross = nn.LayerNorm(d, bias=False)
        self.norm_feed = nn.LayerNorm(d, bias=False)
        self.attend = SelfAttention(d, shape.heads)
        self.read = CrossAttention(d, shape.heads)
        self.gate = nn.Linear(d, 2 * hidden, bias=False)
        self.down = nn.Linear(hidden, d, bias=False)
        self.bias = nn.Parameter(torch.zeros(6, d))
        with torch.no_grad():
            self.bias[2] = 1.0
            self.bias[5] = 1.0

    def forward(self, x: Tensor, modulation: Tensor, words: Tensor, mask: Tensor) -> Tensor:
        m = [(self.bias[i] + modulation[:, i])[:, None] for i in range(6)]
        x = x + m[2] * self.attend(_modulate(self.norm_self(x), m[0], m[1]))
        x = x + self.read(self.norm_cross(x), words, mask)
        value, gate = self.gate(_modulate(self.norm_feed(x), m[3], m[4])).chunk(2, -1)
        result: Tensor = x + m[5] * self.down(value * F.silu(gate))
        return result


class ClipTransformer(nn.Module):
    """x-prediction network.

    Args of `forward`:
        noisy: (B, S, CHANNELS) tokens of the noisy clip; given frames stand in it clean.
        given: (B, S, PATCH_FRAMES) 1 where a token's frame is given, else 0.
        level: (B,) from 0 (pure noise) to 1 (clean).
        text: encoded prompt.
        place: (S, 5) coordinates from `grid.positions`.

    Returns (B, S, CHANNELS), the predicted clean clip in -1..1 (not clipped).
    """

    def __init__(self, shape: Shape | None = None) -> None:
        super().__init__()
        shape = shape or Shape()
        self.shape, d = shape, shape.width
        self.embed = nn.Sequential(
            nn.Linear(CHANNELS + PATCH_FRAMES, shape.bottleneck, bias=False),
            nn.Linear(shape.bottleneck, d),
        )
        self.place = nn.Linear(5 * 16, d)
        self.words = nn.Linear(TEXT_WIDTH, d)
        self.prompt = nn.Linear(TEXT_WIDTH, d)
        self.level = nn.Sequential(nn.Linear(64, d), nn.SiLU(), nn.Linear(d, d))
        to_modulation, to_pixels = nn.Linear(d, 8 * d), nn.Linear(2 * d, CHANNELS)
        for last in (to_modulation, to_pixels):  # start from no influence and a grey clip
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)
        self.modulation = nn.Sequential(nn.SiLU(), to_modulation)
        self.blocks = nn.ModuleList([Block(shape) for _ in range(shape.depth)])
        self.norm = nn.LayerNorm(d, bias=False)
        self.head = nn.Sequential(nn.Linear(d, 2 * d), nn.SiLU(), to_pixels)

    def forward(
        self, noisy: Tensor, given: Tensor, level: Tensor, text: TextFeatures, place: Tensor
    ) -> Tensor:
        x = self.embed(torch.cat([noisy, given], -1)) + self.place(waves(place, 8, 32.0).flatten(1))
        tokens = F.rms_norm(text.tokens, (TEXT_WIDTH,))
        weight = text.mask[..., None].float()
        pooled = (tokens * weight).sum(1) / weight.sum(1)
        condition = self.level(waves(level, 32, 100.0)) + self.prompt(pooled)
        m = self.modulation(condition).reshape(len(x), 8, -1)
        words = self.words(tokens)
        for block in self.blocks:
            x = block(x, m[:, :6], words, text.mask)
        result: Tensor = self.head(_modulate(self.norm(x), m[:, 6:7], m[:, 7:8]))
        return result
