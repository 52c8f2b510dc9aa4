"""From a job to its frames: one shot, checked for quality and made again where it is poor."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from accounts.sealing import unseal
from generation import Aspect, GenerationOutput, GenerationRequest, Progress, Tier
from generation.quality import Checked, Checks, generate_checked
from jobs.work import Work


@dataclass(frozen=True, slots=True)
class Rendered:
    """Frames, and what `Job.generation` keeps of them."""

    frames: NDArray[np.uint8]
    found_out: dict[str, Any]


def render(work: Work) -> Rendered:
    """Makes the frames of a job. Raises `queue.Stop` and the generator's errors."""
    with work.timed("loading"):
        generator = work.engines.generator()
    with work.timed("rendering"):
        request = request_of(work)
        checked = generate_checked(generator, request, checks_for(request), partial(_report, work))
    quality = {"quality": quality_of(checked)}
    return Rendered(checked.output.frames, found_out(checked.output) | quality)


def request_of(work: Work) -> GenerationRequest:
    """What the generator is asked for."""
    shot = work.job.shot
    return GenerationRequest(
        prompt=unseal(shot.prompt_sealed),
        seed=shot.seed,
        aspect=Aspect(shot.aspect),
        seconds=shot.seconds,
        style=shot.style or None,
    )


def checks_for(request: GenerationRequest) -> Checks:
    """A draft is a quick look: what is wrong with it is said, but it is made only once."""
    return Checks(attempts=1 if request.tier is Tier.DRAFT else settings.RENDER_ATTEMPTS)


def found_out(output: GenerationOutput) -> dict[str, Any]:
    """What the clip's record and its manifest say of how it was made."""
    model = output.model
    return {
        "model": {
            "name": model.name,
            "version": model.version,
            "sha256": model.sha256,
            "licence": model.licence,
            "upscaled": model.upscaled,
        },
        "fps": output.fps,
        "seed": output.seed,
        "steps": output.steps,
        "created_at": datetime.now(UTC).isoformat(),
    }


def quality_of(checked: Checked) -> dict[str, Any]:
    """Every attempt with its card; `kept` is the one that became the clip."""
    attempts = [
        {
            "seed": attempt.seed,
            "card": attempt.card.as_dict(),
            "failures": [str(measure) for measure in attempt.failures],
        }
        for attempt in checked.attempts
    ]
    return {"attempts": attempts, "kept": checked.kept}


def _report(work: Work, progress: Progress) -> None:
    work.report(progress.stage, progress.step, progress.steps, progress.preview)
