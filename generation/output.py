"""What comes back while a clip is made, and when it is done."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Progress:
    """One step done: `step` of `steps` in `stage`; preview (h,w,3) RGB of what there is so far."""

    stage: str
    step: int
    steps: int
    preview: NDArray[np.uint8] | None


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Which model made a clip. `sha256` covers all its weights; `upscaled`: a learned upscaler drew
    the delivered size."""

    name: str
    version: str
    sha256: str
    licence: str
    upscaled: bool


@dataclass(frozen=True, slots=True)
class Understanding:
    """What of a prompt the model knows ("red balloon", "rising"), and which words it does not."""

    drawn: tuple[str, ...]
    unknown: tuple[str, ...]

    def __str__(self) -> str:
        known = ", ".join(self.drawn) or "nothing in particular"
        rest = f"; not known here: {', '.join(self.unknown)}" if self.unknown else ""
        return f"drawn: {known}{rest}"


@dataclass(frozen=True, slots=True)
class GenerationOutput:
    """A finished clip.

    Attributes:
        frames: (T,H,W,3) uint8 sRGB; H and W even.
        fps: frames per second.
        model: what made it.
        understanding: what of the prompt the model knows.
        seed, steps: with the request, all that is needed to make it again.
    """

    frames: NDArray[np.uint8]
    fps: int
    model: ModelInfo
    understanding: Understanding
    seed: int
    steps: int
