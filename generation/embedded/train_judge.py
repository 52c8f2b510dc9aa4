"""Train the judge: `python -m generation.embedded.train_judge --out runs/judge.pt`.

The renders that it learns from are drawn from seeds of its own; held-out combinations are among
them, for the judge must recognise what the generator was never shown.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from generation.embedded.judging import (
    FPS,
    FRAMES,
    JUDGED,
    LARGE_FRAMES,
    OF_CLIPS,
    ClipProbe,
    Judge,
    Shown,
    SubjectProbe,
    as_input,
    as_shown,
    scores,
)
from generation.embedded.vocabulary import values
from generation.embedded.world.render import render
from generation.embedded.world.spec import Spec, sample_spec

SEED: Final = 60_000_000
_DRAWN: Final = 144


def labels(specs: Sequence[Spec]) -> dict[str, Tensor]:
    """The class number of each judged attribute."""
    return {a: torch.tensor([values(a).index(getattr(s, a)) for s in specs]) for a in JUDGED}


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
        losses = [F.cross_entropy(scores[a].float(), truth[a][at]) for a in OF_CLIPS]
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
        seen = as_input(frames[at, rng.integers(0, LARGE_FRAMES, batch)]).permute(0, 3, 1, 2)
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


def accuracy(judge: Judge, shown: Shown, specs: Sequence[Spec]) -> dict[str, float]:
    """Share of clips in which each attribute is recognised as asked for."""
    seen, truth = scores(judge, shown), labels(specs)
    return {a: float((seen[a].argmax(1) == truth[a].numpy()).mean()) for a in JUDGED}


def load_judge(path: Path) -> Judge:
    """A judge that was trained before. Raises FileNotFoundError."""
    judge, state = Judge(ClipProbe(), SubjectProbe()), torch.load(path, weights_only=True)
    judge.clips.load_state_dict(state["clips"])
    judge.subjects.load_state_dict(state["subjects"])
    judge.clips.eval()
    judge.subjects.eval()
    return judge


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("runs/judge.pt"))
    parser.add_argument("--examples", type=int, default=5000)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    trained = train_judge(*draw_examples(options.examples, SEED), options.steps)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    weights = {"clips": trained.clips.state_dict(), "subjects": trained.subjects.state_dict()}
    torch.save(weights, options.out)
    for name, held_out in (("seen", False), ("held out", True)):
        print(name, accuracy(trained, *draw_examples(300, SEED + 1_000_000, held_out=held_out)))
