"""What people do to jobs."""

from django.db import transaction
from django.utils.timezone import now

from accounts.models import Person
from config.errors import Conflict, Forbidden
from jobs.disk import require_space
from jobs.lifecycle import TRANSITIONS, LostRace, move
from jobs.models import Job, State
from jobs.workspace import Workspace
from moderation.services import close_cases


def cancel(job: Job, by: Person) -> None:
    """Stops a job: at once if nobody works on it, within one step if somebody does.

    Raises `Forbidden` for other people's jobs and `Conflict` when there is nothing left to stop.
    """
    _require_owner(job, by)
    job.refresh_from_db()
    if State.CANCELLED not in TRANSITIONS[State(job.state)]:
        raise _too_late()
    if job.lease_until and job.lease_until > now():
        if not Job.objects.filter(pk=job.pk, token=job.token).update(cancel_requested=True):
            return cancel(job, by)  # it moved on between the look and the touch
        job.cancel_requested = True
        return None
    try:
        with transaction.atomic():
            move(job, State.CANCELLED, token=job.token, actor=by)
            close_cases(job)
    except LostRace:
        return cancel(job, by)
    Workspace(job.pk).discard()
    return None


def retry(job: Job, by: Person) -> None:
    """Queues a failed job again; frames that it already has are not rendered twice.

    Raises `Forbidden`, `Conflict` when trying again cannot help, `SystemFault` without space.
    """
    _require_owner(job, by)
    require_space()
    if not job.fault_retryable:
        raise _not_retryable()
    try:
        move(
            job,
            State.QUEUED,
            actor=by,
            cancel_requested=False,
            fault_code="",
            fault_message="",
            fault_advice="",
            fault_retryable=False,
        )
    except (LostRace, ValueError):
        raise _not_retryable() from None


def _require_owner(job: Job, person: Person) -> None:
    if job.owner_id != person.pk and not person.is_admin:
        raise Forbidden("jobs.not-yours", "This is not your job.", "Open one of your own.")


def _too_late() -> Conflict:
    return Conflict(
        "jobs.already-over", "This job is already over.", "There is nothing left to cancel."
    )


def _not_retryable() -> Conflict:
    return Conflict(
        "jobs.not-retryable",
        "Trying this job again cannot help.",
        "Ask for a new clip instead.",
    )
