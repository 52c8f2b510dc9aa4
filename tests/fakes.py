"""A generator for tests of everything around generation: quick, small, and stoppable.

It is named by `KINEMARK_GENERATOR=tests.fakes:SmallGenerator`, as any other generator would be.
"""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from django.conf import settings

from generation import (
    Ability,
    Aspect,
    GenerationOutput,
    GenerationRequest,
    Limits,
    ModelInfo,
    Progress,
    Understanding,
)
from generation.references import fit

SIDE, FPS, STEPS = 256, 24, 4


class SmallGenerator:
    """Drifting clouds. While $KINEMARK_HOME/pause exists, it stays in the middle of a rendering;
    while `pause-from-2` does, in the middle of any but the first.

    `rendered` in the same folder gets one line for each rendering that was begun.
    """

    info = ModelInfo("small", "1", "0" * 64, "Apache-2.0", upscaled=False)
    limits = Limits(
        aspects=tuple(Aspect),
        min_seconds=1.0,
        max_seconds=8.0,
        styles=(),
        sizes=dict.fromkeys(Aspect, (SIDE, SIDE)),
        fps=FPS,
    )

    def understand(self, prompt: str) -> Understanding:
        return Understanding(drawn=(), unknown=())

    def generate(
        self,
        request: GenerationRequest,
        on_progress: Callable[[Progress], None] = lambda progress: None,
    ) -> GenerationOutput:
        with (settings.KINEMARK_HOME / "rendered").open("a") as file:
            file.write(f"{request.seed}\n")
        frames = self.draw(request)
        for step in range(1, STEPS + 1):
            on_progress(Progress("denoising", step, STEPS, frames[0]))
            while step == 2 and _paused():
                on_progress(Progress("denoising", step, STEPS, None))
                time.sleep(0.01)
        return GenerationOutput(
            frames, FPS, self.info, self.understand(request.prompt), request.seed, STEPS
        )

    def draw(self, request: GenerationRequest) -> np.ndarray:
        return _clouds(request.seed, round(request.seconds * FPS))


class AbleGenerator(SmallGenerator):
    """Can start from everything: its clouds drift on over what it is given."""

    limits = replace(
        SmallGenerator.limits, abilities=frozenset(Ability), styles=("cartoon", "neon")
    )

    def draw(self, request: GenerationRequest) -> np.ndarray:
        self.limits.check(request)
        count = round(request.seconds * FPS)
        if request.source is not None:
            given = fit(request.source, (SIDE, SIDE))[:count]
            return given // 2 + _clouds(request.seed, len(given)) // 2
        start = request.continues[-1] if request.continues is not None else request.first_frame
        if start is None:
            return _clouds(request.seed, count)
        picture = fit(start, (SIDE, SIDE))
        return np.stack([np.roll(picture, 2 * index, axis=1) for index in range(count)])


def _paused() -> bool:
    home = settings.KINEMARK_HOME
    if (home / "pause-from-2").exists():
        return len((home / "rendered").read_text().splitlines()) >= 2
    return (home / "pause").exists()


def _clouds(seed: int, count: int) -> np.ndarray:
    """(count, SIDE, SIDE, 3) frames of a soft random texture that moves two pixels a frame."""
    noise = np.random.default_rng(seed).normal(size=(SIDE, SIDE, 3))
    waves = np.fft.fftfreq(SIDE)
    falloff = 1 / (0.02 + np.hypot(waves[:, None], waves[None, :]))[..., None]
    texture = np.fft.ifft2(np.fft.fft2(noise, axes=(0, 1)) * falloff, axes=(0, 1)).real
    picture = np.clip(128 + 40 * texture / texture.std(), 0, 255).astype(np.uint8)
    return np.stack([np.roll(picture, 2 * index, axis=1) for index in range(count)])
