"""From a job to its frames: one shot, or a storyboard of several, each checked for quality and
made again where it is poor."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from accounts.sealing import unseal
from generation import (
    Aspect,
    GenerationRequest,
    Generator,
    Limits,
    Progress,
    Tier,
    storyboard,
)
from generation.quality import Checks, generate_checked
from generation.storyboard import Storyboard
from jobs import building
from jobs.kept_shots import KeptShots, found_out, quality_of
from jobs.work import Work
from storyboards.selectors import board_of
from studio.models import Way

KEEP_SEED = frozenset({Way.TAKE, Way.LOOP})
"""Ways whose clips are compared with their parent; a retry draws another seed."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """Frames, and what `Job.generation` keeps of them."""

    frames: NDArray[np.uint8]
    found_out: dict[str, Any]


def render(work: Work) -> Rendered:
    """Makes the frames of a job. Raises `queue.Stop` and the generator's errors."""
    with work.timed("loading"):
        generator = work.engines.generator()
    board = board_of(work.job)
    with work.timed("rendering"):
        if board is not None:
            return _storyboard(work, generator, board)
        request = request_of(work, generator.limits)
        checks = checks_for(work, request)
        checked = generate_checked(generator, request, checks, partial(_report, work))
    frames, joined = building.delivered(work.job.shot, checked.output)
    quality = {"quality": quality_of(checked)}
    return Rendered(frames, found_out(checked.output) | joined | quality)


def _storyboard(work: Work, generator: Generator, board: Storyboard) -> Rendered:
    made = storyboard.render(
        generator,
        board,
        partial(_report, work),
        checks=checks_for(work, board.shots[0]),
        embed=work.engines.identity(),
        kept=KeptShots(work.workspace),
    )
    told = {
        "transition": board.transition.value,
        "cuts": list(made.cuts),
        "identity": made.identity,
        "shots": [{"seed": shot.output.seed, "quality": quality_of(shot)} for shot in made.shots],
    }
    first = found_out(made.shots[0].output)
    return Rendered(made.frames, first | {"seed": board.seed, "storyboard": told})


def request_of(work: Work, limits: Limits) -> GenerationRequest:
    """What the generator is asked for. Raises `UserFault` when what it starts from is gone."""
    shot = work.job.shot
    return GenerationRequest(
        prompt=unseal(shot.prompt_sealed),
        seed=shot.seed,
        aspect=Aspect(shot.aspect),
        seconds=shot.seconds,
        style=shot.style or None,
        tier=Tier(shot.tier),
        negative=unseal(shot.negative_sealed) if shot.negative_sealed else "",
        strength=shot.strength,
        loop=shot.loop,
        **building.references(shot, limits),
    )


def checks_for(work: Work, request: GenerationRequest) -> Checks:
    """A draft is a quick look, and another take must keep its seed: what is wrong with either is
    said, but it is made only once."""
    once = request.tier is Tier.DRAFT or work.job.shot.way in KEEP_SEED
    attempts = 1 if once else settings.RENDER_ATTEMPTS
    return Checks(attempts=attempts, judge=work.engines.judge())


def _report(work: Work, progress: Progress) -> None:
    work.report(progress.stage, progress.step, progress.steps, progress.preview)
