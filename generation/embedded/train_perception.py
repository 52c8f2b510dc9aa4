"""Train the perceiver: `python -m generation.embedded.train_perception --run runs/perception`.

Draws frames of the world with the individuals of the training set (`runs/data`), keeps them in the
run's folder, and writes `log.csv` and `perception.pt`.
"""

from __future__ import annotations

import argparse
import csv
import random
import time
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from generation.embedded.clipcode import PARTS, encode_light, encode_look
from generation.embedded.compose import compose
from generation.embedded.dataset import ASPECT_SHARES, ClipData
from generation.embedded.denoiser import ASPECTS
from generation.embedded.layers import Clip, Floats, Sprite
from generation.embedded.layout import CANVASES
from generation.embedded.perception import POSE_WIDTH, SIDE, Perceiver, as_input, encode_pose
from generation.embedded.world.render import Chances, draw_stage, finish_of, paints, track_of

FRAMES_EACH: Final = 3
_DRAWN: Final = 128  # pixels to the unit
_AIR: Final = slice(POSE_WIDTH - 4, POSE_WIDTH)
_SPRITE_SIDE: Final = 96
_NAMES: Final = ("stage", "light", "shape", "look")
_TARGET_WIDTH: Final = sum(PARTS[n] for n in _NAMES) + POSE_WIDTH


def draw(data: ClipData, seed: int) -> tuple[NDArray[np.uint8], int, Floats, bool]:
    """A few frames (3,96,96,3) of one clip, its aspect, the targets, and whether it has weather."""
    rng = random.Random(seed)  # noqa: S311 - pictures, not secrets
    spec = rng.choice(data.specs)
    index = rng.choices(range(len(ASPECTS)), ASPECT_SHARES)[0]
    aspect = ASPECTS[index]
    canvas, chances = CANVASES[aspect], Chances.draw(rng)
    times = np.array([rng.uniform(0, 4) for _ in range(FRAMES_EACH)])
    track, facing = track_of(spec, chances, rng, times, canvas)
    one, shape = data.individual(spec, facing, rng)
    sprite = Sprite(one.coverage(_SPRITE_SIDE), paints(spec))
    stage = draw_stage(spec, chances.sun_right, canvas, _DRAWN)
    size = (round(canvas[0] * _DRAWN), round(canvas[1] * _DRAWN))
    frames = compose(Clip(stage, sprite, finish_of(spec), track), size)
    fixed = np.concatenate([
        data.stage(spec, aspect, chances.sun_right), encode_light(stage.colours), shape,
        encode_look(paints(spec), finish_of(spec)),
    ])  # fmt: skip
    targets = np.concatenate(
        [np.tile(fixed, (FRAMES_EACH, 1)), encode_pose(track, canvas)], 1
    ).astype(np.float32)
    small = ((as_input(frames) + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()
    return small, index, targets, spec.weather != "clear"


def draw_all(data: ClipData, clips: int, out: Path, first_seed: int) -> None:
    """Draw the training frames into `out` (npz)."""
    frames = np.empty((clips * FRAMES_EACH, SIDE, SIDE, 3), np.uint8)
    targets = np.empty((clips * FRAMES_EACH, _TARGET_WIDTH), np.float32)
    aspects, weather = np.empty(len(frames), np.int64), np.empty(len(frames), bool)
    for i in range(clips):
        rows = slice(i * FRAMES_EACH, (i + 1) * FRAMES_EACH)
        frames[rows], aspects[rows], targets[rows], weather[rows] = draw(data, first_seed + i)
    np.savez(out, frames=frames, targets=targets, aspects=aspects, weather=weather)


def loss_of(seen: dict[str, Tensor], targets: Tensor, weather: Tensor) -> Tensor:
    """Squared error, averaged within each part; weather counts only where there is any."""
    at, total = 0, torch.zeros(())
    for name in (*_NAMES, "pose"):
        width = seen[name].shape[1]
        error = (seen[name].float() - targets[:, at : at + width]) ** 2
        if name == "pose":
            error[:, _AIR] = error[:, _AIR] * weather[:, None]
            error = error * 4
        total = total + error.mean()
        at += width
    return total


def train(drawn: Path, run: Path, steps: int, batch: int) -> Perceiver:
    """Train from scratch and log."""
    torch.manual_seed(0)
    net = Perceiver()
    net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    kept = np.load(drawn)
    frames, targets = kept["frames"], torch.from_numpy(kept["targets"])
    aspects = torch.from_numpy(kept["aspects"])
    weather = torch.from_numpy(kept["weather"]).float()
    optimiser = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 1.5e-3, total_steps=steps)
    rng, began, recent = np.random.default_rng(0), time.monotonic(), []
    for step in range(1, steps + 1):
        at = np.sort(rng.integers(0, len(frames), batch))
        pictures = torch.from_numpy(frames[at]).permute(0, 3, 1, 2).float() / 127.5 - 1
        pictures = pictures + 0.05 * torch.randn_like(pictures) * torch.rand(batch, 1, 1, 1)
        with torch.autocast("cpu", torch.bfloat16):
            seen = net(pictures, aspects[at])
        loss = loss_of(seen, targets[at], weather[at])
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        recent.append(loss.item())
        if step % 50 == 0:
            row = [step, round(time.monotonic() - began), f"{np.mean(recent):.5f}"]
            with (run / "log.csv").open("a", newline="") as log:
                csv.writer(log).writerow(row)
            print(*row, flush=True)
            recent = []
        if step % 500 == 0 or step == steps:
            torch.save(net.state_dict(), run / "perception.pt.new")
            (run / "perception.pt.new").replace(run / "perception.pt")
    return net


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("runs/data"))
    parser.add_argument("--run", type=Path, default=Path("runs/perception"))
    parser.add_argument("--clips", type=int, default=12_000)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.run.mkdir(parents=True, exist_ok=True)
    if not (options.run / "frames.npz").exists():
        draw_all(ClipData(options.data), options.clips, options.run / "frames.npz", 500_000)
    train(options.run / "frames.npz", options.run, options.steps, options.batch)
