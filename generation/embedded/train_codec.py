"""Train the codec of layers: `python -m generation.embedded.train_codec --run runs/codec`.

Draws its own training set (every stage that there is; shapes of ever new individuals), writes
`log.csv` and, for each part, weights; started again it goes on from the weights that are there,
with a new cycle of the learning rate. Subjects are drawn without colour, so held-out pairs of
subject and colour are not seen here either.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from generation.embedded.codec import (
    CODE_NOISE,
    SHAPE_CHANNELS,
    SHAPE_SIZE,
    SHAPE_WIDTH,
    STAGE_SIZE,
    VIEWS,
    Codec,
    Encoder,
    by_layer,
)
from generation.embedded.layers import PLACES, SLOT_COUNT, SLOTS, Floats
from generation.embedded.layout import CANVASES
from generation.embedded.vocabulary import values
from generation.embedded.world.render import OUTLINES, draw_coverage, draw_stage
from generation.embedded.world.spec import SUBJECTS, Spec
from generation.embedded.world.subjects import Build

SAVE_EVERY: Final = 100
_DRAWN_SCALE: Final = 512.0
_SEEN: Final = (40, 64)  # what the encoder of stages sees
_SEEN_SHAPE: Final = 64
StageKey = tuple[str, str, str, str, bool, bool]  # aspect, scene, time, weather, neon, sun right


def stage_key(spec: Spec, aspect: str, sun_right: bool) -> StageKey:
    """What the forms of a spec's stage depend on."""
    neon = spec.style == "neon"
    return (aspect, spec.scene, "night" if neon else spec.time, spec.weather, neon, sun_right)


def stage_keys() -> list[StageKey]:
    """Every stage whose forms differ from the others'."""
    keys = []
    for aspect, scene, right in itertools.product(CANVASES, values("scene"), (False, True)):
        for neon in (False, True):
            space = scene == "space"
            times = ("night",) if space or neon else values("time")
            weathers = ("clear",) if space else values("weather")
            keys += [(aspect, scene, t, w, neon, right) for t in times for w in weathers]
    return keys


def draw_stages(keys: list[StageKey]) -> NDArray[np.uint8]:
    """Coverage maps of stages (N, 16, 256, 384) uint8."""
    drawn = np.empty((len(keys), SLOT_COUNT, *STAGE_SIZE), np.uint8)
    for i, (aspect, scene, when, weather, neon, right) in enumerate(keys):
        style = "neon" if neon else "cartoon"
        spec = Spec("ball", "red", "still", scene, when, weather, "static", style)
        stage = draw_stage(spec, right, CANVASES[aspect], _DRAWN_SCALE, STAGE_SIZE)
        drawn[i] = (stage.coverage * 255).round().transpose(2, 0, 1)
    return drawn


def shares_of(coverage: Tensor, view: str) -> Tensor:
    """Coverage (B, 16, h, w) to a view's shares (B, channels, h, w): each layer adds up to 1."""
    shares = []
    for name in VIEWS[view].layers:
        part = coverage[:, PLACES[name]]
        rest = (1 - part.sum(1, keepdim=True)).clamp(min=0)
        shares.append(part if name == "sky" else torch.cat([part, rest], 1))
    return torch.cat(shares, 1)


@dataclass(frozen=True, slots=True)
class Individual:
    """A subject, the width of its outline (radii), the way it faces (1 or -1) and its build."""

    subject: str
    edge: float
    facing: int
    build: Build

    @classmethod
    def draw(cls, subject: str, rng: random.Random) -> Individual:
        edge = rng.choice(tuple(OUTLINES.values()))
        return cls(subject, edge, rng.choice((1, -1)), Build.draw(rng))

    def coverage(self, side: int) -> Floats:
        """Its coverage maps (side,side,9)."""
        return draw_coverage(self.subject, self.edge, self.facing, self.build, side)

    @property
    def kind(self) -> tuple[str, float, int]:
        """All but the build."""
        return self.subject, self.edge, self.facing


