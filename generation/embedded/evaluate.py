"""Measure how well the shipped model does what it is asked.

    python -m generation.embedded.evaluate --clips 100 --out benchmarks/generation/adherence.json

A classifier trained on renders (probe.py) judges clips generated through the whole generator, from
captions of combinations seen in training and of combinations held out. Next to them stand its
accuracy on renders (the best that could be) and with the captions shuffled (chance).
"""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from generation.embedded.generator import EmbeddedGenerator
from generation.embedded.probe import Probe, accuracy, draw_examples, train_probe
from generation.embedded.refiner import TIME
from generation.embedded.sheets import contact_sheet, save_sheet
from generation.embedded.world.captions import full_caption
from generation.embedded.world.spec import Spec
from generation.output import GenerationOutput
from generation.request import GenerationRequest

_RENDER_SEED: Final = 80_000_000
_PROBE_SEED: Final = 60_000_000


@dataclass(frozen=True, slots=True)
class Generated:
    """Clips at base size (N,16,32,32,3), some as delivered, and the captions they answer."""

    base: NDArray[np.uint8]
    delivered: list[NDArray[np.uint8]]
    captions: list[str]


def to_base(output: GenerationOutput) -> NDArray[np.uint8]:
    """What the judge sees of a delivered clip: each third frame, averaged down to 32×32."""
    frames = output.frames[::TIME]
    return np.stack([cv2.resize(f, (32, 32), interpolation=cv2.INTER_AREA) for f in frames]).astype(
        np.uint8, copy=False
    )


def generate(generator: EmbeddedGenerator, specs: list[Spec], keep: int) -> Generated:
    """One clip per spec, seeded by its number; the first `keep` are also kept as delivered."""
    base, delivered, captions = [], [], []
    for seed, spec in enumerate(specs):
        text = full_caption(spec, random.Random(seed))  # noqa: S311 - pictures, not secrets
        output = generator.generate(GenerationRequest(text, seed))
        base.append(to_base(output))
        captions.append(text)
        if seed < keep:
            delivered.append(output.frames[:: TIME * 2])
    return Generated(np.stack(base), delivered, captions)


def judge(examples: int, steps: int) -> Probe:
    """The classifier, trained on fresh renders."""
    clips, specs = draw_examples(examples, _PROBE_SEED)
    return train_probe(clips, specs, steps)


def evaluate(clips: int, examples: int, steps: int, sheet: Path | None) -> dict[str, object]:
    """Adherence by attribute on seen and held-out combinations, with both yardsticks."""
    generator, probe = EmbeddedGenerator.load(), judge(examples, steps)
    figures: dict[str, object] = {"clips": clips, "model": generator.info.version}
    for name, held_out in (("seen", False), ("held_out", True)):
        renders, specs = draw_examples(clips, _RENDER_SEED, held_out=held_out)
        made = generate(generator, specs, keep=12)
        figures[name] = accuracy(probe, made.base, specs)
        figures[f"{name}_renders"] = accuracy(probe, renders, specs)
        figures[f"{name}_shuffled"] = accuracy(probe, made.base, specs[7:] + specs[:7])
        if sheet is not None:
            picture = contact_sheet(made.delivered, made.captions[:12])
            save_sheet(sheet.with_name(f"{sheet.stem}-{name}.png"), picture)
    return figures


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--clips", type=int, default=100, help="of each kind")
    parser.add_argument("--examples", type=int, default=4000, help="renders to train the judge on")
    parser.add_argument("--steps", type=int, default=600, help="training steps of the judge")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--sheet", type=Path, help="where to write contact sheets (PNG)")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/generation/adherence.json"))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    result = evaluate(options.clips, options.examples, options.steps, options.sheet)
    options.out.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))
