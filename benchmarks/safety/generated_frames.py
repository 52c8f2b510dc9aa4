"""Frames that the embedded generator really made, for calibrating and testing the picture gate.

`python -m benchmarks.safety.generated_frames --out runs/safety/generated.npz --clips 300` renders
one-second clips from captions of its world. Layout: `frames` (N, F, 128, 128, 3) uint8 RGB,
squeezed to a square; `captions` JSON as uint8.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

import cv2
import numpy as np

from generation import Aspect, GenerationRequest, load_generator
from generation.embedded.world.captions import caption
from generation.embedded.world.spec import sample_spec

SIDE, KEPT = 128, 8


def main() -> None:
    """Render the clips and write their frames."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--clips", type=int, default=300)
    parser.add_argument("--seed", type=int, default=5_000_000)
    chosen = parser.parse_args()
    generator, kept, prompts = load_generator(), [], []
    for number in range(chosen.clips):
        rng = random.Random(chosen.seed + number)
        prompt = caption(sample_spec(rng), rng)
        aspect = rng.choice((Aspect.SQUARE, Aspect.SQUARE, Aspect.LANDSCAPE, Aspect.PORTRAIT))
        request = GenerationRequest(prompt, seed=chosen.seed + number, aspect=aspect, seconds=1.0)
        frames = generator.generate(request).frames
        picks = np.linspace(0, len(frames) - 1, KEPT).round().astype(int)
        kept.append(
            np.stack(
                [cv2.resize(frames[i], (SIDE, SIDE), interpolation=cv2.INTER_AREA) for i in picks]
            )
        )
        prompts.append(prompt)
        print(number, prompt, flush=True)
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez(
        chosen.out,
        frames=np.stack(kept),
        captions=np.frombuffer(json.dumps(prompts).encode(), np.uint8),
    )


if __name__ == "__main__":
    main()
