"""A classifier of clips, trained on renders: the judge of what a generated clip shows.

It sees base-size clips and names subject, colour, motion, scene and style. It never sees a
generated clip in training, and its accuracy on fresh renders is reported next to every figure.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from generation.embedded.grid import FPS, FRAMES
from generation.embedded.vocabulary import values
from generation.embedded.world.render import render, shrink
from generation.embedded.world.spec import Spec, sample_spec

JUDGED: Final = ("subject", "colour", "motion", "scene", "style")
_SIDE, _SUPERSAMPLING = 32, 4


class Probe(nn.Module):
    """(B, 16, 32, 32, 3) in -1..1 to scores (B, values) by attribute."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        w = width
        self.see = nn.Sequential(
            nn.Conv3d(3, w, (1, 3, 3), stride=(1, 2, 2), padding=(0, 1, 1)), nn.SiLU(),
            nn.Conv3d(w, 2 * w, (1, 3, 3), stride=(1, 2, 2), padding=(0, 1, 1)), nn.SiLU(),
            nn.Conv3d(2 * w, 2 * w, (3, 3, 3), stride=(2, 1, 1), padding=1), nn.SiLU(),
            nn.Conv3d(2 * w, 4 * w, (3, 3, 3), stride=(2, 2, 2), padding=1), nn.SiLU(),
            nn.Flatten(), nn.Dropout(0.2), nn.Linear(4 * w * 4 * 4 * 4, 256), nn.SiLU(),
        )  # fmt: skip
        self.heads = nn.ModuleDict({a: nn.Linear(256, len(values(a))) for a in JUDGED})

    def forward(self, clips: Tensor) -> dict[str, Tensor]:
        features = self.see(clips.permute(0, 4, 1, 2, 3))
        return {a: head(features) for a, head in self.heads.items()}


def labels(specs: Sequence[Spec]) -> dict[str, Tensor]:
    """The class number of each judged attribute."""
    return {a: torch.tensor([values(a).index(getattr(s, a)) for s in specs]) for a in JUDGED}


def draw_examples(
    count: int, seed: int, *, held_out: bool | None = None
) -> tuple[NDArray[np.uint8], list[Spec]]:
    """Fresh renders (count,16,32,32,3) and their specs; `held_out` None takes either kind."""
    clips, specs = [], []
    for i in range(count):
        rng = random.Random(seed + i)  # noqa: S311 - pictures, not secrets
        kind = rng.random() < 0.25 if held_out is None else held_out
        spec = sample_spec(rng, held_out=kind)
        side = _SIDE * _SUPERSAMPLING
        drawn = render(spec, seed + i, (side, side), np.arange(FRAMES) / FPS)
        clips.append(shrink(drawn.frames, _SUPERSAMPLING))
        specs.append(spec)
    return np.stack(clips), specs


def as_input(clips: NDArray[np.uint8]) -> Tensor:
    """0..255 to -1..1."""
    return torch.from_numpy(clips).float() / 127.5 - 1


def train_probe(
    clips: NDArray[np.uint8], specs: Sequence[Spec], steps: int, batch: int = 48, seed: int = 0
) -> Probe:
    """Train on renders, roughened a little as generated clips are."""
    torch.manual_seed(seed)
    net, truth, rng = Probe(), labels(specs), np.random.default_rng(seed)
    optimiser = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=steps)
    for _ in range(steps):
        at = np.sort(rng.integers(0, len(clips), batch))
        seen = as_input(clips[at])
        seen = seen + torch.randn_like(seen) * 0.12 * torch.rand(batch, 1, 1, 1, 1)
        scores = net(seen)
        loss = torch.stack([F.cross_entropy(scores[a], truth[a][at]) for a in JUDGED]).sum()
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        schedule.step()
    return net.eval()


@torch.inference_mode()
def accuracy(net: Probe, clips: NDArray[np.uint8], specs: Sequence[Spec]) -> dict[str, float]:
    """Share of clips (N,16,32,32,3) in which each attribute is recognised as asked for."""
    scores: dict[str, Tensor] = net(as_input(clips))
    truth = labels(specs)
    return {a: float((scores[a].argmax(1) == truth[a]).float().mean()) for a in JUDGED}
