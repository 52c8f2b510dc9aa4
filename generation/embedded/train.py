"""Train the embedded model.

    python -m generation.embedded.train --data runs/data --run runs/base --steps 6000 --workers 2

CPU and GPU use the same code: one process per worker (per GPU, if there are any), gradients
averaged over them. The run writes `log.csv` (step, seconds, loss, pixel error), `last.pt` (all of
the state) and `ema.pt`; started again with the same arguments it goes on from `last.pt`, and every
random draw depends on the seed and the step alone. Touching `<run>/finish` starts the final decay
of the learning rate at once, for when the time is up before the steps are. The training set is
rendered first if the data folder has none.
"""

from __future__ import annotations

import argparse
import copy
import csv
import multiprocessing as mp
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor, nn

from generation.embedded.dataset import Batch, ClipData, build, file_name
from generation.embedded.diffusion import clip_loss, draw_levels, given_tokens, mix_noise
from generation.embedded.grid import FRAMES, PATCH_FRAMES, patchify, positions, unpatchify
from generation.embedded.model import ClipTransformer, Shape
from generation.embedded.optimiser import BlockMuon, split_parameters
from generation.embedded.text import TextFeatures

SAVE_EVERY: Final = 50
LOG_EVERY: Final = 20
_WARM_UP: Final = 60
_NO_PROMPT_SHARE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Options:
    """The command line, typed."""

    data: Path
    run: Path
    steps: int
    slice_steps: int
    decay_steps: int
    batch: int
    lr: float
    seed: int
    workers: int
    width: int
    depth: int

    @property
    def shape(self) -> Shape:
        """The network to train, with attention heads of 64."""
        return Shape(width=self.width, depth=self.depth, heads=self.width // 64)


def learning_rate(step: int, options: Options, decay_from: int) -> float:
    """Share of the full rate: warm up, stay, fall linearly to a fiftieth from `decay_from` on."""
    warm = min(1.0, (step + 1) / _WARM_UP)
    left = 1 - max(0, step - decay_from) / max(1, options.decay_steps)
    return warm * max(0.02, min(1.0, left))


def draw_given(continued: Tensor, frames: int, generator: torch.Generator) -> Tensor:
    """Which frames (B,T) are given: of continuations the first, first four, or both ends."""
    given = torch.zeros(len(continued), frames)
    kinds = torch.rand(len(continued), generator=generator)
    for i in continued.nonzero()[:, 0].tolist():
        given[i, 0] = 1
        if frames > PATCH_FRAMES and kinds[i] < 0.5:
            given[i, :4] = 1
        elif frames > PATCH_FRAMES and kinds[i] < 0.7:
            given[i, -1] = 1
    return given


def without_prompt(text: TextFeatures, generator: torch.Generator) -> TextFeatures:
    """Blank some prompts (to a single zero token), for classifier-free guidance."""
    blank = torch.rand(len(text.tokens), generator=generator) < _NO_PROMPT_SHARE
    tokens, mask = text.tokens.clone(), text.mask.clone()
    tokens[blank] = 0
    mask[blank] = False
    mask[blank, 0] = True
    return TextFeatures(tokens, mask)


def cut_slice(batch: Batch, first: int, frames: int) -> Batch:
    """The frames first..first+frames of a batch."""
    part = slice(first, first + frames)
    return Batch(batch.clips[:, part], batch.mask[:, part], batch.text, batch.continued)


def batch_loss(
    net: nn.Module, batch: Batch, first: int, generator: torch.Generator, device: torch.device
) -> tuple[Tensor, Tensor]:
    """(loss to minimise, plain squared pixel error) of one batch whose clips begin at `first`."""
    _, frames, height, width, _ = batch.clips.shape
    given = draw_given(batch.continued, frames, generator)
    level = draw_levels(len(given), generator)
    noise = torch.randn(batch.clips.shape, generator=generator)
    text = without_prompt(batch.text, generator)
    noisy = mix_noise(batch.clips, noise, level, given)
    flags, place = given_tokens(given, height, width), positions(frames, height, width, first)
    text = TextFeatures(text.tokens.to(device), text.mask.to(device))
    tokens = net(
        patchify(noisy).to(device), flags.to(device), level.to(device), text, place.to(device)
    )
    predicted, clips = unpatchify(tokens, frames, height, width).float(), batch.clips.to(device)
    losses = clip_loss(predicted, clips, batch.mask.to(device), level.to(device), given.to(device))
    return losses.mean(), ((predicted.detach() - clips) ** 2).mean()


def average_gradients(net: nn.Module, workers: int) -> None:
    """All-reduce, as one flat tensor."""
    if workers == 1:
        return
    grads = [p.grad for p in net.parameters() if p.grad is not None]
    flat = torch.cat([g.flatten() for g in grads])
    dist.all_reduce(flat)
    flat /= workers
    for grad, part in zip(grads, torch.split(flat, [g.numel() for g in grads]), strict=True):
        grad.copy_(part.view_as(grad))


class Trainer:
    """One worker's share of the run."""

    def __init__(self, rank: int, options: Options) -> None:
        self.rank, self.options = rank, options
        gpus = torch.cuda.device_count()
        self.device = torch.device(f"cuda:{rank}" if gpus > rank else "cpu")
        torch.manual_seed(options.seed)
        self.net = ClipTransformer(options.shape).to(self.device)
        self.ema = copy.deepcopy(self.net).eval()
        matrices, rest = split_parameters(self.net, self.net.blocks)
        self.optimisers: list[torch.optim.Optimizer] = [
            BlockMuon(matrices, lr=2 * options.lr),
            torch.optim.AdamW(rest, lr=options.lr, betas=(0.9, 0.97), weight_decay=0.0),
        ]
        self.step, self.decay_from = 0, options.steps - options.decay_steps
        if (options.run / "last.pt").exists():
            self._resume()

    def _resume(self) -> None:
        path = self.options.run / "last.pt"
        state = torch.load(path, map_location=self.device, weights_only=True)
        self.net.load_state_dict(state["net"])
        self.ema.load_state_dict(state["ema"])
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)
        self.step = state["step"]
        self.decay_from = min(self.decay_from, state["decay_from"])

    def save(self) -> None:
        """Write the whole state and the averaged weights, each by rename."""
        state: dict[str, Any] = {
            "net": self.net.state_dict(), "ema": self.ema.state_dict(),
            "optimisers": [o.state_dict() for o in self.optimisers], "step": self.step,
            "decay_from": self.decay_from,
        }  # fmt: skip
        for name, value in (("last.pt", state), ("ema.pt", self.ema.state_dict())):
            torch.save(value, self.options.run / f"{name}.new")
            (self.options.run / f"{name}.new").replace(self.options.run / name)

    def train_step(self, data: ClipData) -> tuple[float, float]:
        """One update; returns loss and pixel error of this worker's share."""
        o, step = self.options, self.step
        shared = np.random.default_rng([o.seed, step])
        aspect, slices = data.aspect_at(shared), step < o.slice_steps
        first = int(shared.integers(FRAMES // PATCH_FRAMES)) * PATCH_FRAMES if slices else 0
        own = np.random.default_rng([o.seed, step, self.rank])
        generator = torch.Generator().manual_seed(int(own.integers(2**62)))
        size = o.batch // o.workers * (FRAMES // PATCH_FRAMES if slices else 1)
        batch = cut_slice(data.batch(aspect, size, own), first, PATCH_FRAMES if slices else FRAMES)
        loss, error = batch_loss(self.net, batch, first, generator, self.device)
        torch.autograd.backward(loss)
        average_gradients(self.net, o.workers)
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = optimiser.defaults["lr"] * learning_rate(step, o, self.decay_from)
            optimiser.step()
            optimiser.zero_grad()
        self.step += 1
        if self.rank == 0:
            decay = min(0.998, (1 + step) / (10 + step))
            with torch.no_grad():
                slow, fast = self.ema.parameters(), self.net.parameters()
                for average, current in zip(slow, fast, strict=True):
                    average.lerp_(current, 1 - decay)
        return loss.item(), error.item()

    def ask_to_finish(self) -> None:
        """Begin the decay now if somebody touched `<run>/finish`; all workers decide as one."""
        flag = torch.tensor([float((self.options.run / "finish").exists())])
        if self.options.workers > 1:
            dist.broadcast(flag, 0)
        if flag.item() and self.step < self.decay_from:
            self.decay_from = self.step

    def run(self) -> None:
        """Train to the last step."""
        data, began, recent = ClipData(self.options.data), time.monotonic(), []
        while self.step < min(self.options.steps, self.decay_from + self.options.decay_steps):
            recent.append(self.train_step(data))
            if self.step % LOG_EVERY == 0:
                self.ask_to_finish()
                if self.rank == 0:
                    loss, error = np.mean(recent, axis=0)
                    spent = round(time.monotonic() - began)
                    row = [self.step, spent, f"{loss:.4f}", f"{error:.5f}"]
                    with (self.options.run / "log.csv").open("a", newline="") as log:
                        csv.writer(log).writerow(row)
                    print(*row, flush=True)
                recent = []
            if self.rank == 0 and self.step % SAVE_EVERY == 0:
                self.save()
        if self.rank == 0:
            self.save()


def work(rank: int, options: Options) -> None:
    """Entry point of one worker process."""
    torch.set_num_threads(1 if options.workers > 1 else 2)
    if options.workers > 1:
        backend = "nccl" if torch.cuda.device_count() >= options.workers else "gloo"
        rendezvous = (options.run / "rendezvous").resolve()
        dist.init_process_group(
            backend, init_method=f"file://{rendezvous}", rank=rank, world_size=options.workers
        )
    Trainer(rank, options).run()
    if options.workers > 1:
        dist.destroy_process_group()


def parse() -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("runs/data"))
    parser.add_argument("--run", type=Path, default=Path("runs/base"))
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--slice-steps", type=int, default=500, help="first steps, on four frames")
    parser.add_argument("--decay-steps", type=int, default=300, help="last steps, learning less")
    parser.add_argument("--batch", type=int, default=48, help="clips a step, over all workers")
    parser.add_argument("--lr", type=float, default=1.5e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--depth", type=int, default=6)
    return Options(**vars(parser.parse_args()))


if __name__ == "__main__":
    chosen = parse()
    chosen.run.mkdir(parents=True, exist_ok=True)
    if not (chosen.data / file_name("1:1", "lengths")).exists():
        build(chosen.data, clips=20_000, seed=1, workers=chosen.workers)
    (chosen.run / "rendezvous").unlink(missing_ok=True)
    if chosen.workers > 1:
        spawn = mp.get_context("spawn")
        crew = [spawn.Process(target=work, args=(r, chosen)) for r in range(chosen.workers)]
        for worker in crew:
            worker.start()
        for worker in crew:
            worker.join()
    else:
        work(0, chosen)
