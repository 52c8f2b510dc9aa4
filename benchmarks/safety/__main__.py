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

HEADER = "| figure | value | target | on |\n|---|---|---|---|"
START, END = "<!-- figures -->", "<!-- end of figures -->"


def _all(chosen: argparse.Namespace) -> Iterator[Figure]:
    if chosen.data and chosen.only != "pictures":
        yield from TextBenchmark(chosen.data, chosen.work).figures()
    if chosen.world and chosen.only != "text":
        yield from PictureBenchmark(chosen.world, chosen.generated).figures()


def _insert(path: Path, table: str) -> None:
    before, _, rest = path.read_text(encoding="utf-8").partition(START)
    _, _, after = rest.partition(END)
    path.write_text(f"{before}{START}\n\n{table}\n\n{END}{after}", encoding="utf-8")


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
    parser.add_argument("--write", type=Path, help="put the table between the marks of this file")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    lines = [f"Policy `{load_policy().version}`.\n", HEADER]
    print("\n".join(lines))
    figures = []
    for figure in _all(chosen):
        lines.append(f"| {figure.name} | {figure.value} | {figure.target} | {figure.on} |")
        print(lines[-1], flush=True)
        figures.append(asdict(figure))
    print(f"\n{NOT_MEASURED}")
    if chosen.write:
        _insert(chosen.write, "\n".join(lines))
    if chosen.json:
        chosen.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
