"""Measure how well the shipped model does what it is asked.

    python -m generation.embedded.evaluate --clips 100 --out benchmarks/generation/adherence.json

A classifier trained on renders (probe.py) judges generated clips before upscaling, from captions of
combinations seen in training and of combinations held out. Next to them stand its accuracy on
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

from generation.embedded.generator import EmbeddedGenerator, to_bytes
from generation.embedded.probe import Probe, accuracy, draw_examples, train_probe
from generation.embedded.sheets import contact_sheet, save_sheet
from generation.embedded.world.captions import full_caption
from generation.embedded.world.spec import Spec
from generation.request import GenerationRequest

_RENDER_SEED: Final = 80_000_000
_PROBE_SEED: Final = 60_000_000


@dataclass(frozen=True, slots=True)
class Generated:
    """Clips before upscaling (N,16,32,32,3), some as delivered, and the captions they answer."""

    base: NDArray[np.uint8]
    delivered: list[NDArray[np.uint8]]
    captions: list[str]


def generate(generator: EmbeddedGenerator, specs: list[Spec], keep: int) -> Generated:
    """One clip per spec, seeded by its number; the first `keep` are also kept as delivered."""
    base, delivered, captions = [], [], []
    for seed, spec in enumerate(specs):
        text = full_caption(spec, random.Random(seed))  # noqa: S311 - pictures, not secrets
        request = GenerationRequest(text, seed)
        base.append(to_bytes(generator.draw(request)))
        captions.append(text)
        if seed < keep:
            delivered.append(generator.generate(request).frames)
    return Generated(np.stack(base), delivered, captions)


def judge(examples: int, steps: int, kept: Path) -> Probe:
    """The classifier, trained on fresh renders or read from where it was kept."""
    if kept.exists():
        net = Probe()
        net.load_state_dict(torch.load(kept, weights_only=True))
        return net.eval()
    clips, specs = draw_examples(examples, _PROBE_SEED)
    net = train_probe(clips, specs, steps)
    kept.parent.mkdir(parents=True, exist_ok=True)
    torch.save(net.state_dict(), kept)
    return net


def evaluate(clips: int, probe: Probe, sheet: Path | None) -> dict[str, object]:
    """Adherence by attribute on seen and held-out combinations, with both yardsticks."""
    generator = EmbeddedGenerator.load()
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
    parser.add_argument("--judge", type=Path, default=Path("runs/judge.pt"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--sheet", type=Path, help="where to write contact sheets (PNG)")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/generation/adherence.json"))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    probe = judge(options.examples, options.steps, options.judge)
    result = evaluate(options.clips, probe, options.sheet)
    options.out.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))
