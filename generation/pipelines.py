"""Any of diffusers' video pipelines as a Generator.

One adapter serves them all: a row of `FAMILIES`, a row of `SETTINGS` and the pipelines' own
signatures say how to call them. Pipelines that share a checkpoint's components (text to video and
redrawing, for instance) are made from the loaded one. Progress is taken from the scheduler's
`step`, which every pipeline calls (step callbacks are not offered by all of them). Noise comes from
a CPU generator, so it is the same on every device.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch

from generation.acceleration import accelerate, device_for, dtypes_for, place, relieve, tune
from generation.base import Limits, OnProgress, ignore_progress
from generation.checkpoints import (
    checked_weights,
    digest,
    family_name,
    read_checkpoint,
    unsupported,
)
from generation.conditions import Call, Start, encoded_clip, plan
from generation.errors import GenerationFailed, InvalidRequest
from generation.families import FAMILIES, FROM_TEXT, Family, Way, recognise
from generation.output import GenerationOutput, ModelInfo, Progress, Understanding
from generation.previews import Preview, estimate, fit_preview
from generation.references import Frames
from generation.request import MAX_SECONDS, MAX_SEED, MIN_SECONDS, Ability, GenerationRequest
from generation.settings import SETTINGS, Sampling, Settings, settings_for
from generation.styles import STYLES, styled_prompt

_CPU_ALLOCATOR: Final = "DefaultCPUAllocator"  # torch has no exception class for main memory


class DiffusersGenerator:
    """A loaded pipeline, whatever its family.

    `family` and `settings` stand in for the tables' rows; `folder` is where LoRAs are.

    Raises ModelUnavailable: generation.model-family if the pipeline belongs to no family,
    generation.device and generation.settings-unsupported if the settings cannot be applied.
    """

    def __init__(
        self, pipeline: Any, info: ModelInfo, family: Family | None = None,
        settings: Settings | None = None, folder: Path | None = None,
    ) -> None:  # fmt: skip
        kind = type(pipeline).__name__
        network = getattr(getattr(pipeline, "transformer", None), "config", {})
        name = recognise(kind, getattr(pipeline, "config", {}), network)
        if name is None:
            raise unsupported(kind)
        self.info, self.family = info, family or FAMILIES[name]
        self.settings = settings or SETTINGS[name]
        self.steps: int | None = None  # in place of both tiers' steps
        self._device = device_for(self.settings)
        accelerate(pipeline, self.settings, folder)
        self._sisters = _Sisters(pipeline, self.family, self.settings, self._device)
        self._preview: Preview | None = None
        self._fitted = False
        self.limits = self._limits()

    def _limits(self) -> Limits:
        longest = self.family.most_frames / self.family.fps
        sizes = self.family.sizes()
        return Limits(
            aspects=tuple(sizes),
            min_seconds=MIN_SECONDS,
            max_seconds=max(MIN_SECONDS, min(MAX_SECONDS, longest)),
            styles=tuple(STYLES),
            sizes=sizes,
            fps=self.family.fps,
            abilities=self._abilities(),
            required=self.family.required(),
        )

    def _abilities(self) -> frozenset[Ability]:
        found = self.family.abilities()
        guided = min(s.guidance for s in (self.settings.final, self.settings.draft)) > 1
        if guided and all(_takes_negative(self._sisters.get(way)) for way in self.family.ways):
            found |= {Ability.NEGATIVE}
        return found

    def understand(self, prompt: str) -> Understanding:
        """These models have no fixed vocabulary: the whole prompt is taken as it stands."""
        return Understanding((prompt,), ())

    def generate(
        self, request: GenerationRequest, on_progress: OnProgress = ignore_progress
    ) -> GenerationOutput:
        """Make a clip; see `Generator.generate`.

        Out of memory, it tries once more with offloading and tiled decoding. A loop without a first
        frame is drawn in two halves, the second leading from the first's end to its beginning.

        Raises:
            InvalidRequest: also generation.last-frame-alone, -loop-first-frame, -source-short.
            GenerationFailed: generation.out-of-memory if the second attempt fails too,
                generation.not-finite if the model's numbers overflow.
        """
        self.limits.check(request)
        sampling = self._sampling(request)
        start = Start(
            self.limits.sizes[request.aspect], request.seconds, request.first_frame,
            request.last_frame, request.continues, request.source, request.strength,
        )  # fmt: skip
        if not request.loop:
            frames, steps = self._make(start, request, sampling, on_progress)
        elif start.first is not None:
            closed = dataclasses.replace(start, last=start.first)
            frames, steps = self._make(closed, request, sampling, on_progress)
            frames = frames[:-1]
        else:
            frames, steps = self._loop(start, request, sampling, on_progress)
        return GenerationOutput(
            frames=frames, fps=self.family.fps, model=self.info,
            understanding=self.understand(request.prompt), seed=request.seed, steps=steps,
        )  # fmt: skip

    def _sampling(self, request: GenerationRequest) -> Sampling:
        sampling = self.settings.sampling(request.tier)
        return dataclasses.replace(sampling, steps=self.steps) if self.steps else sampling

    def _loop(
        self, start: Start, request: GenerationRequest, sampling: Sampling, on_progress: OnProgress
    ) -> tuple[Frames, int]:
        """Two halves that meet at both ends."""
        if not FROM_TEXT & set(self.family.ways):
            raise InvalidRequest(
                "generation.loop-first-frame",
                "This model makes loops only around a first frame.",
                "Add a first frame.",
            )
        total = 2 * sampling.steps
        there = dataclasses.replace(start, seconds=start.seconds / 2)
        out, _ = self._make(there, request, sampling, _part(on_progress, 0, total))
        back = dataclasses.replace(there, first=out[-1], last=out[0])
        another = dataclasses.replace(request, seed=(request.seed + 1) % (MAX_SEED + 1))
        home, _ = self._make(back, another, sampling, _part(on_progress, sampling.steps, total))
        return np.concatenate([out, home[1:-1]]), sampling.steps

    def _make(
        self, start: Start, request: GenerationRequest, sampling: Sampling, on_progress: OnProgress
    ) -> tuple[Frames, int]:
        """Run one call, twice if memory runs out. Returns the new frames and the steps taken."""
        call = plan(start, self.family)
        steps = max(1, min(int(sampling.steps * call.strength), sampling.steps))
        run = _Run(call, start.size, request, sampling, steps)
        try:
            made = self._run(run, on_progress)
        except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
            if not _is_out_of_memory(error):
                raise
            made = None  # tried again outside: here, the traceback keeps the tensors alive
        if made is None:
            made = self._run_relieved(run, on_progress)
        return made[call.known :], steps

    def _run_relieved(self, run: _Run, on_progress: OnProgress) -> Frames:
        """The second attempt; the generator stays frugal afterwards."""
        self._sisters.relieve()
        try:
            return self._run(run, on_progress)
        except (torch.OutOfMemoryError, MemoryError, RuntimeError) as error:
            if not _is_out_of_memory(error):
                raise
            raise GenerationFailed(
                "generation.out-of-memory",
                "There is too little memory for this clip.",
                "Ask for a shorter clip, or choose a smaller model.",
                retryable=True,
            ) from error

    def _run(self, run: _Run, on_progress: OnProgress) -> Frames:
        pipeline = self._sisters.placed(run.call.way)
        tune(pipeline, run.sampling)
        noise = torch.Generator("cpu").manual_seed(run.request.seed)
        try:
            with torch.inference_mode(), self._watched(pipeline, run, on_progress):
                arguments = self._arguments(pipeline, run, noise)
                made = pipeline(**arguments, generator=noise, output_type="np").frames[0]
        except BaseException:
            pipeline.maybe_free_model_hooks()  # a run that ends well does this itself
            raise
        return _bytes(np.asarray(made))

    def _arguments(self, pipeline: Any, run: _Run, noise: torch.Generator) -> dict[str, Any]:
        """What the pipeline is called with, of all that it may accept."""
        width, height = run.size
        offered = {
            "prompt": styled_prompt(run.request.prompt, run.request.style),
            "negative_prompt": run.request.negative or None,
            "width": width,
            "height": height,
            "num_frames": run.call.frames,
            "frame_rate": self.family.fps,
            "num_inference_steps": run.sampling.steps,
            "guidance_scale": run.sampling.guidance,
            "guidance_scale_2": run.sampling.second_guidance,
            **self.family.fixed,
            **run.call.arguments,
            **self._strength(pipeline, run, noise),
        }
        accepted = inspect.signature(pipeline.__call__).parameters
        return {n: value for n, value in offered.items() if n in accepted and value is not None}

    def _strength(self, pipeline: Any, run: _Run, noise: torch.Generator) -> dict[str, Any]:
        """How far a clip is redrawn; never less than one step, which pipelines cannot do."""
        if "video" not in run.call.arguments or run.call.way not in (Way.CLIP, Way.CONDITIONS):
            return {}
        least = min(1.0, 1.5 / run.sampling.steps)
        strength = max(run.call.strength, least) if run.steps == 1 else run.call.strength
        if run.call.way is Way.CLIP:
            return {"strength": strength}
        latents = encoded_clip(pipeline, run.call.arguments["video"], noise)
        return {"video": None, "latents": latents, "denoise_strength": strength}

    def _watched(self, pipeline: Any, run: _Run, on_progress: OnProgress) -> Any:
        preview = self._fitted_preview(pipeline)
        done = 0

        def report(sample: torch.Tensor, result: tuple[torch.Tensor, ...]) -> None:
            nonlocal done
            done += 1
            shown = None
            if preview:
                latents = estimate(pipeline.scheduler, sample, result, preview, run.size)
                shown = None if latents is None else preview.picture(latents)
            on_progress(Progress("drawing", done, run.steps, shown))

        return _reporting(pipeline.scheduler, report)

    def _fitted_preview(self, pipeline: Any) -> Preview | None:
        """Fitted at the first run, when the VAE is where it will be used."""
        if not self._fitted:
            self._preview, self._fitted = fit_preview(pipeline, self._device), True
        return self._preview


@dataclasses.dataclass(frozen=True, slots=True)
class _Run:
    """One call of a pipeline, with all that does not depend on which pipeline it is."""

    call: Call
    size: tuple[int, int]
    request: GenerationRequest
    sampling: Sampling
    steps: int


class _Sisters:
    """The pipelines that share one checkpoint's components, one for each way of asking."""

    def __init__(
        self, pipeline: Any, family: Family, settings: Settings, device: torch.device
    ) -> None:
        self._own, self._family = pipeline, family
        self._settings, self._device = settings, device
        self._made: dict[str, Any] = {type(pipeline).__name__: pipeline}
        self._placed: Any = None
        self._frugal = False
        pipeline.set_progress_bar_config(disable=True)

    def get(self, way: Way) -> Any:
        """The pipeline for a way of asking, made from the components if it is not the own one."""
        kind = self._family.ways[way]
        if kind not in self._made:
            self._made[kind] = _made_from(self._own, kind)
        return self._made[kind]

    def placed(self, way: Way) -> Any:
        """The same, with its weights where the settings want them."""
        pipeline = self.get(way)
        if pipeline is not self._placed:
            self._placed = pipeline  # first: what runs out of memory here is to be relieved
            self._put(pipeline)
        return pipeline

    def relieve(self) -> None:
        """Use less memory from now on."""
        self._frugal = True
        relieve(self._placed, self._settings, self._device)

    def _put(self, pipeline: Any) -> None:
        if self._frugal:
            relieve(pipeline, self._settings, self._device)
        else:
            place(pipeline, self._settings, self._device)


