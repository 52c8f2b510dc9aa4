"""Render the training set: `python -m generation.embedded.dataset --out runs/data --clips 20000`.

Layout of the folder: `<aspect>.npy` (N,16,h,w,4) uint8, RGB and the subject's coverage;
`<aspect>-text.npy` (N,40,384) float16 with `<aspect>-lengths.npy` (N,); `<aspect>-continued.npy`
(N,) bool, whether the clip may start in mid-motion and is therefore only used with given frames;
`<aspect>-captions.json`.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import Pool
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from generation.embedded.grid import BASE_SIZES, FPS, FRAMES
from generation.embedded.text import MAX_TOKENS, TEXT_WIDTH, TextEncoder, TextFeatures
from generation.embedded.world.captions import caption
from generation.embedded.world.render import render, shrink
from generation.embedded.world.spec import sample_spec

SUPERSAMPLING: Final = 4
SHARES: Final = {"1:1": 0.6, "16:9": 0.2, "9:16": 0.2}
_CONTINUED_SHARE: Final = 0.18


def file_name(aspect: str, kind: str = "") -> str:
    """The name of one array of an aspect's bucket."""
    return aspect.replace(":", "x") + (f"-{kind}" if kind else "") + ".npy"


def draw_clip(aspect: str, seed: int) -> tuple[NDArray[np.uint8], str, bool]:
    """One training clip (16,h,w,4), its caption, and whether it is a continuation."""
    rng = random.Random(seed)  # noqa: S311 - pictures, not secrets
    spec = sample_spec(rng)
    continued = rng.random() < _CONTINUED_SHARE
    start = rng.choice((0.0, 0.0, *(rng.uniform(0, 6) for _ in range(3)))) if continued else 0.0
    width, height = BASE_SIZES[aspect]
    times = start + np.arange(FRAMES) / FPS
    drawn = render(spec, seed, (width * SUPERSAMPLING, height * SUPERSAMPLING), times)
    frames, mask = shrink(drawn.frames, SUPERSAMPLING), shrink(drawn.mask, SUPERSAMPLING)
    return np.concatenate([frames, mask[..., None]], -1), caption(spec, rng), continued


def _draw(task: tuple[str, int, Path, int]) -> tuple[str, bool]:
    aspect, seed, path, index = task
    clip, text, continued = draw_clip(aspect, seed)
    np.load(path, mmap_mode="r+")[index] = clip
    return text, continued


def build(out: Path, clips: int, seed: int, workers: int) -> None:
    """Render `clips` clips in all, split over the aspects, and encode their captions."""
    out.mkdir(parents=True, exist_ok=True)
    encoder = TextEncoder()
    for number, (aspect, share) in enumerate(SHARES.items()):
        count, (width, height) = round(clips * share), BASE_SIZES[aspect]
        path = out / file_name(aspect)
        shape = (count, FRAMES, height, width, 4)
        np.lib.format.open_memmap(path, "w+", np.uint8, shape).flush()
        tasks = [(aspect, seed + number * 10_000_000 + i, path, i) for i in range(count)]
        with Pool(workers) as pool:
            made = pool.map(_draw, tasks, chunksize=64)
        texts = [text for text, _ in made]
        np.save(out / file_name(aspect, "continued"), np.array([c for _, c in made]))
        (out / file_name(aspect, "captions")).with_suffix(".json").write_text(json.dumps(texts))
        _encode(out, aspect, texts, encoder)
        print(f"{aspect}: {count} clips", flush=True)


def _encode(out: Path, aspect: str, texts: list[str], encoder: TextEncoder) -> None:
    table = np.lib.format.open_memmap(
        out / file_name(aspect, "text"), "w+", np.float16, (len(texts), MAX_TOKENS, TEXT_WIDTH)
    )
    lengths = np.zeros(len(texts), np.int16)
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))  # little padding in a batch
    for at in range(0, len(order), 64):
        chosen = order[at : at + 64]
        features = encoder([texts[i] for i in chosen])
        lengths[chosen] = features.mask.sum(1).numpy()
        table[chosen, : features.tokens.shape[1]] = features.tokens.half().numpy()
    table.flush()
    np.save(out / file_name(aspect, "lengths"), lengths)


@dataclass(frozen=True, slots=True)
class Batch:
    """clips (B,T,h,w,3) in -1..1; mask (B,T,h,w) in 0..1; text; continued (B,) bool."""

    clips: torch.Tensor
    mask: torch.Tensor
    text: TextFeatures
    continued: torch.Tensor


class ClipData:
    """The rendered training set, memory-mapped; batches are a pure function of their seed."""

    def __init__(self, folder: Path) -> None:
        self.aspects = tuple(a for a in SHARES if (folder / file_name(a, "lengths")).exists())
        if not self.aspects:
            raise FileNotFoundError(f"no training set in {folder}: run generation.embedded.dataset")

        def load(kind: str) -> dict[str, NDArray[np.generic]]:
            return {a: np.load(folder / file_name(a, kind), mmap_mode="r") for a in self.aspects}

        self._clips, self._text = load(""), load("text")
        self._lengths, self._continued = load("lengths"), load("continued")

    def batch(self, aspect: str, size: int, rng: np.random.Generator) -> Batch:
        """A batch of one aspect."""
        at = np.sort(rng.integers(0, len(self._clips[aspect]), size))
        raw = torch.from_numpy(self._clips[aspect][at]).float()
        lengths = torch.from_numpy(self._lengths[aspect][at].astype(np.int64))
        longest = int(lengths.max())
        tokens = torch.from_numpy(self._text[aspect][at][:, :longest]).float()
        present = torch.arange(longest)[None] < lengths[:, None]
        continued = torch.from_numpy(self._continued[aspect][at])
        return Batch(
            raw[..., :3] / 127.5 - 1, raw[..., 3] / 255, TextFeatures(tokens, present), continued
        )

    def aspect_at(self, rng: np.random.Generator) -> str:
        """Draw an aspect by its share."""
        weights = np.array([SHARES[a] for a in self.aspects])
        return self.aspects[int(rng.choice(len(self.aspects), p=weights / weights.sum()))]


def batches(data: ClipData, size: int, seed: int, first_step: int) -> Iterator[tuple[int, Batch]]:
    """Endless (step, batch); the batch of a step depends on seed and step alone."""
    step = first_step
    while True:
        rng = np.random.default_rng([seed, step])
        yield step, data.batch(data.aspect_at(rng), size, rng)
        step += 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("runs/data"))
    parser.add_argument("--clips", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.workers)
    build(options.out, options.clips, options.seed, options.workers)
