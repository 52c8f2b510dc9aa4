"""Who tells a right caption from a wrong one: the open_clip model, or the generator's own judge?

`python -m benchmarks.safety.adherence --clips 100` renders clips of combinations that neither was
trained on. A wrong caption is right but for one attribute; a pair is ranked well when the right one
scores higher. The quality card takes its prompt adherence from the better of the two (ADR 8).
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch

from generation.embedded.judging import JUDGED, adherence
from generation.embedded.vocabulary import values
from generation.embedded.weights import load_judge
from generation.embedded.world.captions import full_caption
from generation.embedded.world.render import render
from generation.embedded.world.spec import Spec, sample_spec
from safety.media.checkpoint import Encoder
from safety.media.drawn import FOLDER
from safety.media.sampling import squeeze
from safety.training.statistics import interval

FPS, SECONDS, SIDE, SEED = 8, 2, 128, 90_000_000
Scorer = Callable[[np.ndarray, str], float]


def scorers() -> dict[str, Scorer]:
    """How well a clip (16, 128, 128, 3) fits a caption, by each of the two."""
    encoder, judge = Encoder(FOLDER), load_judge()

    def clip_score(frames: np.ndarray, caption: str) -> float:
        seen = encoder.pictures(squeeze(frames[::4], encoder.side)).mean(0)
        return float(seen @ encoder.sentences([caption])[0])

    def judge_score(frames: np.ndarray, caption: str) -> float:
        return adherence(judge, frames, FPS, caption) or 0.0

    return {"open_clip model": clip_score, "judge": judge_score}


def wrong(spec: Spec, attribute: str, rng: random.Random) -> Spec:
    """The same with another value of one attribute."""
    others = [value for value in values(attribute) if value != getattr(spec, attribute)]
    return replace(spec, **{attribute: rng.choice(others)})


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=100)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    ways = scorers()
    ranked: dict[tuple[str, str], list[bool]] = {}
    for number in range(SEED, SEED + chosen.clips):
        rng = random.Random(number)
        spec = sample_spec(rng, held_out=True)
        moments = np.arange(FPS * SECONDS) / FPS
        frames = render(spec, number, (SIDE, SIDE), moments).frames
        right = full_caption(spec, rng)
        for attribute in JUDGED:
            other = full_caption(wrong(spec, attribute, rng), rng)
            for name, score in ways.items():
                better = score(frames, right) > score(frames, other)
                ranked.setdefault((name, attribute), []).append(better)
    print("| wrong in | open_clip model | judge |\n|---|---|---|")
    for attribute in JUDGED:
        shares = [ranked[name, attribute] for name in ways]
        told = " | ".join(interval(sum(each), len(each)).text for each in shares)
        print(f"| {attribute} | {told} |")


if __name__ == "__main__":
    main()
