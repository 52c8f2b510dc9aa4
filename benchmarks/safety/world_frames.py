"""Frames of the drawn world for training and testing the picture classifier.

`python -m benchmarks.safety.world_frames --out runs/safety/world.npz` draws them with the renderer
of the embedded generator. Layout: `frames` (N, 4, 128, 128, 3) uint8 RGB, moments of N clips,
squeezed to a square; `captions` JSON as uint8.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

import cv2
import numpy as np

from generation.embedded.world.captions import caption
from generation.embedded.world.render import render
from generation.embedded.world.spec import sample_spec

SIDE, EACH = 128, 4
SHAPES = ((128, 128), (128, 128), (168, 100), (100, 168))


def draw(seed: int) -> tuple[np.ndarray, str]:
    """Frames of one clip at random moments, (4, 128, 128, 3), and its caption."""
    rng = random.Random(seed)
    spec = sample_spec(rng, held_out=rng.random() < 0.1)
    moments = np.array(sorted(rng.uniform(0, 4) for _ in range(EACH)))
    frames = render(spec, seed, rng.choice(SHAPES), moments).frames
    small = [cv2.resize(frame, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for frame in frames]
    return np.stack(small), caption(spec, rng)


def main() -> None:
    """Draw the frames and write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--clips", type=int, default=1280)
    parser.add_argument("--seed", type=int, default=1_000_000)
    chosen = parser.parse_args()
    drawn = [draw(chosen.seed + number) for number in range(chosen.clips)]
    captions = json.dumps([text for _, text in drawn]).encode()
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        chosen.out,
        frames=np.stack([frames for frames, _ in drawn]),
        captions=np.frombuffer(captions, np.uint8),
    )


if __name__ == "__main__":
    main()
