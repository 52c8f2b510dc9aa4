"""Train the upscaler on renders, and on what the diffusion model makes of them.

    python -m generation.embedded.train_refiner --data runs/refiner --run runs/refiner --clips 400
    python -m generation.embedded.train_refiner ... --base runs/base/ema.pt   (then also on that
        model's one-step reconstructions, so that it learns to mend them)

Started again with the same folder it goes on from the last checkpoint.
"""

from __future__ import annotations

import argparse
import random
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from generation.embedded.diffusion import given_tokens, mix_noise
from generation.embedded.grid import FPS, FRAMES, PATCH, patchify, positions, unpatchify
from generation.embedded.model import ClipTransformer
from generation.embedded.refiner import SPACE, TIME, Refiner
from generation.embedded.text import TextEncoder, TextFeatures
from generation.embedded.world.captions import caption
from generation.embedded.world.render import render, shrink
from generation.embedded.world.spec import sample_spec

SIDE: Final = 256
_CROP, _CROP_FRAMES = 20, 6
_SEED: Final = 5_000_000


@dataclass(frozen=True, slots=True)
class Options:
    """The command line, typed."""

    data: Path
    run: Path
    clips: int
    minutes: float
    batch: int
    lr: float
    base: Path | None
    threads: int


def draw_pair(index: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8], str]:
    """(delivered 48 frames at 256×256, base 16 frames at 32×32, caption)."""
    rng = random.Random(_SEED + index)  # noqa: S311 - pictures, not secrets
    spec = sample_spec(rng)
    start = rng.choice((0.0, 0.0, 0.0, rng.uniform(0, 6)))
    times = start + np.arange(FRAMES * TIME) / (FPS * TIME)
    fine = render(spec, _SEED + index, (SIDE, SIDE), times).frames
    return fine, shrink(fine[::TIME], SPACE), caption(spec, rng)


def prepare(folder: Path, clips: int) -> None:
    """Render the pairs, once."""
    if (folder / "captions.txt").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    high = np.lib.format.open_memmap(
        folder / "high.npy", "w+", np.uint8, (clips, FRAMES * TIME, SIDE, SIDE, 3)
    )
    side = SIDE // SPACE
    low = np.lib.format.open_memmap(
        folder / "low.npy", "w+", np.uint8, (clips, FRAMES, side, side, 3)
    )
    texts = []
    for i in range(clips):
        high[i], low[i], text = draw_pair(i)
        texts.append(text)
    high.flush()
    low.flush()
    (folder / "captions.txt").write_text("\n".join(texts))


@torch.inference_mode()
def reconstruct(base: Path, folder: Path) -> NDArray[np.float16]:
    """What the diffusion model makes of each base clip from between 45 and 92 % signal."""
    net = ClipTransformer().eval()
    net.load_state_dict(torch.load(base, weights_only=True))
    low = np.load(folder / "low.npy", mmap_mode="r")
    texts, encoder = (folder / "captions.txt").read_text().split("\n"), TextEncoder()
    out = np.empty(low.shape, np.float16)
    generator = torch.Generator().manual_seed(7)
    for at in range(0, len(low), 16):
        clips = torch.from_numpy(low[at : at + 16].copy()).float() / 127.5 - 1
        b, t, h, w, _ = clips.shape
        level = torch.rand(b, generator=generator) * 0.47 + 0.45
        given = torch.zeros(b, t)
        noisy = mix_noise(clips, torch.randn(clips.shape, generator=generator), level, given)
        text: TextFeatures = encoder(texts[at : at + b])
        tokens = net(patchify(noisy), given_tokens(given, h, w), level, text, positions(t, h, w))
        out[at : at + b] = unpatchify(tokens, t, h, w).clamp(-1.2, 1.2).half().numpy()
    return out


