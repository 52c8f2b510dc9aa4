"""Any of diffusers' text-to-video pipelines as a Generator.

One adapter serves them all: a row of `FAMILIES` and the pipeline's own signature say how to call
it. Progress is taken from the scheduler's `step`, which every pipeline calls (step callbacks are
not offered by all of them). Noise comes from a CPU generator, so it is the same on every device.
"""

from __future__ import annotations

import hashlib
import importlib
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray

from generation.base import Limits, OnProgress, ignore_progress
from generation.errors import GenerationFailed, ModelUnavailable
from generation.families import FAMILIES, Family
from generation.output import GenerationOutput, ModelInfo, Progress, Understanding
from generation.request import MAX_SECONDS, MIN_SECONDS, Aspect, GenerationRequest
from generation.styles import STYLES, styled_prompt

_PICKLED: Final = (".bin", ".ckpt", ".pt", ".pth", ".pkl")


class DiffusersGenerator:
    """A loaded pipeline, whatever its family.

    Raises ModelUnavailable (generation.model-family) if the pipeline's class is not in `FAMILIES`.
    """

    def __init__(self, pipeline: Any, info: ModelInfo, family: Family | None = None) -> None:
        kind = type(pipeline).__name__
        if family is None and kind not in FAMILIES:
            raise ModelUnavailable(
                "generation.model-family",
                f"{kind} is not a text-to-video pipeline that is supported.",
                f"Choose a checkpoint for one of {', '.join(FAMILIES)}.",
            )
        self.info, self.family = info, family or FAMILIES[kind]
        self._pipeline = pipeline
        self._accepted = set(inspect.signature(pipeline.__call__).parameters)
        pipeline.set_progress_bar_config(disable=True)
        longest = self.family.most_frames / self.family.fps
        self.limits = Limits(
            aspects=tuple(Aspect),
            min_seconds=MIN_SECONDS,
            max_seconds=max(MIN_SECONDS, min(MAX_SECONDS, longest)),
            styles=tuple(STYLES),
            sizes={a: self.family.size(a) for a in Aspect},
            fps=self.family.fps,
        )

    def understand(self, prompt: str) -> Understanding:
        """These models have no fixed vocabulary: the whole prompt is taken as it stands."""
        return Understanding((prompt,), ())

    def generate(
        self, request: GenerationRequest, on_progress: OnProgress = ignore_progress
    ) -> GenerationOutput:
        """Make a clip; see `Generator.generate`.

        Out of memory, it tries once more with offloading and tiled decoding.

        Raises GenerationFailed with generation.out-of-memory if that is not enough.
        """
        self.limits.check(request)
        arguments = self._arguments(request)
        try:
            frames = self._run(arguments, request.seed, on_progress)
        except torch.OutOfMemoryError:
            frames = self._run_frugally(arguments, request.seed, on_progress)
        return GenerationOutput(
            frames=frames,
            fps=self.family.fps,
            model=self.info,
            understanding=self.understand(request.prompt),
            seed=request.seed,
            steps=self.family.steps,
        )

    def _arguments(self, request: GenerationRequest) -> dict[str, Any]:
        """What the pipeline is called with, of all that it may accept."""
        width, height = self.family.size(request.aspect)
        offered = {
            "prompt": styled_prompt(request.prompt, request.style),
            "width": width,
            "height": height,
            "num_frames": self.family.frames(request.seconds),
            "frame_rate": self.family.fps,
            "num_inference_steps": self.family.steps,
            "guidance_scale": self.family.guidance,
        }
        return {name: value for name, value in offered.items() if name in self._accepted}

    def _run(
        self, arguments: dict[str, Any], seed: int, on_progress: OnProgress
    ) -> NDArray[np.uint8]:
        generator = torch.Generator("cpu").manual_seed(seed)
        total = self.family.steps
        with (
            torch.inference_mode(),
            _watched(
                self._pipeline.scheduler, lambda n: Progress("drawing", n, total, None), on_progress
            ),
        ):
            made = self._pipeline(**arguments, generator=generator, output_type="np").frames[0]
        return (np.asarray(made) * 255).round().clip(0, 255).astype(np.uint8)

    def _run_frugally(
        self, arguments: dict[str, Any], seed: int, on_progress: OnProgress
    ) -> NDArray[np.uint8]:
        """The second attempt: weights wait in main memory, frames are decoded in tiles."""
        torch.cuda.empty_cache()
        self._pipeline.enable_model_cpu_offload()
        self._pipeline.vae.enable_tiling()
        try:
            return self._run(arguments, seed, on_progress)
        except torch.OutOfMemoryError as error:
            raise GenerationFailed(
                "generation.out-of-memory",
                "The graphics card has too little memory for this clip.",
                "Ask for a shorter clip, or choose a smaller model.",
                retryable=True,
            ) from error


@contextmanager
def _watched(
    scheduler: Any, progress: Callable[[int], Progress], on_progress: OnProgress
) -> Iterator[None]:
    """Report every `scheduler.step`; whatever `on_progress` raises ends the run there."""
    original, done = scheduler.step, 0

    def step(*positional: Any, **named: Any) -> Any:
        nonlocal done
        result = original(*positional, **named)
        done += 1
        on_progress(progress(done))
        return result

    scheduler.step = step
    try:
        yield
    finally:
        del scheduler.step


def _fault(code: str, message: str, advice: str) -> ModelUnavailable:
    return ModelUnavailable(f"generation.{code}", message, advice)


def _check_folder(folder: Path) -> list[Path]:
    """The checkpoint's weight files; refuses a missing checkpoint and any pickled one."""
    if not (folder / "model_index.json").is_file():
        raise _fault(
            "checkpoint-missing",
            f"There is no diffusers checkpoint in {folder.name or folder}.",
            "Download one in diffusers' layout and name its folder in the settings.",
        )
    weights = sorted(folder.rglob("*.safetensors"))
    pickled = [p.name for p in folder.rglob("*") if p.suffix in _PICKLED]
    if pickled or not weights:
        raise _fault(
            "checkpoint-pickled",
            "The checkpoint is not in safetensors; pickled weights can run code and are refused.",
            "Choose a checkpoint that has only safetensors files.",
        )
    return weights


def _digest(weights: list[Path]) -> str:
    digest = hashlib.sha256()
    for path in weights:
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def load_pipeline(folder: Path, licence: str = "see the checkpoint") -> DiffusersGenerator:
    """Load a local checkpoint in diffusers' layout: bfloat16 on a GPU, float32 otherwise.

    Raises ModelUnavailable: generation.checkpoint-missing, -pickled, -unreadable, or
    generation.model-family.
    """
    weights = _check_folder(folder)
    # Seconds to import, and only this path needs it; untyped.
    diffusers: Any = importlib.import_module("diffusers")
    gpu = torch.cuda.is_available()
    try:
        pipeline = diffusers.DiffusionPipeline.from_pretrained(
            str(folder),
            dtype=torch.bfloat16 if gpu else torch.float32,
            use_safetensors=True,
            local_files_only=True,
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RuntimeError) as error:
        raise _fault(
            "checkpoint-unreadable",
            "The checkpoint cannot be loaded: it is damaged or of another architecture.",
            "Download it again, or choose another.",
        ) from error
    info = ModelInfo(folder.name, folder.name, _digest(weights), licence, upscaled=False)
    return DiffusersGenerator(pipeline.to("cuda") if gpu else pipeline, info)
