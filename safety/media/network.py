"""The picture model of the drawn world: the image tower of an open_clip model, and heads on it.

The folder is laid out as on the hub (`open_clip_config.json`, `open_clip_model.safetensors`), so
open_clip loads it as any checkpoint. The default gate must not wait for a package that is
installed by hand, so these few lines run the tower themselves: open_clip's `ModifiedResNet`
(Radford et al. 2021), its batch norms folded into the convolutions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor

from safety.errors import ModelUnavailable

SIDE = 96
CONCEPTS = ("weapon", "blood", "explosion", "drugs", "hate_symbol")
FOREIGN = "foreign"
"""The last output: the picture holds something that the drawn world does not."""

FEATURES = 128
CHANNELS = 256  # of the third layer
CELLS = 6
"""Places a side that the third layer looks at, each with about half of the picture around it."""

READ = FEATURES + len(CONCEPTS) + 3
"""Numbers that the heads read: features, the loudest place for each output, two distances."""

_HEAD_WIDTH = 64  # of the attention that pools; open_clip's own
_SMALL = 1e-5  # added to variances by torch's batch norm
_SHRUNK = 1e-3  # of the mean variance, added to every variance of a cloud


@dataclass(frozen=True, slots=True)
class Seen:
    """What the tower makes of pictures.

    Attributes:
        features: of the whole picture, (n, 128), of length 1.
        places: of the parts of it, (n, 256, 6, 6), from the third layer.
    """

    features: Tensor
    places: Tensor


class Tower:
    """Pictures to features.

    Args:
        tensors: an open_clip model with a ResNet tower, by name.
    """

    def __init__(self, tensors: Mapping[str, Tensor]) -> None:
        self._tensors = {
            name.removeprefix("visual."): tensor.float()
            for name, tensor in tensors.items()
            if name.startswith("visual.")
        }
        self._folded: dict[str, tuple[Tensor, Tensor]] = {}
        for name in self._tensors:
            if name.endswith(".running_var"):
                norm = name.removesuffix(".running_var")
                conv = norm.replace("downsample.1", "downsample.0").replace("bn", "conv")
                self._folded[conv] = self._fold(conv, norm)

    def _fold(self, conv: str, norm: str) -> tuple[Tensor, Tensor]:
        weight, bias, mean, spread = (
            self._tensors[f"{norm}.{part}"]
            for part in ("weight", "bias", "running_mean", "running_var")
        )
        scale = weight / (spread + _SMALL).sqrt()
        kernel = self._tensors[f"{conv}.weight"] * scale[:, None, None, None]
        return kernel.contiguous(memory_format=torch.channels_last), bias - mean * scale

    def __call__(self, pictures: Tensor) -> Seen:
        """Look at pictures (n, 3, 96, 96) in -1..1."""
        maps = pictures.contiguous(memory_format=torch.channels_last)
        maps = F.relu(self._conv("conv1", maps, stride=2))
        maps = F.relu(self._conv("conv2", maps))
        maps = F.avg_pool2d(F.relu(self._conv("conv3", maps)), 2)
        for layer in (1, 2, 3):
            maps = self._layer(layer, maps)
        return Seen(F.normalize(self._pooled(self._layer(4, maps)), dim=-1), maps)

    def _layer(self, layer: int, maps: Tensor) -> Tensor:
        block = 0
        while f"layer{layer}.{block}.conv1" in self._folded:
            maps = self._block(f"layer{layer}.{block}", maps, halved=layer > 1 and block == 0)
            block += 1
        return maps

    def _conv(self, name: str, maps: Tensor, stride: int = 1) -> Tensor:
        kernel, bias = self._folded[name]
        return F.conv2d(maps, kernel, bias, stride, padding=kernel.shape[-1] // 2)

    def _block(self, name: str, maps: Tensor, halved: bool) -> Tensor:
        inner = F.relu(self._conv(f"{name}.conv1", maps))
        inner = F.relu(self._conv(f"{name}.conv2", inner))
        if halved:
            inner, maps = F.avg_pool2d(inner, 2), F.avg_pool2d(maps, 2)
        inner = self._conv(f"{name}.conv3", inner)
        if f"{name}.downsample.0" in self._folded:
            maps = self._conv(f"{name}.downsample.0", maps)
        return F.relu(inner + maps)

    def _pooled(self, maps: Tensor) -> Tensor:
        """Attention of the mean over all places."""
        places = maps.flatten(2).transpose(1, 2)
        places = torch.cat([places.mean(1, keepdim=True), places], 1)
        places = places + self._tensors["attnpool.positional_embedding"]
        query, key, value = (
            self._by_head(self._linear(part, seen))
            for part, seen in (("q_proj", places[:, :1]), ("k_proj", places), ("v_proj", places))
        )
        pooled = F.scaled_dot_product_attention(query, key, value)
        return self._linear("c_proj", pooled.transpose(1, 2).flatten(2))[:, 0]

    @staticmethod
    def _by_head(values: Tensor) -> Tensor:
        return values.reshape(*values.shape[:2], -1, _HEAD_WIDTH).transpose(1, 2)

    def _linear(self, part: str, values: Tensor) -> Tensor:
        weight, bias = (self._tensors[f"attnpool.{part}.{name}"] for name in ("weight", "bias"))
        return F.linear(values, weight, bias)


@dataclass(frozen=True, slots=True)
class Cloud:
    """Where harmless pictures lie: mean (d,) and inverse covariance (d, d)."""

    centre: Tensor
    precision: Tensor

    @classmethod
    def around(cls, values: Tensor) -> Cloud:
        """Fitted on values (n, d)."""
        spread = values.T.cov()
        small = _SHRUNK * spread.diagonal().mean() * torch.eye(len(spread))
        return cls(values.mean(0), torch.linalg.inv(spread + small))

    def distances(self, values: Tensor) -> Tensor:
        """Logarithms (n,) of the Mahalanobis distances of values (n, d)."""
        offset = values - self.centre
        squared = ((offset @ self.precision) * offset).sum(1)
        return squared.clamp_min(_SMALL).log() / 2


@dataclass(frozen=True, slots=True)
class Heads:
    """What is read from a picture: the concepts and "foreign".

    A small thing fills a few places and is lost in the features of the whole, so each output is
    first looked for at every place.

    Attributes:
        place_weight, place_bias: logits of each output at a place, (256, 6), (6,).
        whole, texture: where harmless features (128,) and means over the places (256,) lie.
        weight, bias: calibrated logits from what :meth:`read` gives, (136, 6), (6,).
    """

    place_weight: Tensor
    place_bias: Tensor
    whole: Cloud
    texture: Cloud
    weight: Tensor
    bias: Tensor

    def __post_init__(self) -> None:
        shapes = [tuple(tensor.shape) for tensor in self._tensors().values()]
        outputs = len(CONCEPTS) + 1
        fitting = [(CHANNELS, outputs), (outputs,), (FEATURES,), (FEATURES, FEATURES),
                   (CHANNELS,), (CHANNELS, CHANNELS), (READ, outputs), (outputs,)]  # fmt: skip
        if shapes != fitting:
            raise ModelUnavailable("The heads of the picture model do not fit together.")

    @classmethod
    def unfitted(cls, place_weight: Tensor, place_bias: Tensor) -> Heads:
        """With the head of places alone, as training leaves it."""
        outputs = len(CONCEPTS) + 1
        whole, texture = (
            Cloud(torch.zeros(size), torch.eye(size)) for size in (FEATURES, CHANNELS)
        )
        weight, bias = torch.zeros(READ, outputs), torch.zeros(outputs)
        return cls(place_weight, place_bias, whole, texture, weight, bias)

    def __call__(self, *views: Seen) -> tuple[Tensor, Tensor]:
        """Probabilities (n, 5) of the concepts and foreignness (n,), from the mean of the views."""
        chances = (self.read(*views) @ self.weight + self.bias).sigmoid()
        return chances[:, :-1], chances[:, -1]

    def read(self, *views: Seen) -> Tensor:
        """Features, the loudest place for each output, and the two distances, (n, 136)."""
        return torch.stack([self._read(seen) for seen in views]).mean(0)

    def _read(self, seen: Seen) -> Tensor:
        places = seen.places.flatten(2).transpose(1, 2)
        loudest = (places @ self.place_weight + self.place_bias).amax(1)
        far = (self.whole.distances(seen.features), self.texture.distances(places.mean(1)))
        return torch.cat([seen.features, loudest, *(each[:, None] for each in far)], 1)

    def _tensors(self) -> dict[str, Tensor]:
        return {
            "place_weight": self.place_weight, "place_bias": self.place_bias,
            "whole.centre": self.whole.centre, "whole.precision": self.whole.precision,
            "texture.centre": self.texture.centre, "texture.precision": self.texture.precision,
            "weight": self.weight, "bias": self.bias,
        }  # fmt: skip

    def save(self, path: Path) -> None:
        """Write as safetensors."""
        save_file({name: part.contiguous() for name, part in self._tensors().items()}, path)
        path.chmod(0o644)  # safetensors writes for the owner only


def as_input(frames: NDArray[np.uint8]) -> Tensor:
    """Frames (n, 96, 96, 3) uint8 as the tower's input."""
    return torch.from_numpy(frames).permute(0, 3, 1, 2).float().div(127.5).sub(1)


def load_tower(path: Path) -> Tower:
    """The tower of an open_clip model's file.

    Raises:
        ModelUnavailable: the file is unreadable or holds no such tower.
    """
    try:
        tower = Tower(load_file(path))
        tower(torch.zeros(1, 3, SIDE, SIDE))
    except Exception as error:
        raise ModelUnavailable(f"The picture model {path.name} cannot be read.") from error
    return tower


def load_heads(path: Path) -> Heads:
    """Read what :meth:`Heads.save` wrote.

    Raises:
        ModelUnavailable: the file is unreadable or its parts do not fit together.
    """
    try:
        stored = load_file(path)
        whole, texture = (
            Cloud(stored.pop(f"{name}.centre"), stored.pop(f"{name}.precision"))
            for name in ("whole", "texture")
        )
        return Heads(whole=whole, texture=texture, **stored)
    except ModelUnavailable:
        raise
    except Exception as error:
        raise ModelUnavailable(f"The heads {path.name} cannot be read.") from error
