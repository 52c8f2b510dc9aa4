"""Train the denoiser: `python -m generation.embedded.train --data runs/data --run runs/base`.

CPU and GPU use the same code: one process per worker (per GPU, if there are any), gradients
averaged over them. The run writes `log.csv` (step, seconds, loss, error of the code), `loss.png`,
`last.pt` (all of the state) and `ema.pt`; started again with the same arguments it goes on from
`last.pt`, and every random draw depends on the seed and the step alone. Touching `<run>/finish`
starts the final decay of the learning rate at once, for when the time is up before the steps are.
"""

from __future__ import annotations

import argparse
import copy
import csv
import multiprocessing as mp
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor, nn

from generation.embedded.dataset import Batch, ClipData
from generation.embedded.denoiser import Denoiser, Shape
from generation.embedded.flow import code_loss, draw_levels, mix_noise
from generation.embedded.optimiser import BlockMuon, split_parameters
from generation.embedded.sheets import save_curve

SAVE_EVERY: Final = 50
LOG_EVERY: Final = 20
_WARM_UP: Final = 60


@dataclass(frozen=True, slots=True)
class Options:
    """The command line, typed."""

    data: Path
    run: Path
    steps: int
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


def batch_loss(
    net: nn.Module, batch: Batch, generator: torch.Generator, device: torch.device
) -> tuple[Tensor, Tensor]:
    """(loss to minimise, plain squared error of the code) of one batch."""
    level = draw_levels(len(batch.codes), generator)
    noise = torch.randn(batch.codes.shape, generator=generator)
    given = batch.condition.given
    noisy = mix_noise(batch.codes, noise, level, given)
    with torch.autocast(device.type, torch.bfloat16):
        predicted = net(noisy.to(device), level.to(device), batch.condition.to(device))
    predicted, codes = predicted.float(), batch.codes.to(device)
    losses = code_loss(predicted, codes, level.to(device), given.to(device))
    return losses.mean(), ((predicted.detach() - codes) ** 2).mean()


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
        self.net = Denoiser(options.shape).to(self.device)
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
        """Write the whole state and the averaged weights, each by rename, and the loss curve."""
        state: dict[str, Any] = {
            "net": self.net.state_dict(), "ema": self.ema.state_dict(),
            "optimisers": [o.state_dict() for o in self.optimisers], "step": self.step,
            "decay_from": self.decay_from,
        }  # fmt: skip
        for name, value in (("last.pt", state), ("ema.pt", self.ema.state_dict())):
            torch.save(value, self.options.run / f"{name}.new")
            (self.options.run / f"{name}.new").replace(self.options.run / name)
        if (self.options.run / "log.csv").exists():
            save_curve(self.options.run / "log.csv", self.options.run / "loss.png")

    def train_step(self, data: ClipData) -> tuple[float, float]:
        """One update; returns loss and error of this worker's share."""
        o, step = self.options, self.step
        own = np.random.default_rng([o.seed, step, self.rank])
        generator = torch.Generator().manual_seed(int(own.integers(2**62)))
        chance = random.Random(int(own.integers(2**62)))  # noqa: S311 - pictures, not secrets
        batch = data.batch(o.batch // o.workers, chance)
        loss, error = batch_loss(self.net, batch, generator, self.device)
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
            decay = min(0.997, (1 + step) / (10 + step))
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
    torch.set_num_threads(1)
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
    parser.add_argument("--decay-steps", type=int, default=500, help="last steps, learning less")
    parser.add_argument("--batch", type=int, default=256, help="clips a step, over all workers")
    parser.add_argument("--lr", type=float, default=1.5e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--depth", type=int, default=6)
    return Options(**vars(parser.parse_args()))


if __name__ == "__main__":
    chosen = parse()
    chosen.run.mkdir(parents=True, exist_ok=True)
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
