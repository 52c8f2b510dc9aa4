"""What creators do."""

import secrets
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from django.db import transaction

from accounts.models import Person
from accounts.sealing import commitment, new_salt, seal, unseal
from audit import services as audit
from config.errors import UserFault
from generation import Aspect, GenerationRequest, InvalidRequest, Limits, Tier
from jobs import engines, pipeline, queue
from jobs.asking import screen_words
from jobs.disk import require_space
from jobs.models import Job
from rights.screening import settled, with_names
from safety import SafetyVerdict
from studio import origins
from studio.models import Clip, Shot, Way
from studio.origins import FROM_NOTHING, Origin

STAND_IN = np.zeros((64, 64, 3), np.uint8)
"""For references, which are loaded when the clip is made: a request must only know of them."""
MOST_VARIATIONS = 8


@dataclass(frozen=True, slots=True)
class Ask:
    """What a person typed, before anybody looked at it. Without a seed, one is drawn.

    `clip` and `picture` are keys of what the shot starts from, `way` is a value of `Way`.
    """

    prompt: str
    aspect: str = "1:1"
    seconds: str | float = 2.0
    seed: str | int | None = None
    style: str | None = None
    negative: str = ""
    tier: str = Tier.FINAL.value
    loop: str | bool = False
    strength: str | float = 0.6
    way: str = Way.NEW.value
    clip: str = ""
    picture: str = ""
    count: str | int = 1


def origin_of(owner: Person, ask: Ask) -> Origin:
    """What the shot starts from. Raises `UserFault` where it may not."""
    return origins.origin_of(owner, ask.way, ask.clip, ask.picture)


def check(ask: Ask, origin: Origin = FROM_NOTHING) -> GenerationRequest:
    """The request in this. Raises `UserFault` with the engine's code of what is wrong."""
    limits = engines.generator().limits
    drawn = secrets.randbelow(2**32)
    try:
        request = GenerationRequest(
            prompt=ask.prompt,
            seed=drawn if ask.seed in (None, "") else _number(int, ask.seed),
            aspect=cast(Aspect, ask.aspect),  # the request itself says what is no aspect
            seconds=_number(float, ask.seconds),
            style=ask.style or None,
            tier=cast(Tier, ask.tier),
            negative=ask.negative,
            strength=_number(float, ask.strength),
            loop=bool(ask.loop) or origin.way is Way.LOOP,
            first_frame=STAND_IN if origin.picture else None,
            continues=STAND_IN[None] if origin.way is Way.EXTEND else None,
            source=STAND_IN[None] if origin.way is Way.REMIX else None,
        )
        request = _as_parent(request, origin, limits)
        limits.check(request)
    except InvalidRequest as error:
        raise UserFault(error.code, error.message, error.advice) from None
    return request


def _as_parent(request: GenerationRequest, origin: Origin, limits: Limits) -> GenerationRequest:
    """What is made from a clip's frames has its shape; drawn again, its length as well."""
    if origin.parent is None or origin.way not in origins.FROM_FRAMES:
        return request
    aspect = Aspect(origin.parent.job.shot.aspect)
    if origin.way is Way.REMIX:
        return replace(request, aspect=aspect, seconds=remix_seconds(origin.parent, limits))
    if origin.parent.seconds + request.seconds > origins.MOST_SECONDS:
        raise UserFault(
            "studio.seconds-together",
            f"Together the clip would be longer than {origins.MOST_SECONDS:g} seconds.",
            "Carry it on by less.",
        )
    return replace(request, aspect=aspect)


def remix_seconds(parent: Clip, limits: Limits) -> float:
    """How much of a clip is drawn again: as much of its beginning as the model can make."""
    return min(max(parent.seconds, limits.min_seconds), limits.max_seconds)


def preview_screening(person: Person, text: str, negative: str = "") -> SafetyVerdict:
    """What the prompt gate would say to this person, before anything is spent. Nothing is
    stored."""
    gate = with_names(engines.prompt_gate())
    return settled(screen_words(gate, text, negative), person.pk)


def submit(owner: Person, ask: Ask) -> Job:
    """Takes a shot and screens its prompt; the job is then queued, held or refused.

    Raises `UserFault` for what cannot be made, `SystemFault` when the disk is nearly full.
    """
    origin = origin_of(owner, ask)
    job = place(owner, check(ask, origin), origin)
    if lease := queue.claim(job.pk):  # should this process die now, a worker screens the prompt
        pipeline.run(lease)
    job.refresh_from_db()
    return job


def submit_all(owner: Person, ask: Ask) -> list[Job]:
    """Takes a shot as often as it is asked for, each with a seed of its own but the first.

    Raises as `submit`, and `UserFault` "studio.count" for no number from 1 to 8.
    """
    times = count_of(ask)
    return [submit(owner, ask), *(submit(owner, replace(ask, seed=None)) for _ in range(1, times))]


def count_of(ask: Ask) -> int:
    """How many clips are asked for. Raises `UserFault` "studio.count"."""
    count = _number(int, ask.count)
    if not isinstance(count, int) or not 1 <= count <= MOST_VARIATIONS:
        raise UserFault(
            "studio.count",
            f"From 1 to {MOST_VARIATIONS} clips can be made at once.",
            "Choose such a number.",
        )
    return count


def place(owner: Person, request: GenerationRequest, origin: Origin = FROM_NOTHING) -> Job:
    """Writes down a shot and its job, whose prompt a worker will screen if nobody else does.

    Raises `SystemFault` when the disk is nearly full.
    """
    require_space()
    salt = new_salt()
    with transaction.atomic():
        shot = Shot.objects.create(
            owner=owner,
            prompt_sealed=seal(request.prompt),
            salt=salt,
            commitment=commitment(request.prompt, salt),
            aspect=request.aspect.value,
            seconds=request.seconds,
            seed=request.seed,
            style=request.style or "",
            tier=request.tier.value,
            negative_sealed=seal(request.negative) if request.negative else b"",
            loop=request.loop,
            strength=request.strength,
            way=origin.way,
            parent=origin.parent,
            picture=origin.picture,
        )
        job = Job.objects.create(shot=shot, owner=owner)
        audit.record("job.submitted", job, owner)
    return job


def prompt_of(shot: Shot) -> str:
    """The prompt in the clear: for its author, for a moderator with the case, for the engines."""
    return unseal(shot.prompt_sealed)


def negative_of(shot: Shot) -> str:
    """What should not be seen, for the same readers."""
    return unseal(shot.negative_sealed) if shot.negative_sealed else ""


def _number(kind: type[int] | type[float], value: object) -> Any:
    """`value` as a number; what is none stays as it is, for the request to refuse it by name."""
    try:
        return kind(value)  # type: ignore[call-overload, arg-type]
    except (TypeError, ValueError):
        return value
