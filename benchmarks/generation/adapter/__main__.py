"""What the adapter costs, and how soon a cancel takes effect: no GPU and no checkpoint needed.

    OMP_NUM_THREADS=1 python -m benchmarks.generation.adapter

Runs the tests' tiny pipelines. The overhead is the time that `generate` spends outside of the
pipeline's own call, and in its reports inside of it, against the rest of that call: on the tiny Wan
at 256×256 with previews, where a step takes about a fifth of a second; the share shrinks with a
real model's longer steps. Times are of this process's processor, so that a busy machine blurs them
little. Results go to results.json beside this file.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import torch
from diffusers import WanPipeline

from generation import Cancelled, GenerationRequest, Progress, pipelines
from generation.previews import Preview

_HERE = Path(__file__).parent
sys.path.insert(0, str(_HERE.parents[2] / "tests" / "generation"))
from tiny_generators import PICTURE, tiny  # noqa: E402
from tiny_pipelines import BUILDERS  # noqa: E402

CLIPS, STEPS, SIDE, FRAMES = 5, 10, 256, 17
_CHANNELS, _FACTOR = 16, 8  # of the tiny Wan's latents


def larger() -> Any:
    """The tiny Wan, asked for clips of 17 frames at 256×256 in 10 steps, with a preview of each.

    An untrained VAE has no honest preview: its map is put in by hand, to cost what a real one does.
    """
    generator = tiny("wan", steps=STEPS)
    generator.family = dataclasses.replace(
        generator.family, area=SIDE * SIDE, most_frames=FRAMES, fps=FRAMES
    )
    generator.limits = dataclasses.replace(
        generator.limits, sizes=generator.family.sizes(), fps=FRAMES
    )
    colours = np.zeros((_CHANNELS + 1, 3), np.float32)
    generator._preview = Preview(colours, _FACTOR, frames_first=False)
    generator._fitted = True
    return generator


class Clock:
    """Adds up the processor seconds of what it wraps."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def around(self, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same callable, timed."""

        @functools.wraps(work)
        def timed(*positional: Any, **named: Any) -> Any:
            began = time.process_time()
            try:
                return work(*positional, **named)
            finally:
                self.seconds += time.process_time() - began

        return timed


def overhead() -> dict[str, float]:
    """Processor seconds of a clip: the pipeline's own, and what the adapter adds to them."""
    whole, calls, reports = Clock(), Clock(), Clock()
    generator, reporting = larger(), pipelines._reporting
    generate = whole.around(generator.generate)
    request = GenerationRequest("a boat on a lake", seconds=1)
    generator.generate(request)  # the first clip also warms up
    with (
        mock.patch.object(WanPipeline, "__call__", calls.around(WanPipeline.__call__)),
        mock.patch.object(
            pipelines, "_reporting", lambda scheduler, report: reporting(
                scheduler, reports.around(report)
            ),
        ),
    ):  # fmt: skip
        for _ in range(CLIPS):
            generate(request)
    pipeline = calls.seconds - reports.seconds
    added = whole.seconds - pipeline
    return {
        "pipeline_s": pipeline / CLIPS, "adapter_adds_s": added / CLIPS,
        "overhead": added / pipeline,
    }  # fmt: skip


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
