"""The picture model of the drawn world: the image tower of an open_clip model, and heads on it.

The folder is laid out as on the hub (`open_clip_config.json`, `open_clip_model.safetensors`), so
open_clip loads it as any checkpoint. The default gate must not wait for a package that is
installed by hand, so these few lines run the tower themselves: open_clip's `ModifiedResNet`
(Radford et al. 2021), its batch norms folded into the convolutions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import Tensor

from safety.errors import ModelUnavailable

SIDE = 64
CONCEPTS = ("weapon", "blood", "explosion", "drugs", "hate_symbol")
FOREIGN = "foreign"
"""The last output: the picture holds something that the drawn world does not."""

FEATURES = 128
_HEAD_WIDTH = 64  # of the attention that pools; open_clip's own
_SMALL = 1e-5  # added to variances by torch's batch norm


class Tower:
    """Pictures to unit features.

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

    def __call__(self, pictures: Tensor) -> Tensor:
        """Pictures (n, 3, 64, 64) in -1..1 to features (n, 128) of length 1."""
        maps = pictures.contiguous(memory_format=torch.channels_last)
        maps = F.relu(self._conv("conv1", maps, stride=2))
        maps = F.relu(self._conv("conv2", maps))
        maps = F.avg_pool2d(F.relu(self._conv("conv3", maps)), 2)
        for layer in (1, 2, 3, 4):
            block = 0
            while f"layer{layer}.{block}.conv1" in self._folded:
                maps = self._block(f"layer{layer}.{block}", maps, halved=layer > 1 and block == 0)
                block += 1
        return F.normalize(self._pooled(maps), dim=-1)

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
class Heads:
    """What is read from features.

    Attributes:
        weight, bias: calibrated logits of the concepts and of "foreign", (128, 6), (6,).
        centre, precision: mean (128,) and inverse covariance (128, 128) of harmless features.
        distance: what the distance from there adds to the logit of "foreign", ().
    """

    weight: Tensor
    bias: Tensor
    centre: Tensor
    precision: Tensor
    distance: Tensor

    def __post_init__(self) -> None:
        shapes = [tuple(tensor.shape) for tensor in asdict(self).values()]
        outputs = len(CONCEPTS) + 1
        fitting = [(FEATURES, outputs), (outputs,), (FEATURES,), (FEATURES, FEATURES), ()]
        if shapes != fitting:
            raise ModelUnavailable("The heads of the picture model do not fit together.")

    def __call__(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Features (n, 128) to probabilities (n, 5) of the concepts and foreignness (n,)."""
        logits = features @ self.weight + self.bias
        far = distances(features, self.centre, self.precision)
        return logits[:, :-1].sigmoid(), (logits[:, -1] + self.distance * far).sigmoid()

    def save(self, path: Path) -> None:
        """Write as safetensors."""
        save_file({name: part.contiguous() for name, part in asdict(self).items()}, path)
        path.chmod(0o644)  # safetensors writes for the owner only


def distances(features: Tensor, centre: Tensor, precision: Tensor) -> Tensor:
    """Logarithms (n,) of the Mahalanobis distances of features (n, 128)."""
    offset = features - centre
    squared = ((offset @ precision) * offset).sum(1)
    return squared.clamp_min(_SMALL).log() / 2


def as_input(frames: NDArray[np.uint8]) -> Tensor:
    """Frames (n, 64, 64, 3) uint8 as the tower's input."""
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
        return Heads(**load_file(path))
    except ModelUnavailable:
        raise
    except Exception as error:
        raise ModelUnavailable(f"The heads {path.name} cannot be read.") from error
