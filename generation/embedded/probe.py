"""Classifiers of clips, trained on renders: the judge of what a generated clip shows.

One network sees the whole clip, small (16 frames of 48×48 at 8 a second), and names colour, motion,
scene and style; another sees four of its frames, larger (96×96), and names the subject. Neither
sees a generated clip in training, and their accuracy on fresh renders is reported next to every
figure.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from generation.embedded.vocabulary import values
from generation.embedded.world.render import render
from generation.embedded.world.spec import Spec, sample_spec

JUDGED: Final = ("subject", "colour", "motion", "scene", "style")
_OF_CLIPS: Final = JUDGED[1:]
FRAMES: Final = 16
FPS: Final = 8
SIDE: Final = 48
_LARGE_FRAMES: Final = 4
_LARGE_SIDE: Final = 96
_DRAWN: Final = 144


class ClipProbe(nn.Module):
    """(B, 16, 48, 48, 3) in -1..1 to scores (B, values) by attribute."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        w = width
        self.see = nn.Sequential(
            nn.Conv3d(3, w, (1, 3, 3), stride=(1, 2, 2), padding=(0, 1, 1)), nn.SiLU(),
            nn.Conv3d(w, 2 * w, (1, 3, 3), stride=(1, 2, 2), padding=(0, 1, 1)), nn.SiLU(),
            nn.Conv3d(2 * w, 2 * w, (3, 3, 3), stride=(2, 1, 1), padding=1), nn.SiLU(),
            nn.Conv3d(2 * w, 4 * w, (3, 3, 3), stride=(2, 2, 2), padding=1), nn.SiLU(),
            nn.Flatten(), nn.Dropout(0.2), nn.Linear(4 * w * 4 * 6 * 6, 256), nn.SiLU(),
        )  # fmt: skip
        self.heads = nn.ModuleDict({a: nn.Linear(256, len(values(a))) for a in _OF_CLIPS})

    def forward(self, clips: Tensor) -> dict[str, Tensor]:
        features = self.see(clips.permute(0, 4, 1, 2, 3))
        return {a: head(features) for a, head in self.heads.items()}


