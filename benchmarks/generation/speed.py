"""Time and memory of one clip from the embedded model.

    python benchmarks/generation/speed.py --seconds 2 --threads 2

Prints JSON: seconds to load, to draw and to paint, longest step (the longest that a cancel can
take), and the process's peak memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from itertools import pairwise

import torch

from generation import GenerationRequest, Progress, load_generator


def measure(seconds: float) -> dict[str, float]:
    """Make one clip and time its parts."""
    began = time.perf_counter()
    generator = load_generator()
    loaded = time.perf_counter()
    marks: list[tuple[str, float]] = []

    def mark(progress: Progress) -> None:
        marks.append((progress.stage, time.perf_counter()))

    generator.generate(GenerationRequest("a red balloon rising", seconds=seconds), mark)
    finished = time.perf_counter()
    drawn = max(at for stage, at in marks if stage == "drawing")
    times = [loaded, *(at for stage, at in marks if stage == "drawing")]
    steps = [later - earlier for earlier, later in pairwise(times)]
    return {
        "load_s": loaded - began,
        "draw_s": drawn - loaded,
        "paint_s": finished - drawn,
        "total_s": finished - loaded,
        "longest_step_s": max(steps),
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(json.dumps({k: round(v, 3) for k, v in measure(options.seconds).items()}, indent=2))
