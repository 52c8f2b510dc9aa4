"""Do the shots of a storyboard show the same, and unrelated shots not?

    python -m benchmarks.generation.storyboards --boards 8

Each board follows one subject of the drawn world through four scenes, made exactly as the studio
makes it: one seed for all shots; with --carry-on each also starts from the end of the one before.
Identity is the mean cosine similarity over all pairs of shots; "unrelated" are pairs of shots of
different subjects from different boards. The same for renders of the world shows the best that the
measure allows.
Writes benchmarks/generation/storyboards.json.
"""

from __future__ import annotations

import argparse
import importlib
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generation import Ability, GenerationRequest, Generator, load_generator
from generation.embedded.world.captions import full_caption
from generation.embedded.world.render import render as draw
from generation.embedded.world.spec import SCENES, SUBJECTS, Spec, sample_spec
from generation.quality import Checks
from generation.storyboard import Embed, Storyboard, render

SEED, SHOTS, FPS, SIDE = 97_000_000, 4, 24, 256
Vector = NDArray[np.float64]


def boards(count: int) -> list[list[Spec]]:
    """One subject each, all different as long as there are enough; a new scene in every shot."""
    made = []
    for number in range(count):
        rng = random.Random(SEED + number)
        first = replace(sample_spec(rng), subject=SUBJECTS[number % len(SUBJECTS)])
        scenes = rng.sample([scene for scene in SCENES if scene != "space"], SHOTS)
        made.append([replace(first, scene=scene, camera="static") for scene in scenes])
    return made


def generated(
    generator: Generator, specs: Sequence[Spec], seed: int, seconds: float, embed: Embed,
    *, continuity: bool,
) -> list[Vector]:  # fmt: skip
    """What the shots of a storyboard show."""
    requests = tuple(
        GenerationRequest(full_caption(spec, random.Random(seed)), seconds=seconds)
        for spec in specs
    )
    made = render(
        generator, Storyboard(requests, seed=seed, continuity=continuity), checks=Checks(attempts=1)
    )
    return [_unit(embed(shot.output.frames)) for shot in made.shots]


def drawn(specs: Sequence[Spec], seed: int, seconds: float, embed: Embed) -> list[Vector]:
    """What renders of the same shots show."""
    times = np.arange(round(seconds * FPS)) / FPS
    return [_unit(embed(draw(spec, seed, (SIDE, SIDE), times).frames)) for spec in specs]


def compare(shown: list[list[Vector]], specs: list[list[Spec]]) -> dict[str, Any]:
    """Similarity within boards, and between shots of different subjects."""
    within = [
        float(np.mean([one @ other for one, other in combinations(board, 2)])) for board in shown
    ]
    unrelated = [
        float(one @ other)
        for a, b in combinations(range(len(shown)), 2)
        if specs[a][0].subject != specs[b][0].subject
        for one, other in zip(shown[a], shown[b], strict=True)
    ]
    return {
        "shots of one storyboard": round(float(np.mean(within)), 4),
        "lowest storyboard": round(min(within), 4),
        "unrelated shots": round(float(np.mean(unrelated)), 4),
    }


def _unit(vector: NDArray[np.float32]) -> Vector:
    wide = np.asarray(vector, np.float64)
    return wide / max(1e-12, float(np.linalg.norm(wide)))


def _named(name: str) -> Embed:
    module, attribute = name.split(":")
    found: Embed | None = getattr(importlib.import_module(module), attribute, None)
    if found is None:
        raise SystemExit(f"{name} does not exist, so identity cannot be measured.")
    return found


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generation.storyboards")
    parser.add_argument("--boards", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--model", default="embedded")
    parser.add_argument("--embed", default="generation.embedded:identity")
    parser.add_argument("--carry-on", action="store_true", help="each shot from the one before")
    parser.add_argument("--renders-only", action="store_true", help="only the ceiling")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    options = parser.parse_args()
    embed, specs = _named(options.embed), boards(options.boards)
    numbered = list(enumerate(specs))
    figures: dict[str, Any] = {
        "boards": options.boards,
        "shots": SHOTS,
        "measured by": options.embed,
    }
    drawn_shots = [drawn(board, SEED + n, options.seconds, embed) for n, board in numbered]
    figures["renders"] = compare(drawn_shots, specs)
    if not options.renders_only:
        generator = load_generator(options.model)
        made = [
            generated(generator, board, n, options.seconds, embed, continuity=options.carry_on)
            for n, board in numbered
        ]
        carries_on = generator.limits.abilities & {Ability.CONTINUE, Ability.FIRST_FRAME}
        figures |= {"generated": compare(made, specs), "carries on": sorted(carries_on)}
    text = json.dumps(figures, indent=2)
    options.out.write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
