"""The watermark's figures: robustness, looks, false positives, forgery, speed.

python -m benchmarks.robustness            everything, about an hour of one core
python -m benchmarks.robustness --quick    few clips and attacks, a few minutes, writes nothing
python -m benchmarks.robustness --parts trials --clips 4 --attacks "H.264 CRF 42"
"""

from __future__ import annotations

import argparse
from dataclasses import asdict

import cv2

from benchmarks.robustness import forgery, nulls, speed
from benchmarks.robustness.attacks import QUICK, chosen
from benchmarks.robustness.clips import collection
from benchmarks.robustness.report import store, summary
from benchmarks.robustness.trials import Appearance, Trial, run

PARTS = ("speed", "trials", "statistics", "uploads", "forgery")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few clips and attacks, no report")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--set", dest="purpose", choices=("tuning", "reporting"),
                        default="reporting")  # fmt: skip
    parser.add_argument("--clips", type=int, default=0, help="only the first of the set")
    parser.add_argument("--attacks", nargs="+", default=(), help="names; all without")
    parser.add_argument("--uploads", type=int, default=1000, help="unmarked uploads to try")
    parser.add_argument("--minutes", type=float, default=10, help="CPU limit for these")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    keep = arguments.purpose == "reporting" and not arguments.quick
    scenes = collection(arguments.purpose)
    scenes = scenes[: arguments.clips or (4 if arguments.quick else len(scenes))]

    if "speed" in arguments.parts:
        _keep("speed", speed.measure(1), keep)
    if "trials" in arguments.parts:
        names = arguments.attacks or (QUICK if arguments.quick else ())
        results: list[Trial | Appearance] = []
        for result in run(scenes, chosen(names), seed=7):
            print(result, flush=True)
            if isinstance(result, Appearance):
                _keep_trials(results, keep)  # a long run leaves what it has seen so far
            results.append(result)
        _keep_trials(results, keep)
    if "statistics" in arguments.parts:
        _keep("statistics", nulls.statistics(10**5 if arguments.quick else 10**6, 3), keep)
    if "uploads" in arguments.parts:
        count = 10 if arguments.quick else arguments.uploads
        _keep("uploads", nulls.uploads(count, 4, arguments.minutes * 60), keep)
    if "forgery" in arguments.parts:
        _keep("copies", forgery.copies(scenes, 5), keep)
        _keep("wipes", forgery.wipes(scenes, 6), keep)


def _keep_trials(results: list[Trial | Appearance], keep: bool) -> None:
    trials = [asdict(result) for result in results if isinstance(result, Trial)]
    _keep("trials", trials if keep else summary(trials), keep)
    _keep("appearance", [asdict(r) for r in results if isinstance(r, Appearance)], keep)


def _keep(part: str, figures: object, keep: bool) -> None:
    if keep:
        store(part, figures)
    else:
        print(part, figures, flush=True)


main()
