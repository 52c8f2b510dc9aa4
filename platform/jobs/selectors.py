"""What pages read about a job. Whoever calls has already made sure that the person may see it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from django.db.models import Count, Max, Min, QuerySet

from jobs.models import Job, State
from jobs.workspace import STRIP, Workspace

WAITING = (State.SCREENING, State.QUEUED)
BEGUN = (State.RENDERING, State.INSPECTING, State.MARKING)


def queue_position(job: Job) -> int | None:
    """How many jobs are in front, 0 for the next one; None unless it is queued.

    Counts as `jobs.queue.claim` chooses: for each of the creator's own earlier jobs everybody else
    has one turn, and one more where theirs comes before the creator's next.
    """
    if job.state != State.QUEUED:
        return None
    lines = _waiting_lines()
    mine = lines.pop(job.owner_id, None)
    if mine is None:
        return 0  # it has left the queue since it was read
    begun = Job.objects.filter(state__in=BEGUN).count()
    earlier = Job.objects.filter(
        state__in=WAITING, owner=job.owner_id, created_at__lt=job.created_at
    ).count()
    others = sum(min(each.jobs, earlier + (each.turn < mine.turn)) for each in lines.values())
    return begun + earlier + others


@dataclass(frozen=True, slots=True)
class _Line:
    """One person's waiting jobs; the smaller their `turn`, the sooner they are served."""

    jobs: int
    turn: tuple[datetime, datetime]


def _waiting_lines() -> dict[UUID, _Line]:
    waiting = Job.objects.filter(state__in=WAITING).order_by().values_list("owner")
    counted = {
        owner: (jobs, first)
        for owner, jobs, first in waiting.annotate(Count("pk"), Min("created_at"))
    }
    of_them = Job.objects.filter(owner__in=counted).order_by().values_list("owner")
    served = dict(of_them.annotate(Max("begun_at")))
    never = datetime.min.replace(tzinfo=UTC)
    return {
        owner: _Line(jobs, (served[owner] or never, first))
        for owner, (jobs, first) in counted.items()
    }


def preview(job: Job) -> Path | None:
    """The newest preview picture (JPEG), if there is one."""
    file = Workspace(job.pk).preview_file
    return file if file.exists() else None


def strip(job: Job) -> list[Path]:
    """Pictures (JPEG) spread evenly over a held clip, for its moderator."""
    folder = Workspace(job.pk).folder
    files = (folder / f"strip-{place}.jpg" for place in range(STRIP))
    return [file for file in files if file.exists()]


def faults() -> QuerySet[Job]:
    """Jobs that failed and were not tried again, newest first: for whoever runs the studio."""
    return Job.objects.filter(state=State.FAILED).order_by("-updated_at")
