"""What creators do."""

import secrets
from dataclasses import dataclass

import structlog
from django.db import transaction

from accounts.models import Person
from accounts.sealing import commitment, new_salt, seal, unseal
from audit import services as audit
from config.errors import UserFault
from generation import Aspect, GenerationError, GenerationRequest
from jobs import engines, pipeline, queue
from jobs.disk import require_space
from jobs.models import Job
from safety import SafetyVerdict
from studio.models import Shot

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ask:
    """What a person typed, before anybody looked at it. Without a seed, one is drawn."""

    prompt: str
    aspect: str = "1:1"
    seconds: str | float = 2.0
    seed: str | int | None = None
    style: str | None = None


def check(ask: Ask) -> GenerationRequest:
    """The request in this. Raises `UserFault` with the code of what is wrong."""
    request = _request(ask)
    limits = engines.generator().limits
    if request.aspect not in limits.aspects:
        raise _out_of_range("aspect", "This generator has no such format.")
    if not limits.min_seconds <= request.seconds <= limits.max_seconds:
        raise _out_of_range(
            "seconds",
            f"A clip lasts {limits.min_seconds:g} to {limits.max_seconds:g} seconds.",
        )
    if request.style is not None and request.style not in limits.styles:
        raise _out_of_range("style", "This generator has no such style.")
    return request


def preview_screening(text: str) -> SafetyVerdict:
    """What the prompt gate would say, before anything is spent. Nothing is stored."""
    return engines.prompt_gate().screen(text)


def submit(owner: Person, ask: Ask) -> Job:
    """Takes a shot and screens its prompt; the job is then queued, held or refused.

    Raises `UserFault` for what cannot be made, `SystemFault` when the disk is nearly full.
    """
    request = check(ask)
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
        lease = queue.claim(job.pk)
    if lease:  # should this process die now, a worker screens the prompt once the lease is over
        pipeline.run(lease)
    job.refresh_from_db()
    return job


def prompt_of(shot: Shot) -> str:
    """The prompt in the clear: for its author, for a moderator with the case, for the engines."""
    return unseal(shot.prompt_sealed)


def _request(ask: Ask) -> GenerationRequest:
    try:
        return GenerationRequest(
            prompt=ask.prompt.strip(),
            seed=_seed(ask.seed),
            aspect=_aspect(ask.aspect),
            seconds=_seconds(ask.seconds),
            style=ask.style or None,
        )
    except GenerationError as error:
        raise UserFault(error.code, error.message, error.advice) from None


def _seed(value: str | int | None) -> int:
    if value is None or value == "":
        return secrets.randbelow(2**32)
    try:
        return int(value)
    except ValueError:
        raise UserFault(
            "studio.seed-not-a-number",
            "The seed is not a whole number.",
            "Give a number from 0 to 4294967295, or leave it empty.",
        ) from None


def _aspect(value: str) -> Aspect:
    try:
        return Aspect(value)
    except ValueError:
        choices = ", ".join(aspect.value for aspect in Aspect)
        raise _out_of_range("aspect", f"The format must be one of {choices}.") from None


def _seconds(value: str | float) -> float:
    try:
        return float(value)
    except ValueError:
        raise _out_of_range("seconds", "The duration is not a number.") from None


def _out_of_range(field: str, message: str) -> UserFault:
    return UserFault(f"studio.{field}-out-of-range", message, "Choose one of those offered.")