def draw_shapes(count: int, seed: int) -> tuple[NDArray[np.uint8], list[Individual]]:
    """Coverage maps of random individuals (N, 10, 256, 256) uint8, the last map being nothing, and
    who they are."""
    rng = random.Random(seed)  # noqa: S311 - pictures, not secrets
    drawn = np.empty((count, SHAPE_CHANNELS, SHAPE_SIZE, SHAPE_SIZE), np.uint8)
    about: list[Individual] = []
    for i in range(count):
        one = Individual.draw(SUBJECTS[i % len(SUBJECTS)], rng)
        cover = one.coverage(SHAPE_SIZE)
        drawn[i, :-1] = (cover * 255).round().transpose(2, 0, 1)
        drawn[i, -1] = 255 - drawn[i, :-1].sum(0, dtype=np.int32).clip(0, 255)
        about.append(one)
    return drawn, about


class Trainee(nn.Module):
    """The codec with its encoders."""

    def __init__(self) -> None:
        super().__init__()
        self.codec = Codec()
        self.see_stage = nn.ModuleDict(
            {n: Encoder(sum(v.classes), 40, v.width, spread=n == "air") for n, v in VIEWS.items()}
        )
        self.see_shape = Encoder(SHAPE_CHANNELS, 64, SHAPE_WIDTH)

    def pair(self, part: str) -> tuple[nn.Module, nn.Module]:
        """Decoder and encoder of "shape" or of a view."""
        if part == "shape":
            return self.codec.shape, self.see_shape
        return self.codec.stage[part], self.see_stage[part]

    def encode_view(self, shares: Tensor, view: str) -> Tensor:
        """A view's shares (B, channels, 256, 384) to codes."""
        # On average, drops are too thin to be seen.
        pool = F.adaptive_max_pool2d if view == "air" else F.adaptive_avg_pool2d
        codes: Tensor = self.see_stage[view](pool(shares, _SEEN))
        return codes

    def encode_stages(self, coverage: Tensor) -> Tensor:
        """Coverage (B, 16, 256, 384) to codes (B, 66)."""
        return torch.cat([self.encode_view(shares_of(coverage, v), v) for v in VIEWS], -1)

    def encode_shapes(self, pictures: Tensor) -> Tensor:
        """(B, 10, 256, 256) in 0..1 to codes."""
        size = (_SEEN_SHAPE, _SEEN_SHAPE)
        codes: Tensor = self.see_shape(F.interpolate(pictures, size, mode="area"))
        return codes


def glows(coverage: Tensor) -> Tensor:
    """Whether stages (B, 16, h, w) have shining outlines, as in neon: 1 or 0."""
    edges = [
        place.start + SLOTS[name].index("edge")
        for name, place in PLACES.items()
        if "edge" in SLOTS[name]
    ]
    return (coverage[:, edges].amax((1, 2, 3)) > 0.5).float()


def view_loss(net: Trainee, view: str, coverage: Tensor) -> Tensor:
    """Cross-entropy of the slots, summed over a view's layers; coverage (B, 16, 256, 384)."""
    shares = shares_of(coverage, view)
    code = net.encode_view(shares, view)
    code = code + CODE_NOISE * torch.randn_like(code)
    if VIEWS[view].lit:
        code = torch.cat([code, glows(coverage)[:, None]], 1)
    logits = net.codec.stage[view](code).float()
    wanted, drawn = by_layer(shares, view), by_layer(logits, view)
    losses = [-(wanted[n] * drawn[n].log_softmax(1)).sum(1).mean() for n in VIEWS[view].layers]
    total: Tensor = torch.stack(losses).sum()
    return total


