"""The watermark's figures: robustness, looks, false positives, binding, search, peers, speed.

python -m benchmarks.robustness            everything, hours of one core; goes on where it stopped
python -m benchmarks.robustness --afresh   everything anew
python -m benchmarks.robustness --quick    few clips and attacks, a few minutes, writes nothing
python -m benchmarks.robustness --parts trials --clips 4 --attacks "H.264 CRF 42"
"""

from __future__ import annotations

import argparse
from dataclasses import asdict

import cv2

from benchmarks.robustness import binding, forgery, lookup, nulls, peers, speed
from benchmarks.robustness.clips import Scene, collection
from benchmarks.robustness.report import add, known_rows, store, summary
from benchmarks.robustness.suite import QUICK, chosen
from benchmarks.robustness.trials import Trial, run

PARTS = ("speed", "trials", "statistics", "uploads", "binding", "search", "peers", "forgery")


def main() -> None:
    arguments = _arguments()
    cv2.setNumThreads(1)
    keep = arguments.purpose == "reporting" and not arguments.quick
    scenes = collection(arguments.purpose)
    scenes = scenes[: arguments.clips or (4 if arguments.quick else len(scenes))]
    parts = arguments.parts

    if "speed" in parts:
        _keep("speed", speed.measure(1), keep)
    if "trials" in parts:
        names = arguments.attacks or (QUICK if arguments.quick else ())
        _trials(scenes, names, keep, afresh=arguments.afresh)
    if "statistics" in parts:
        _keep("statistics", nulls.statistics(10**5 if arguments.quick else 10**6, 3), keep)
    if "uploads" in parts:
        _uploads(10 if arguments.quick else arguments.uploads, arguments.minutes * 60, keep,
                 afresh=arguments.afresh)  # fmt: skip
    if "binding" in parts:
        groups, more = (1, 1) if arguments.quick else (arguments.landscapes, 8)
        figures = binding.measure(arguments.purpose, groups, more, 8)
        _keep("binding", figures, keep)
    if "search" in parts:
        pairs = binding.strangers(binding.alike(arguments.purpose, 2))
        foreign = [pair.motion for pair in pairs if pair.name == binding.SAME]
        found = lookup.measure(scenes, 2000 if arguments.quick else 10**5, 9)
        _keep("search", found | lookup.chance(foreign), keep)
    if "peers" in parts:
        _keep("peers", peers.measure(10), keep)
    if "forgery" in parts:
        many = 4 if arguments.quick else max(forgery.MANY) + 1
        _keep("forgery", forgery.measure(forgery.drawn(many), 5), keep)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few clips and attacks, no report")
    parser.add_argument("--afresh", action="store_true", help="forget what earlier runs found")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--set", dest="purpose", choices=("tuning", "reporting"),
                        default="reporting")  # fmt: skip
    parser.add_argument("--clips", type=int, default=0, help="only the first of the set")
    parser.add_argument("--attacks", nargs="+", default=(), help="names; all without")
    parser.add_argument("--uploads", type=int, default=20_000, help="unmarked uploads to try")
    parser.add_argument("--landscapes", type=int, default=8, help="of eight clips each, compared")
    parser.add_argument("--minutes", type=float, default=600, help="CPU limit for these")
    return parser.parse_args()


def _trials(scenes: list[Scene], names: list[str], keep: bool, *, afresh: bool) -> None:
    if keep and afresh:
        store("trials", [])
        store("appearance", [])
        store("note", "")
    earlier = known_rows("trials") if keep else []
    done = {(row["scene"], row["attack"]) for row in earlier}
    rows = []
    for result in run(scenes, chosen(names), 7, done):
        print(result, flush=True)
        row = asdict(result)
        rows.append(row)
        if not keep:
            continue
        if isinstance(result, Trial):
            add("trials", row, "scene", "attack")
        else:
            add("appearance", row, "scene")
    if not keep:
        print(summary([row for row in rows if "attack" in row]))


def _uploads(count: int, seconds: float, keep: bool, *, afresh: bool) -> None:
    """In portions, each kept: an interrupted run goes on where it stopped."""
    known = known_rows("uploads") if keep and not afresh else []
    for portion in nulls.uploads(count, 4, seconds, known):
        print({**portion, "scores": "…"}, flush=True)
        if keep:
            store("uploads", portion)


def _keep(part: str, figures: object, keep: bool) -> None:
    if keep:
        store(part, figures)
    print(part, figures, flush=True)


main()