def _made_from(pipeline: Any, kind: str) -> Any:
    """A pipeline of another class that shares the components and configuration of a loaded one."""
    diffusers: Any = importlib.import_module("diffusers")
    wanted = getattr(diffusers, kind)
    known = {**pipeline.config, **pipeline.components}
    accepted = list(inspect.signature(wanted.__init__).parameters)[1:]
    sister = wanted(**{name: known[name] for name in accepted if name in known})
    sister.set_progress_bar_config(disable=True)
    return sister


def _takes_negative(pipeline: Any) -> bool:
    """Whether its call takes a negative prompt to guidance proper, not to a distilled scale."""
    accepted = inspect.signature(pipeline.__call__).parameters
    return "negative_prompt" in accepted and "true_cfg_scale" not in accepted


def _part(on_progress: OnProgress, done: int, total: int) -> OnProgress:
    """Reports of a part of the work as reports of the whole."""

    def report(progress: Progress) -> None:
        on_progress(dataclasses.replace(progress, step=done + progress.step, steps=total))

    return report


@contextmanager
def _reporting(
    scheduler: Any, report: Callable[[torch.Tensor, tuple[torch.Tensor, ...]], None]
) -> Iterator[None]:
    """Report what went into and came out of every `scheduler.step`; what it raises ends the run."""
    original = scheduler.step

    def step(*positional: Any, **named: Any) -> Any:
        result = original(*positional, **named)
        report(positional[2], result)
        return result

    scheduler.step = step
    try:
        yield
    finally:
        del scheduler.step