def shape_loss(net: Trainee, pictures: Tensor) -> Tensor:
    """Cross-entropy of the paints; pictures (B, 10, 256, 256) sum to 1 over the second axis."""
    code = net.encode_shapes(pictures)
    logits = net.codec.shape(code + CODE_NOISE * torch.randn_like(code))
    loss: Tensor = -(pictures * logits.float().log_softmax(1)).sum(1).mean()
    return loss


def _batches(pool: NDArray[np.uint8], size: int, rng: np.random.Generator) -> Iterator[Tensor]:
    while True:
        at = np.sort(rng.integers(0, len(pool), size))
        yield torch.from_numpy(pool[at]).float() / 255


def train(
    net: Trainee, part: str, loss_of: Callable[[Tensor], Tensor], pool: NDArray[np.uint8],
    steps: int, batch: int, run: Path, *, keep_codes: bool = False,
) -> None:  # fmt: skip
    """Train one part of the codec and log to `<run>/log.csv`; `keep_codes`: its decoder only."""
    if (run / f"{part}.pt").exists():
        resume(net, run, part)
    decoder, encoder = net.pair(part)
    encoder.requires_grad_(not keep_codes)
    weights = [p for half in (decoder, encoder) for p in half.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(weights, lr=2e-3, betas=(0.9, 0.98), weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2.5e-3, total_steps=steps)
    began, feed = time.monotonic(), _batches(pool, batch, np.random.default_rng(7))
    recent: list[float] = []
    for step in range(1, steps + 1):
        with torch.autocast("cpu", torch.bfloat16):
            loss = loss_of(next(feed))
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        schedule.step()
        recent.append(loss.item())
        if step % 20 == 0:
            row = [part, step, round(time.monotonic() - began), f"{np.mean(recent):.5f}"]
            with (run / "log.csv").open("a", newline="") as log:
                csv.writer(log).writerow(row)
            print(*row, flush=True)
            recent = []
        if step % SAVE_EVERY == 0 or step == steps:
            save(net, run, part)


def save(net: Trainee, run: Path, part: str) -> None:
    """Write the trained half by rename."""
    decoder, encoder = net.pair(part)
    new = run / f"{part}.pt.new"
    torch.save({"decoder": decoder.state_dict(), "encoder": encoder.state_dict()}, new)
    new.replace(run / f"{part}.pt")


def load_trainee(run: Path) -> Trainee:
    """The trained codec with its encoders. Raises FileNotFoundError if a half is not trained."""
    net = Trainee()
    for part in (*VIEWS, "shape"):
        resume(net, run, part)
    return net.eval().requires_grad_(False)


def resume(net: Trainee, run: Path, part: str) -> None:
    """Take the weights of one half from a run."""
    state = torch.load(run / f"{part}.pt", weights_only=True)
    decoder, encoder = net.pair(part)
    decoder.load_state_dict(state["decoder"])
    encoder.load_state_dict(state["encoder"])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--run", type=Path, default=Path("runs/codec"))
    parser.add_argument("--part", choices=("all", "shape", *VIEWS), default="all")
    parser.add_argument("--stage-steps", type=int, default=2000)
    parser.add_argument("--shape-steps", type=int, default=1500)
    parser.add_argument("--shapes", type=int, default=2500)
    parser.add_argument("--batch", type=int, default=12)
    parser.add_argument(
        "--keep-codes", action="store_true", help="train decoders only, for a trained denoiser"
    )
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    options.run.mkdir(parents=True, exist_ok=True)
    trainee = Trainee().to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if options.part in ("shape", "all"):
        train(
            trainee, "shape", partial(shape_loss, trainee), draw_shapes(options.shapes, 1)[0],
            options.shape_steps, options.batch, options.run,
        )  # fmt: skip
    if options.part != "shape":
        stages = draw_stages(stage_keys())
        for view in VIEWS if options.part == "all" else (options.part,):
            train(
                trainee, view, partial(view_loss, trainee, view), stages,
                options.stage_steps, options.batch, options.run, keep_codes=options.keep_codes,
            )  # fmt: skip
