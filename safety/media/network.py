"""The small picture network: 64x64 pixels in, concept logits and a place in feature space out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from torch import nn

from safety.errors import ModelUnavailable

SIDE = 64
CONCEPTS = ("weapon", "blood", "explosion", "drugs", "hate_symbol")
FOREIGN = "foreign"
"""The last output: the picture does not come from the drawn world."""

FEATURES = 256
_WIDTHS = (24, 48, 96, 128)


class PictureNetwork(nn.Module):
    """Four strided convolution stages, mean and maximum pooling, one linear layer of logits."""

    def __init__(self) -> None:
        super().__init__()
        stages: list[nn.Module] = []
        before = 3
        for width in _WIDTHS:
            stages += [
                nn.Conv2d(before, width, 3, stride=2, padding=1),
                nn.GroupNorm(8, width),
                nn.SiLU(),
                nn.Conv2d(width, width, 3, padding=1),
                nn.GroupNorm(8, width),
                nn.SiLU(),
            ]
            before = width
        self.stages = nn.Sequential(*stages)
        self.logits = nn.Linear(FEATURES, len(CONCEPTS) + 1)

    def forward(self, pictures: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Pictures (n, 3, 64, 64) in -1..1 to logits (n, 6) and features (n, 256)."""
        maps = self.stages(pictures)
        features = torch.cat([maps.mean((2, 3)), maps.amax((2, 3))], 1)
        return self.logits(features), features


def as_input(frames: NDArray[np.uint8]) -> torch.Tensor:
    """Frames (n, 64, 64, 3) uint8 as the network's input."""
    return torch.from_numpy(frames).permute(0, 3, 1, 2).float().div(127.5).sub(1)


def save(network: PictureNetwork, extras: dict[str, torch.Tensor], path: Path) -> None:
    """Write weights as float16 safetensors, with ``extras`` as they are."""
    tensors = {name: tensor.half().contiguous() for name, tensor in network.state_dict().items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({**tensors, **{f"extra.{key}": value for key, value in extras.items()}}, path)
    path.chmod(0o644)  # safetensors writes for the owner only


def load(path: Path) -> tuple[PictureNetwork, dict[str, torch.Tensor]]:
    """Read what :func:`save` wrote, ready for inference.

    Raises:
        ModelUnavailable: the file is unreadable or does not fit.
    """
    try:
        tensors = load_file(path)
        network = PictureNetwork()
        network.load_state_dict(
            {name: t.float() for name, t in tensors.items() if not name.startswith("extra.")}
        )
    except Exception as error:
        raise ModelUnavailable(f"The picture model {path.name} cannot be read.") from error
    extras = {
        name.removeprefix("extra."): t for name, t in tensors.items() if name.startswith("extra.")
    }
    return network.eval(), extras
