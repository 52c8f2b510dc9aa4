"""Measure how well the shipped model does what it is asked.

    python -m generation.embedded.evaluate --clips 100 --out benchmarks/generation/adherence.json

The judge that ships, trained on renders only (judging.py), looks at generated clips, from captions
of combinations seen in training and of combinations held out. Next to them stand its accuracy on
renders (the best that could be) and with the captions shuffled (chance).
"""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from generation.embedded.generator import EmbeddedGenerator
from generation.embedded.judging import Shown, as_shown
from generation.embedded.sheets import contact_sheet, save_sheet
from generation.embedded.train_judge import accuracy, draw_examples
from generation.embedded.weights import load_judge
from generation.embedded.world.captions import full_caption
from generation.embedded.world.spec import Spec
from generation.request import GenerationRequest

_RENDER_SEED: Final = 80_000_000


@dataclass(frozen=True, slots=True)
class Generated:
    """Clips as the judge sees them, some as delivered, and the captions they answer."""

    shown: Shown
    delivered: list[NDArray[np.uint8]]
    captions: list[str]


def generate(generator: EmbeddedGenerator, specs: list[Spec], keep: int) -> Generated:
    """One clip per spec, seeded by its number; the first `keep` are also kept as delivered."""
    shown, delivered, captions = [], [], []
    for seed, spec in enumerate(specs):
        text = full_caption(spec, random.Random(seed))  # noqa: S311 - pictures, not secrets
        frames = generator.generate(GenerationRequest(text, seed)).frames
        shown.append(as_shown([frames]))
        captions.append(text)
        if seed < keep:
            delivered.append(frames)
    small, large = (np.concatenate([getattr(s, n) for s in shown]) for n in ("small", "large"))
    return Generated(Shown(small, large), delivered, captions)


def evaluate(clips: int, sheet: Path | None) -> dict[str, object]:
    """Adherence by attribute on seen and held-out combinations, with both yardsticks."""
    generator, judge = EmbeddedGenerator.load(), load_judge()
    figures: dict[str, object] = {"clips": clips, "model": generator.info.version}
    for name, held_out in (("seen", False), ("held_out", True)):
        renders, specs = draw_examples(clips, _RENDER_SEED, held_out=held_out)
        made = generate(generator, specs, keep=12)
        figures[name] = accuracy(judge, made.shown, specs)
        figures[f"{name}_renders"] = accuracy(judge, renders, specs)
        figures[f"{name}_shuffled"] = accuracy(judge, made.shown, specs[7:] + specs[:7])
        if sheet is not None:
            picture = contact_sheet(made.delivered, made.captions[:12])
            save_sheet(sheet.with_name(f"{sheet.stem}-{name}.png"), picture)
    return figures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clips", type=int, default=100, help="of each kind")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--sheet", type=Path, help="where to write contact sheets (PNG)")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/generation/adherence.json"))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    result = evaluate(options.clips, options.sheet)
    options.out.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))
