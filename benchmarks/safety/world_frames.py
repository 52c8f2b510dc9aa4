"""Frames of the drawn world for training and testing the picture classifier.

`python -m benchmarks.safety.world_frames --out runs/safety/world.npz` draws them with the renderer
of the embedded generator. Layout: `frames` (N, 128, 128, 3) uint8 RGB, squeezed to a square;
`captions` JSON as uint8.
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

SIDE = 128
SHAPES = ((128, 128), (128, 128), (168, 100), (100, 168))


def draw(seed: int) -> tuple[np.ndarray, str]:
    """One frame at a random moment of a random clip, and its caption."""
    rng = random.Random(seed)
    spec = sample_spec(rng, held_out=rng.random() < 0.1)
    moment = np.array([rng.uniform(0, 4)])
    frame = render(spec, seed, rng.choice(SHAPES), moment).frames[0]
    return cv2.resize(frame, (SIDE, SIDE), interpolation=cv2.INTER_AREA), caption(spec, rng)


def main() -> None:
    """Draw the frames and write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--frames", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=1_000_000)
    chosen = parser.parse_args()
    drawn = [draw(chosen.seed + number) for number in range(chosen.frames)]
    captions = json.dumps([text for _, text in drawn]).encode()
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        chosen.out,
        frames=np.stack([frame for frame, _ in drawn]),
        captions=np.frombuffer(captions, np.uint8),
    )


if __name__ == "__main__":
    main()