def roughen(low: Tensor, generator: torch.Generator) -> Tensor:
    """Imitate the diffusion model's faults on clean base clips (B,3,T,h,w): soft, noisy, patchy."""
    b, c, t, h, w = low.shape
    soft = F.avg_pool3d(F.pad(low, (1, 1, 1, 1, 0, 0), mode="replicate"), (1, 3, 3), stride=1)
    share = torch.rand(b, 1, 1, 1, 1, generator=generator) * 0.5
    noise = torch.randn(low.shape, generator=generator)
    patches = torch.randn(b, c, t, -(-h // PATCH) + 1, -(-w // PATCH) + 1, generator=generator)
    blocks = patches.repeat_interleave(PATCH, 3).repeat_interleave(PATCH, 4)
    blocks = blocks[..., 3 : h + 3, 3 : w + 3]
    strength = torch.rand(b, 1, 1, 1, 1, generator=generator) * 0.08
    return low + share * (soft - low) + strength * (noise + 0.5 * blocks)


class Pairs:
    """Random crops of (rough base, true delivered) clips."""

    def __init__(self, folder: Path, reconstructed: NDArray[np.float16] | None) -> None:
        self.high = np.load(folder / "high.npy", mmap_mode="r")
        self.low = np.load(folder / "low.npy", mmap_mode="r")
        self.reconstructed = reconstructed

    def batch(self, size: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        """(B,3,T,c,c) and (B,3,3T,8c,8c), both in -1..1."""
        lows, highs = [], []
        for _ in range(size):
            i = int(rng.integers(len(self.low)))
            side = SIDE // SPACE - _CROP
            y, x, t = (int(rng.integers(n + 1)) for n in (side, side, FRAMES - _CROP_FRAMES))
            cut = np.s_[i, t : t + _CROP_FRAMES, y : y + _CROP, x : x + _CROP]
            if self.reconstructed is not None and rng.random() < 0.65:
                made = torch.from_numpy(self.reconstructed[cut].astype(np.float32))
                low = made.permute(3, 0, 1, 2)
            else:
                low_bytes = torch.from_numpy(self.low[cut].copy())
                clean = low_bytes.float().permute(3, 0, 1, 2) / 127.5 - 1
                generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
                low = roughen(clean[None], generator)[0]
            y, x, c = y * SPACE, x * SPACE, _CROP * SPACE
            fine = self.high[i, t * TIME : (t + _CROP_FRAMES) * TIME, y : y + c, x : x + c]
            lows.append(low)
            highs.append(torch.from_numpy(fine.copy()).float().permute(3, 0, 1, 2) / 127.5 - 1)
        return torch.stack(lows), torch.stack(highs)


def picture_loss(made: Tensor, true: Tensor) -> Tensor:
    """Absolute error of the pixels and of their differences, which keeps outlines sharp."""
    loss = (made - true).abs().mean()
    for dim in (3, 4):
        loss = loss + 0.7 * (made.diff(dim=dim) - true.diff(dim=dim)).abs().mean()
    return loss


def train(options: Options) -> None:
    """Train for a while from the last checkpoint, and write one."""
    torch.set_num_threads(options.threads)
    cv2.setNumThreads(1)
    torch.manual_seed(0)
    prepare(options.data, options.clips)
    made = reconstruct(options.base, options.data) if options.base else None
    pairs, net, step = Pairs(options.data, made), Refiner(), 0
    optimiser = torch.optim.AdamW(net.parameters(), lr=options.lr, betas=(0.9, 0.98))
    checkpoint = options.run / "refiner.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        net.load_state_dict(state["net"])
        optimiser.load_state_dict(state["optimiser"])
        step = state["step"]
    began, spent, losses = time.process_time(), 0.0, []
    while spent < 1:
        spent = (time.process_time() - began) / (options.minutes * 60)
        share = min(1, (step + 1) / 50) * max(0.03, min(1, 2.5 * (1 - spent)))
        for group in optimiser.param_groups:
            group["lr"] = options.lr * share
        low, high = pairs.batch(options.batch, np.random.default_rng([11, step]))
        loss = picture_loss(net(low), high)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        step += 1
        losses.append(loss.item())
        if step % 25 == 0 or spent >= 1:
            seconds = round(time.process_time() - began)
            print(step, seconds, f"{np.mean(losses[-25:]):.4f}", flush=True)
            state = {"net": net.state_dict(), "optimiser": optimiser.state_dict(), "step": step}
            torch.save(state, checkpoint.with_suffix(".new"))
            checkpoint.with_suffix(".new").replace(checkpoint)


def parse() -> Options:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("runs/refiner"))
    parser.add_argument("--run", type=Path, default=Path("runs/refiner"))
    parser.add_argument("--clips", type=int, default=400)
    parser.add_argument("--minutes", type=float, default=30.0, help="of processor time")
    parser.add_argument("--batch", type=int, default=6)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--base", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    return Options(**vars(parser.parse_args()))


if __name__ == "__main__":
    chosen = parse()
    chosen.run.mkdir(parents=True, exist_ok=True)
    train(chosen)
