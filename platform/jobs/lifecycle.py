"""The states of a job and the one table of what may follow what.

Every transition is a conditional UPDATE: it moves exactly one row that is still in the state the
caller saw and still carries the caller's fencing token, or it says that the race was lost. The
event in the audit log is written in the same transaction.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils.timezone import now

from audit import services as audit
from jobs.models import Job, State

S = State
TRANSITIONS: Mapping[State, frozenset[State]] = {
    S.SCREENING: frozenset({S.REFUSED, S.HELD, S.QUEUED, S.FAILED, S.CANCELLED}),
    S.QUEUED: frozenset({S.RENDERING, S.FAILED, S.CANCELLED}),
    S.RENDERING: frozenset({S.INSPECTING, S.FAILED, S.CANCELLED}),
    S.INSPECTING: frozenset({S.REFUSED, S.HELD, S.MARKING, S.FAILED, S.CANCELLED}),
    S.HELD: frozenset({S.QUEUED, S.MARKING, S.REFUSED, S.CANCELLED}),
    S.MARKING: frozenset({S.PUBLISHED, S.FAILED, S.CANCELLED}),
    S.FAILED: frozenset({S.QUEUED}),  # tried again, on request
    S.REFUSED: frozenset(),
    S.CANCELLED: frozenset(),
    S.PUBLISHED: frozenset(),
}
"""A held job goes on where it stopped: with its prompt approved in the queue, with its frames
approved in marking."""

WORKED_ON = (S.SCREENING, S.QUEUED, S.RENDERING, S.INSPECTING, S.MARKING)
"""States in which something is to be done; with a live lease, somebody is at it."""

PAUSES = frozenset(State) - {S.RENDERING, S.INSPECTING, S.MARKING, S.SCREENING}
"""Entering one of these ends the lease: nobody works on a job in a queue or at rest."""


class LostRace(Exception):
    """Somebody else moved the job, or owns it now. Whoever lost must leave it alone."""


def move(
    job: Job,
    to: State,
    *,
    token: UUID | None = None,
    actor: models.Model | None = None,
    **changes: Any,
) -> None:
    """Moves `job` from the state it is in, as far as the caller knows, to `to`.

    `token` is the caller's lease, or None for a job that nobody works on. `changes` are further
    fields to write in the same breath; `job` is brought up to date with them.

    Raises `LostRace` when the row has moved on, and `ValueError` for what the table forbids.
    """
    came_from = State(job.state)
    if to not in TRANSITIONS[came_from]:
        raise ValueError(f"a job cannot go from {came_from} to {to}")
    changes |= {"state": to, "attempt": 1, "stage": "", "step": 0, "steps": 0, "updated_at": now()}
    if to in PAUSES:
        changes |= {"token": None, "lease_until": None, "attempt": 0}
    with transaction.atomic():
        row = Job.objects.filter(pk=job.pk, state=came_from, token=token)
        if to == S.PUBLISHED:
            row = row.filter(cancel_requested=False)
        if row.update(**changes) != 1:
            raise LostRace(f"{came_from} to {to}")
        code = {"code": str(changes["fault_code"])} if "fault_code" in changes else {}
        audit.record(f"job.{to}", job, actor, came_from=str(came_from), **code)
    for name, value in changes.items():
        setattr(job, name, value)
