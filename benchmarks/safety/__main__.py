"""`python -m benchmarks.safety --data DIR`: every figure of the safety engine, in parts.

`--data` is the folder with the text sets that MODEL_CARD.md lists. Calibration and test rows are
kept apart (`safety/training/corpus.py`). Each part's figures are kept under `--work` with a digest
of the rules and models, so that a run that was broken off goes on where it was; `--again` measures
anew, `--only PART` one part alone. `--write` puts the tables of words, pictures and the whole
between their marks in a file; a table none of whose parts was measured stays as it is there.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

import torch

from benchmarks.safety import whole
from benchmarks.safety.figures import Figure
from benchmarks.safety.pictures import PictureBenchmark
from benchmarks.safety.text import PARTS, TextBenchmark
from safety import Policy, load_policy

HEADER = "| part | figure | value | target | | on |\n|---|---|---|---|---|---|"

GATES = {"words": ("prompt",), "pictures": ("media",), "whole": ("prompt", "media")}
"""Table -> how the names of the models begin that it depends on."""

Part = Callable[[], Iterator[Figure]]


def _tables(chosen: argparse.Namespace) -> dict[str, dict[str, Part]]:
    """Table -> its parts for which there is data; nothing is loaded before it is used."""
    text = cache(lambda: TextBenchmark(chosen.data, chosen.work))
    pictures = cache(lambda: PictureBenchmark(chosen.world, chosen.generated))
    words = {name: _late(measure, text) for name, measure in PARTS.items()}
    return {
        "words": words if chosen.data else {},
        "pictures": {
            "pictures": lambda: pictures().gate(),
            "elsewhere": lambda: pictures().elsewhere(),
            "picture-time": lambda: pictures().cost(),
            "banks": lambda: pictures().banks(),
        }
        if chosen.world
        else {},
        "whole": whole.PARTS,
    }


def _late(
    measure: Callable[[TextBenchmark], Iterator[Figure]], text: Callable[[], TextBenchmark]
) -> Part:
    return lambda: measure(text())


def _lines(name: str, measure: Part, kept: Path, again: bool) -> list[str]:
    """A part's lines of the table, measured now or kept from before."""
    if again or not kept.exists():
        lines = [_line(name, figure) for figure in measure()]
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(lines, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return _kept(kept)


def _kept(path: Path) -> list[str]:
    lines: list[str] = json.loads(path.read_text(encoding="utf-8"))
    return lines


def _line(part: str, figure: Figure) -> str:
    cells = (part, figure.name, figure.shown, figure.target, figure.met, figure.on)
    print(line := f"| {' | '.join(cells)} |", flush=True)
    return line


def _models(policy: Policy, table: str) -> dict[str, str]:
    """Models that a table depends on, with the first digits of their SHA-256."""
    models = policy.models.items()
    return {name: digest[:12] for name, digest in models if name.startswith(GATES[table])}


def _digest(policy: Policy, table: str) -> str:
    """Of everything that a table depends on but the code, 12 hexadecimal digits."""
    rules = policy.as_dict()
    shared = [rules[key] for key in ("prompt", "frames", "cannot_produce")]
    halves = {"words": shared[:1], "pictures": shared[1:], "whole": shared}
    told = json.dumps([halves[table], _models(policy, table)], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _insert(path: Path, table: str, lines: Sequence[str], policy: Policy) -> None:
    """Put ``lines`` between the marks of ``table``."""
    start, end = f"<!-- figures: {table} -->", f"<!-- end of figures: {table} -->"
    before, begun, rest = path.read_text(encoding="utf-8").partition(start)
    _, ended, after = rest.partition(end)
    if not (begun and ended):
        raise SystemExit(f"{path} has no place for {table}: {start} … {end}")
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    models = ", ".join(f"{name} `{digest}`" for name, digest in _models(policy, table).items())
    said = f"Policy `{policy.version}`, {models}; written {today}."
    inside = "\n".join([said, "", HEADER, *lines])
    path.write_text(f"{before}{start}\n\n{inside}\n\n{end}{after}", encoding="utf-8")


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.safety",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, help="folder of the text sets")
    parser.add_argument("--world", type=Path, help="npz of rendered frames, for pictures")
    parser.add_argument("--generated", type=Path, help="npz of generated clips")
    parser.add_argument("--only", action="append", help="one part alone; may be repeated")
    parser.add_argument("--again", action="store_true", help="measure what was kept anew")
    parser.add_argument("--work", type=Path, default=Path("runs/safety"))
    parser.add_argument("--write", type=Path, help="put the table between the marks of this file")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    policy = load_policy()
    for table, parts in _tables(chosen).items():
        lines = []
        folder = chosen.work / "figures" / _digest(policy, table)
        for name, measure in parts.items():
            kept = folder / f"{name}.json"
            if not chosen.only or name in chosen.only:
                lines += _lines(name, measure, kept, chosen.again)
            elif kept.exists():
                lines += _kept(kept)
        if chosen.write and lines:
            _insert(chosen.write, table, lines, policy)


if __name__ == "__main__":
    main()