def _bytes(made: Any) -> Frames:
    """(T,H,W,3) in 0..1 as bytes."""
    if not np.isfinite(made).all():
        raise GenerationFailed(
            "generation.not-finite",
            "The model's numbers overflowed, so there is no picture.",
            "Run the model in bfloat16 or float32 (docs/models.md).",
        )
    return (made * 255).round().clip(0, 255).astype(np.uint8)  # type: ignore[no-any-return]


def _is_out_of_memory(error: BaseException) -> bool:
    kinds = (torch.OutOfMemoryError, MemoryError)
    return isinstance(error, kinds) or _CPU_ALLOCATOR in str(error)


def load_pipeline(folder: Path, licence: str = "see the checkpoint") -> DiffusersGenerator:
    """Load a local checkpoint in diffusers' layout, as the tables and its `kinemark.json` say.

    Raises ModelUnavailable: generation.checkpoint-missing, -checkpoint-pickled,
    -checkpoint-unreadable, -model-family, -device, -settings-invalid or -settings-unsupported.
    """
    weights = checked_weights(folder)
    settings = settings_for(family_name(folder), folder)
    pipeline = read_checkpoint(folder, dtypes_for(settings, device_for(settings)))
    info = ModelInfo(folder.name, folder.name, digest(weights), licence, upscaled=False)
    return DiffusersGenerator(pipeline, info, settings=settings, folder=folder)
