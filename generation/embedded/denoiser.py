"""A small diffusion transformer that maps noisy clip codes, text and known numbers to clean codes.

It follows Peebles & Xie, "Scalable Diffusion Models with Transformers" (2023), with text by
cross-attention and one modulation shared by all blocks (Chen et al., PixArt-alpha, 2023), and
predicts the clean code rather than noise or velocity (Li & He, "Back to Basics: Let Denoising
Generative Models Denoise", 2025).
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from generation.embedded.clipcode import PARTS, PLACE, STEPS
from generation.embedded.layout import SIZES
from generation.embedded.text import TEXT_WIDTH, TextFeatures

ASPECTS: Final = tuple(SIZES)


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes that a checkpoint is built with."""

    width: int = 256
    depth: int = 6
    heads: int = 4

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Condition:
    """What a batch is asked for.

    text: encoded prompts; aspect (B,) index into ASPECTS; loop (B,) 1 where the end must lead back
    into the beginning; given (B, WIDTH) 1 where a number is known.
    """

    text: TextFeatures
    aspect: Tensor
    loop: Tensor
    given: Tensor

    def to(self, device: torch.device) -> Condition:
        """The same on another device."""
        text = TextFeatures(self.text.tokens.to(device), self.text.mask.to(device))
        return Condition(text, self.aspect.to(device), self.loop.to(device), self.given.to(device))


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
    """Attention among a clip's tokens, with normalised queries and keys."""

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
    """Attention of a clip's tokens to the words."""

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


class Denoiser(nn.Module):
    """Clean-code prediction.

    One token each for stage, shape, look and start, and one for every step of the motion.
    """

    def __init__(self, shape: Shape | None = None) -> None:
        super().__init__()
        shape = shape or Shape()
        self.shape, d = shape, shape.width
        widths = {name: w // (STEPS if name == "motion" else 1) for name, w in PARTS.items()}
        self.embed = nn.ModuleDict({n: nn.Linear(2 * w, d) for n, w in widths.items()})
        self.place = nn.Parameter(torch.randn(len(PARTS) - 1 + STEPS, d) * 0.02)
        self.words = nn.Linear(TEXT_WIDTH, d)
        self.prompt = nn.Linear(TEXT_WIDTH, d)
        self.aspect = nn.Embedding(len(ASPECTS), d)
        self.loop = nn.Embedding(2, d)
        self.level = nn.Sequential(nn.Linear(64, d), nn.SiLU(), nn.Linear(d, d))
        to_modulation = nn.Linear(d, 8 * d)
        nn.init.zeros_(to_modulation.weight)
        nn.init.zeros_(to_modulation.bias)
        self.modulation = nn.Sequential(nn.SiLU(), to_modulation)
        self.blocks = nn.ModuleList([Block(shape) for _ in range(shape.depth)])
        self.norm = nn.LayerNorm(d, bias=False)
        self.heads = nn.ModuleDict(
            {
                n: nn.Sequential(nn.Linear(d, d), nn.SiLU(), nn.Linear(d, w))
                for n, w in widths.items()
            }
        )

    def _tokens(self, noisy: Tensor, given: Tensor) -> Tensor:
        tokens = []
        for name, place in PLACE.items():
            count = STEPS if name == "motion" else 1
            cut = [x[:, place].reshape(len(x), count, -1) for x in (noisy, given)]
            tokens.append(self.embed[name](torch.cat(cut, -1)))
        return torch.cat(tokens, 1) + self.place

    def forward(self, noisy: Tensor, level: Tensor, condition: Condition) -> Tensor:
        """Predict the clean codes.

        Args:
            noisy: (B, WIDTH) codes; known numbers stand in them clean.
            level: (B,) from 0 (pure noise) to 1 (clean).

        Returns (B, WIDTH).
        """
        x = self._tokens(noisy, condition.given)
        text = condition.text
        words = F.rms_norm(text.tokens, (TEXT_WIDTH,))
        weight = text.mask[..., None].float()
        pooled = (words * weight).sum(1) / weight.sum(1)
        asked = self.prompt(pooled) + self.aspect(condition.aspect) + self.loop(condition.loop)
        m = self.modulation(self.level(waves(level, 32, 100.0)) + asked).reshape(len(x), 8, -1)
        words = self.words(words)
        for block in self.blocks:
            x = block(x, m[:, :6], words, text.mask)
        x = _modulate(self.norm(x), m[:, 6:7], m[:, 7:8])
        seen = []
        for at, name in enumerate(PARTS):
            tokens = x[:, at:] if name == "motion" else x[:, at : at + 1]
            seen.append(self.heads[name](tokens).flatten(1))
        return torch.cat(seen, -1)
