"""What the adapter costs, and how soon a cancel takes effect: no GPU and no checkpoint needed.

    OMP_NUM_THREADS=1 python -m benchmarks.generation.adapter

Runs the tests' tiny pipelines. The overhead is measured on a Wan with larger clips, so that a step
takes about as long as it takes Python to prepare it on a GPU; a real model's steps take longer and
the share shrinks with them. Times are of this process's processor, so that a busy machine does not
blur them. Results go to results.json beside this file.
"""

from __future__ import annotations

import dataclasses
import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from generation import Cancelled, GenerationRequest, Progress

_HERE = Path(__file__).parent
sys.path.insert(0, str(_HERE.parents[2] / "tests" / "generation"))
from tiny_generators import PICTURE, tiny  # noqa: E402
from tiny_pipelines import BUILDERS, build  # noqa: E402

PAIRS, STEPS, SIDE, FRAMES = 7, 10, 256, 17


def larger() -> Any:
    """The tiny Wan, asked for clips of 17 frames at 256×256 in 10 steps."""
    generator = tiny("wan", steps=STEPS)
    generator.family = dataclasses.replace(
        generator.family, area=SIDE * SIDE, most_frames=FRAMES, fps=FRAMES
    )
    generator.limits = dataclasses.replace(
        generator.limits, sizes=generator.family.sizes(), fps=FRAMES
    )
    return generator


def processor_seconds(work: Callable[[], object]) -> float:
    """Processor time that some work takes."""
    began = time.process_time()
    work()
    return time.process_time() - began


def overhead() -> dict[str, float]:
    """Median processor seconds of a clip, directly and through the adapter, turn about."""
    generator, pipeline = larger(), build("wan")
    pipeline.set_progress_bar_config(disable=True)
    guidance = generator.settings.final.guidance

    def direct() -> None:
        with torch.inference_mode():
            pipeline(
                prompt="a boat on a lake", width=SIDE, height=SIDE, num_frames=FRAMES,
                num_inference_steps=STEPS, guidance_scale=guidance, output_type="np",
                generator=torch.Generator("cpu").manual_seed(0),
            )  # fmt: skip

    def adapted() -> None:
        generator.generate(GenerationRequest("a boat on a lake", seconds=1))

    direct(), adapted()  # the first call of each also warms up
    pairs = [(processor_seconds(direct), processor_seconds(adapted)) for _ in range(PAIRS)]
    alone, through = (statistics.median(times) for times in zip(*pairs, strict=True))
    share = statistics.median(b / a - 1 for a, b in pairs)
    return {"direct_s": alone, "adapter_s": through, "overhead": share}


def steps_after_cancel(name: str) -> int:
    """Scheduler steps that a pipeline still takes after the first one was answered by a cancel."""
    generator, taken = tiny(name, steps=4), 0
    required = generator.limits.required
    pictures = {"first_frame": PICTURE} if required else {}
    if "loop" in required:
        pictures["last_frame"] = PICTURE

    def cancel(progress: Progress) -> None:
        nonlocal taken
        taken = progress.step
        raise Cancelled

    request = GenerationRequest("a boat", aspect=generator.limits.aspects[0], seconds=1, **pictures)
    try:
        generator.generate(request, cancel)
    except Cancelled:
        return taken - 1
    raise AssertionError(f"{name} was not cancelled")


def main() -> None:
    """Measure, print, and keep the results."""
    torch.set_num_threads(1)
    after = {name: steps_after_cancel(name) for name in BUILDERS}
    results = {
        "overhead": {name: round(value, 4) for name, value in overhead().items()},
        "cancel": {"pipelines": len(after), "most_steps_after": max(after.values())},
    }
    text = json.dumps(results, indent=2)
    (_HERE / "results.json").write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
