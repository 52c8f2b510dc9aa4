"""The watermark's figures: robustness, looks, false positives, comparison, search, peers, speed.

python -m benchmarks.robustness            everything, hours of one core; goes on where it stopped
python -m benchmarks.robustness --afresh   everything anew
python -m benchmarks.robustness --quick    few clips and attacks, a few minutes, writes nothing
python -m benchmarks.robustness --parts trials --clips 4 --attacks "H.264 CRF 42"
python -m benchmarks.robustness --parts copies --copies 4000
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict

import cv2

from benchmarks.robustness import binding, copies, forgery, looks, lookup, nulls, peers, speed
from benchmarks.robustness.clips import Scene, collection
from benchmarks.robustness.report import (
    add,
    draw_plate,
    forget,
    known_rows,
    store,
    summary,
)
from benchmarks.robustness.suite import FEW, PROMISED, chosen
from benchmarks.robustness.trials import run

_PLATED = 4
"""Scenes whose looks are shown: generated, film, drawing, photograph."""
PARTS = ("looks", "speed", "trials", "sizes", "statistics", "uploads", "binding", "copies",
         "search", "peers", "forgery")  # fmt: skip


def main() -> None:
    arguments = _arguments()
    cv2.setNumThreads(1)
    quick, parts = arguments.quick, arguments.parts
    keep = arguments.purpose == "reporting" and not quick
    scenes = collection(arguments.purpose)
    usual = [scene for scene in scenes if not scene.other]
    usual = usual[: arguments.clips or (4 if quick else len(usual))]
    if keep and arguments.afresh:
        forget(parts)

    if "looks" in parts:
        _looks(usual, keep)
        if keep:
            draw_plate(looks.plate(usual[:_PLATED]))
    if "speed" in parts:
        _keep("speed", speed.measure(1), keep)
    if "trials" in parts:
        names = arguments.attacks or (FEW if quick else ())
        _trials("trials", usual, PROMISED if names == ["promised"] else names, keep)
    if "sizes" in parts:
        _trials("sizes", [scene for scene in scenes if scene.other], FEW, keep)
    if "statistics" in parts:
        _keep("statistics", nulls.statistics(10**5 if quick else 10**6, 3), keep)
    if "uploads" in parts:
        _uploads(10 if quick else arguments.uploads, arguments.minutes * 60, keep)
    if "binding" in parts:
        groups, more = (1, 1) if quick else (arguments.landscapes, 8)
        figures = binding.measure(arguments.purpose, groups, more, 8)
        _keep("binding", figures, keep)
    if "copies" in parts:
        _copies(arguments.purpose, 24 if quick else arguments.copies, keep)
    if "search" in parts:
        size, foreign = (1000, 10) if quick else (10**5, arguments.foreign)
        _keep("search", lookup.measure(usual, size, foreign), keep)
    if "peers" in parts:
        _keep("peers", peers.measure(10), keep)
    if "forgery" in parts:
        many = 4 if quick else max(forgery.MANY) + 1
        _keep("forgery", forgery.measure(forgery.drawn(many), 5), keep)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few clips and attacks, no report")
    parser.add_argument("--afresh", action="store_true",
                        help="forget what earlier runs found of these parts")  # fmt: skip
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--set", dest="purpose", choices=("tuning", "reporting"),
                        default="reporting")  # fmt: skip
    parser.add_argument("--clips", type=int, default=0, help="only the first of the set")
    parser.add_argument("--attacks", nargs="+", default=(), help="names; all without; `promised` "
                        "for those that the promised figures are made of")  # fmt: skip
    parser.add_argument("--uploads", type=int, default=20_000, help="unmarked uploads to try")
    parser.add_argument("--copies", type=int, default=4000, help="honest copies to compare, in "
                        "all; half a second of a core each, clip by clip, from where the last "
                        "run stopped; 3,840 without a fault show ≥ 99.9 %% (95 %%)")  # fmt: skip
    parser.add_argument("--landscapes", type=int, default=8, help="of eight clips each, compared")
    parser.add_argument("--foreign", type=int, default=300,
                        help="clips of the world looked for where they are not kept")  # fmt: skip
    parser.add_argument("--minutes", type=float, default=600, help="time limit for these")
    return parser.parse_args()


def _looks(scenes: Sequence[Scene], keep: bool) -> None:
    earlier = known_rows("looks") if keep else []
    for result in looks.measure(scenes, {row["scene"] for row in earlier}):
        print(result, flush=True)
        if keep:
            add("looks", asdict(result), "scene")


def _trials(part: str, scenes: Sequence[Scene], names: Sequence[str], keep: bool) -> None:
    earlier = known_rows(part) if keep else []
    done = {(row["scene"], row["attack"]) for row in earlier}
    rows = []
    for result in run(scenes, chosen(names), done):
        print(result, flush=True)
        rows.append(asdict(result))
        if keep:
            add(part, rows[-1], "scene", "attack")
    if not keep:
        print(summary(rows))


def _uploads(count: int, seconds: float, keep: bool) -> None:
    """In portions, each kept: an interrupted run goes on where it stopped."""
    known = known_rows("uploads") if keep else []
    for portion in nulls.uploads(count, 4, seconds, known):
        print({**portion, "scores": "…"}, flush=True)
        if keep:
            store("uploads", portion)


def _copies(purpose: str, count: int, keep: bool) -> None:
    """Clip by clip, each kept: an interrupted run goes on where it stopped."""
    known = known_rows("copies") if keep else []
    for figures in copies.measure(purpose, count, known):
        print({**figures, "rows": "…"}, flush=True)
        if keep:
            store("copies", figures)


def _keep(part: str, figures: object, keep: bool) -> None:
    if keep:
        store(part, figures)
    print(part, figures, flush=True)


main()
