"""What creators read: always their own, never anybody else's."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Person
from generation import Limits
from jobs import engines
from jobs.models import Job
from studio.models import Clip


def jobs_of(owner: Person) -> QuerySet[Job]:
    """Newest first, with shot and clip."""
    return Job.objects.filter(owner=owner).select_related("shot", "clip")


def job_of(owner: Person, job_id: UUID) -> Job | None:
    return jobs_of(owner).filter(pk=job_id).first()


def clips_of(owner: Person) -> QuerySet[Clip]:
    return Clip.objects.filter(owner=owner, taken_down_at=None).select_related("job__shot")


def clip_of(owner: Person, clip_id: UUID) -> Clip | None:
    return clips_of(owner).filter(pk=clip_id).first()


def limits() -> Limits:
    """What the generator can make: formats, durations, styles."""
    return engines.generator().limits