class SubjectProbe(nn.Module):
    """(B, 3, 96, 96) in -1..1 to scores (B, subjects)."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs in pairwise((3, 32, 48, 96, 128)):
            layers += [nn.Conv2d(inputs, outputs, 3, stride=2, padding=1), nn.SiLU()]
            layers += [nn.Conv2d(outputs, outputs, 3, padding=1), nn.SiLU()]
        self.see = nn.Sequential(*layers)
        self.head = nn.Sequential(nn.Dropout(0.2), nn.Linear(128, len(values("subject"))))

    def forward(self, frames: Tensor) -> Tensor:
        scores: Tensor = self.head(self.see(frames).amax((2, 3)))
        return scores


@dataclass(frozen=True, slots=True)
class Judge:
    """Both classifiers."""

    clips: ClipProbe
    subjects: SubjectProbe


@dataclass(frozen=True, slots=True)
class Shown:
    """Clips as the judge sees them: small (N,16,48,48,3), and four larger frames (N,4,96,96,3)."""

    small: NDArray[np.uint8]
    large: NDArray[np.uint8]


def labels(specs: Sequence[Spec]) -> dict[str, Tensor]:
    """The class number of each judged attribute."""
    return {a: torch.tensor([values(a).index(getattr(s, a)) for s in specs]) for a in JUDGED}


def as_shown(clips: Sequence[NDArray[np.uint8]]) -> Shown:
    """Clips of two seconds (T,H,W,3), T a multiple of 16, as the judge sees them."""

    def sized(frames: NDArray[np.uint8], count: int, side: int) -> NDArray[np.uint8]:
        picked = frames[:: len(frames) // count][:count]
        return np.stack([cv2.resize(f, (side, side), interpolation=cv2.INTER_AREA) for f in picked])

    return Shown(
        np.stack([sized(c, FRAMES, SIDE) for c in clips]),
        np.stack([sized(c, _LARGE_FRAMES, _LARGE_SIDE) for c in clips]),
    )


def draw_examples(
    count: int, seed: int, *, held_out: bool | None = None
) -> tuple[Shown, list[Spec]]:
    """Fresh renders and their specs; `held_out` None takes either kind."""
    clips, specs = [], []
    for i in range(count):
        rng = random.Random(seed + i)  # noqa: S311 - pictures, not secrets
        kind = rng.random() < 0.25 if held_out is None else held_out
        spec = sample_spec(rng, held_out=kind)
        clips.append(render(spec, seed + i, (_DRAWN, _DRAWN), np.arange(FRAMES) / FPS).frames)
        specs.append(spec)
    return as_shown(clips), specs


def as_input(clips: NDArray[np.uint8]) -> Tensor:
    """0..255 to -1..1."""
    return torch.from_numpy(clips).float() / 127.5 - 1


def train_judge(shown: Shown, specs: Sequence[Spec], steps: int) -> Judge:
    """Train both classifiers on renders."""
    return Judge(
        train_clip_probe(shown.small, specs, steps), train_subject_probe(shown.large, specs, steps)
    )


def train_clip_probe(
    clips: NDArray[np.uint8], specs: Sequence[Spec], steps: int, batch: int = 48, seed: int = 0
) -> ClipProbe:
    """Train on small clips, roughened a little as generated clips are."""
    torch.manual_seed(seed)
    net, truth, rng = ClipProbe(), labels(specs), np.random.default_rng(seed)

    def loss() -> Tensor:
        at = np.sort(rng.integers(0, len(clips), batch))
        seen = as_input(clips[at])
        seen = seen + torch.randn_like(seen) * 0.12 * torch.rand(batch, 1, 1, 1, 1)
        with torch.autocast("cpu", torch.bfloat16):
            scores = net(seen)
        losses = [F.cross_entropy(scores[a].float(), truth[a][at]) for a in _OF_CLIPS]
        return torch.stack(losses).sum()

    _fit(net, loss, steps)
    return net.eval()


def train_subject_probe(
    frames: NDArray[np.uint8], specs: Sequence[Spec], steps: int, batch: int = 96, seed: int = 0
) -> SubjectProbe:
    """Train on single frames, mirrored and shifted at random."""
    torch.manual_seed(seed)
    net, truth, rng = SubjectProbe(), labels(specs)["subject"], np.random.default_rng(seed)

    def loss() -> Tensor:
        at = np.sort(rng.integers(0, len(frames), batch))
        seen = as_input(frames[at, rng.integers(0, _LARGE_FRAMES, batch)]).permute(0, 3, 1, 2)
        shift = tuple(int(v) for v in rng.integers(-8, 9, 2))
        seen = torch.roll(seen, shift, (2, 3))
        if rng.random() < 0.5:
            seen = seen.flip(3)
        seen = seen + torch.randn_like(seen) * 0.1 * torch.rand(batch, 1, 1, 1)
        with torch.autocast("cpu", torch.bfloat16):
            scores = net(seen)
        return F.cross_entropy(scores.float(), truth[at])

    _fit(net, loss, steps)
    return net.eval()


def _fit(net: nn.Module, loss_of: Callable[[], Tensor], steps: int) -> None:
    optimiser = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=steps)
    for _ in range(steps):
        loss = loss_of()
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        schedule.step()


@torch.inference_mode()
def named(judge: Judge, shown: Shown) -> dict[str, NDArray[np.int64]]:
    """What the judge sees in clips: the class number (N,) of each attribute."""
    scores: dict[str, Tensor] = judge.clips(as_input(shown.small))
    seen = {a: scores[a].argmax(1).numpy() for a in _OF_CLIPS}
    frames = as_input(shown.large).permute(0, 1, 4, 2, 3)
    each = judge.subjects(frames.flatten(0, 1)).log_softmax(1)
    seen["subject"] = each.reshape(len(frames), _LARGE_FRAMES, -1).mean(1).argmax(1).numpy()
    return seen


def accuracy(judge: Judge, shown: Shown, specs: Sequence[Spec]) -> dict[str, float]:
    """Share of clips in which each attribute is recognised as asked for."""
    seen, truth = named(judge, shown), labels(specs)
    return {a: float((seen[a] == truth[a].numpy()).mean()) for a in JUDGED}
