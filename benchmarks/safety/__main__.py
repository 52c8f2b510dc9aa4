"""`python -m benchmarks.safety --data DIR`: every figure of the safety engine.

`--data` is the folder with the text sets that MODEL_CARD.md lists. Calibration and test rows are
kept apart (`safety/training/corpus.py`). What cannot be measured here is said at the end.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import torch

from benchmarks.safety.pictures import PictureBenchmark
from benchmarks.safety.text import Figure, TextBenchmark
from safety import load_policy

NOT_MEASURED = """Not measured here, for want of the sets: T2VSafetyBench, XSTest, the OpenAI
moderation set, MultiJail. Recall of public figures and brands: any list of ours would only ask our
own gazetteer for its own names."""


def _all(chosen: argparse.Namespace) -> Iterator[Figure]:
    if chosen.data and chosen.only != "pictures":
        yield from TextBenchmark(chosen.data, chosen.work).figures()
    if chosen.world and chosen.only != "text":
        yield from PictureBenchmark(chosen.world, chosen.generated).figures()


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.safety",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, help="folder of the text sets")
    parser.add_argument("--world", type=Path, help="npz of rendered frames, for pictures")
    parser.add_argument("--generated", type=Path, help="npz of generated clips")
    parser.add_argument("--only", choices=("text", "pictures"))
    parser.add_argument("--work", type=Path, default=Path("runs/safety"))
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    print(f"policy {load_policy().version}\n")
    print("| figure | value | target | on |\n|---|---|---|---|")
    figures = []
    for figure in _all(chosen):
        print(f"| {figure.name} | {figure.value} | {figure.target} | {figure.on} |", flush=True)
        figures.append(asdict(figure))
    print(f"\n{NOT_MEASURED}")
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
