"""Learned forms of layers: those of a stage from 66 numbers, those of a subject from 24.

Small convolutional autoencoders (sky, land and air of a stage; subjects), trained on layers that
the world draws. Their codes lie on a sphere and are trained under noise, so that what the
diffusion model produces near a code decodes to the same picture (as in regularised autoencoders:
Ghosh et al., "From variational to deterministic autoencoders", 2020).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from generation.embedded.layers import PAINTS, SLOTS

SHAPE_WIDTH: Final = 24
STAGE_SIZE: Final = (256, 384)  # rows, columns of a decoded stage


@dataclass(frozen=True, slots=True)
class View:
    """One of the pictures that a stage is decoded from: the layers that it shows, the width of its
    code, the channels of its decoder, and whether it is drawn otherwise where things glow."""

    layers: tuple[str, ...]
    width: int
    channels: tuple[int, ...]
    lit: bool = False

    @property
    def classes(self) -> tuple[int, ...]:
        """How many shares each layer has: its slots, and nothing unless it is the sky."""
        return tuple(len(SLOTS[name]) + (name != "sky") for name in self.layers)


VIEWS: Final = {
    "sky": View(("sky",), 12, (64, 48, 32, 24, 12)),
    "land": View(("far", "near"), 48, (96, 80, 56, 32, 16), lit=True),
    "air": View(("air",), 6, (48, 32, 24, 16, 12)),
}
STAGE_WIDTH: Final = sum(view.width for view in VIEWS.values())
SHAPE_SIZE: Final = 256
SHAPE_CHANNELS: Final = len(PAINTS) + 1  # the last is nothing
CODE_NOISE: Final = 0.06  # standard deviation, of a code whose entries have variance 1


def on_sphere(code: Tensor) -> Tensor:
    """Scale codes (..., D) so that their entries have mean square 1."""
    return F.rms_norm(code, code.shape[-1:])


class _Up(nn.Module):
    """Twice the size, then two convolutions, the second residual."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.silu(self.first(F.interpolate(x, scale_factor=2.0, mode="nearest")))
        result: Tensor = x + F.silu(self.second(x))
        return result


class Decoder(nn.Module):
    """Codes (B, width) to pictures (B, channels, h, w).

    The seed of h/2^(levels+1) × w/2^(levels+1) cells is doubled `len(widths)` times and unfolded
    once more at the end (sub-pixel convolution, Shi et al., 2016).
    """

    def __init__(
        self, width: int, seed: tuple[int, int], widths: tuple[int, ...], channels: int
    ) -> None:
        super().__init__()
        self.seed, first = seed, widths[0]
        self.grow = nn.Sequential(
            nn.Linear(width, 256), nn.SiLU(), nn.Linear(256, first * seed[0] * seed[1])
        )
        self.levels = nn.ModuleList(
            [_Up(i, o) for i, o in zip((first, *widths[:-1]), widths, strict=True)]
        )
        self.last = nn.Conv2d(widths[-1], 4 * channels, 3, padding=1)

    def forward(self, code: Tensor) -> Tensor:
        x = self.grow(code).reshape(len(code), -1, *self.seed)
        for level in self.levels:
            x = level(x)
        return F.pixel_shuffle(self.last(x), 2)


class Encoder(nn.Module):
    """Small pictures (B, channels, h, w) to codes (B, width) on the sphere.

    `spread` keeps the codes of pictures that hardly differ apart, by standardising each number.
    """

    def __init__(self, channels: int, cells: int, width: int, *, spread: bool = False) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in ((channels, 32), (32, 48), (48, 64)):
            layers += [nn.Conv2d(inputs, outputs, 3, stride=2, padding=1), nn.SiLU()]
        self.see = nn.Sequential(
            *layers, nn.Flatten(), nn.Linear(64 * cells, 256), nn.SiLU(), nn.Linear(256, width)
        )
        self.spread = nn.BatchNorm1d(width, affine=False) if spread else nn.Identity()

    def forward(self, picture: Tensor) -> Tensor:
        return on_sphere(self.spread(self.see(picture)))


def by_layer(picture: Tensor, view: str) -> dict[str, Tensor]:
    """Cut a view's logits or shares (..., channels, h, w) into those of each layer."""
    parts = torch.split(picture, list(VIEWS[view].classes), dim=-3)
    return dict(zip(VIEWS[view].layers, parts, strict=True))


def by_view(code: Tensor) -> dict[str, Tensor]:
    """Cut stage codes (..., 66) into those of each view, each on its sphere."""
    parts = torch.split(code, [view.width for view in VIEWS.values()], -1)
    return {name: on_sphere(part) for name, part in zip(VIEWS, parts, strict=True)}


def stage_decoders() -> nn.ModuleDict:
    """For each view, codes to (B, channels, 256, 384), each layer's logits.

    Where a view is lit, its code is followed by one number: 1 if things glow, else 0.
    """
    return nn.ModuleDict(
        {
            name: Decoder(v.width + v.lit, (4, 6), v.channels, sum(v.classes))
            for name, v in VIEWS.items()
        }
    )


def shape_decoder() -> Decoder:
    """Codes to (B, 10, 256, 256), the logits of each paint and of nothing."""
    return Decoder(SHAPE_WIDTH, (4, 4), (96, 80, 48, 32, 20), SHAPE_CHANNELS)


class Codec(nn.Module):
    """Both decoders. The encoders are only needed for training."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = stage_decoders()
        self.shape = shape_decoder()

    @torch.inference_mode()
    def decode_stage(self, code: Tensor, enlarge: float, *, glows: bool = False) -> Tensor:
        """One code (66,) to coverage maps (h,w,16) float32 in 0..1.

        Logits are enlarged before they are compared, so that outlines stay sharp at any size; the
        sky, which runs from one colour to another, is not sharpened.
        """
        shares = []
        for view, part in by_view(code).items():
            if VIEWS[view].lit:
                part = torch.cat([part, torch.tensor([float(glows)])])
            logits = self.stage[view](part[None])
            if enlarge > 1:
                logits = F.interpolate(
                    logits, scale_factor=enlarge, mode="bilinear", align_corners=False
                )
            for name, layer in by_layer(logits[0], view).items():
                sharpness = 1.0 if name == "sky" else max(1.0, enlarge)
                shares.append((layer * sharpness).softmax(0)[: len(SLOTS[name])])
        return torch.cat(shares).permute(1, 2, 0)

    @torch.inference_mode()
    def decode_shape(self, code: Tensor, side: int) -> Tensor:
        """One code (24,) to coverage maps (side,side,9) float32 in 0..1.

        Logits are enlarged before they are compared, so that outlines stay sharp at any size.
        """
        logits = self.shape(on_sphere(code)[None])
        logits = F.interpolate(logits, (side, side), mode="bilinear", align_corners=False)
        sharpness = max(1.0, side / SHAPE_SIZE)
        return (logits[0] * sharpness).softmax(0)[:-1].permute(1, 2, 0)
