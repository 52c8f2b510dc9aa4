"""What creators do."""

import secrets
from dataclasses import dataclass
from typing import Any, cast

from django.db import transaction

from accounts.models import Person
from accounts.sealing import commitment, new_salt, seal, unseal
from audit import services as audit
from config.errors import UserFault
from generation import Aspect, GenerationRequest, InvalidRequest
from jobs import engines, pipeline, queue
from jobs.disk import require_space
from jobs.models import Job
from safety import SafetyVerdict
from studio.models import Shot


@dataclass(frozen=True, slots=True)
class Ask:
    """What a person typed, before anybody looked at it. Without a seed, one is drawn."""

    prompt: str
    aspect: str = "1:1"
    seconds: str | float = 2.0
    seed: str | int | None = None
    style: str | None = None


def check(ask: Ask) -> GenerationRequest:
    """The request in this. Raises `UserFault` with the engine's code of what is wrong."""
    drawn = secrets.randbelow(2**32)
    try:
        request = GenerationRequest(
            prompt=ask.prompt,
            seed=drawn if ask.seed in (None, "") else _number(int, ask.seed),
            aspect=cast(Aspect, ask.aspect),  # the request itself says what is no aspect
            seconds=_number(float, ask.seconds),
            style=ask.style or None,
        )
        engines.generator().limits.check(request)
    except InvalidRequest as error:
        raise UserFault(error.code, error.message, error.advice) from None
    return request


def preview_screening(text: str) -> SafetyVerdict:
    """What the prompt gate would say, before anything is spent. Nothing is stored."""
    return engines.prompt_gate().screen(text)


def submit(owner: Person, ask: Ask) -> Job:
    """Takes a shot and screens its prompt; the job is then queued, held or refused.

    Raises `UserFault` for what cannot be made, `SystemFault` when the disk is nearly full.
    """
    job = place(owner, check(ask))
    if lease := queue.claim(job.pk):  # should this process die now, a worker screens the prompt
        pipeline.run(lease)
    job.refresh_from_db()
    return job


def place(owner: Person, request: GenerationRequest) -> Job:
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
        )
        job = Job.objects.create(shot=shot, owner=owner)
        audit.record("job.submitted", job, owner)
    return job


def prompt_of(shot: Shot) -> str:
    """The prompt in the clear: for its author, for a moderator with the case, for the engines."""
    return unseal(shot.prompt_sealed)


def _number(kind: type[int] | type[float], value: object) -> Any:
    """`value` as a number; what is none stays as it is, for the request to refuse it by name."""
    try:
        return kind(value)  # type: ignore[call-overload, arg-type]
    except (TypeError, ValueError):
        return value
