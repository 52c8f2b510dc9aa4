"""What pages read about a job. Whoever calls has already made sure that the person may see it."""

from pathlib import Path

from django.db.models import QuerySet

from jobs.lifecycle import WORKED_ON
from jobs.models import Job, State
from jobs.workspace import STRIP, Workspace


def queue_position(job: Job) -> int | None:
    """How many jobs are in front, 0 for the next one; None unless it is queued."""
    if job.state != State.QUEUED:
        return None
    return Job.objects.filter(state__in=WORKED_ON, created_at__lt=job.created_at).count()


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
