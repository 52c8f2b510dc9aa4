"""What is read of storyboards: by their owners, and by the pipeline."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Person
from accounts.sealing import unseal
from generation import GenerationRequest
from generation.storyboard import Storyboard as Board
from generation.storyboard import Transition
from jobs.models import Job
from storyboards.drafts import Draft
from storyboards.models import Storyboard
from studio.models import Shot


def storyboards_of(owner: Person) -> QuerySet[Storyboard]:
    """Newest first, with job and clip."""
    return Storyboard.objects.filter(owner=owner).select_related("job__clip")


def storyboard_of(owner: Person, storyboard_id: object) -> Storyboard | None:
    return storyboards_of(owner).filter(pk=storyboard_id).first()


def draft_of(storyboard: Storyboard) -> Draft:
    return Draft.from_json(unseal(storyboard.draft_sealed))


def shots_of(job_id: UUID) -> list[Shot]:
    """The shots of a job's storyboard in order; none if the job is a single shot."""
    return list(Shot.objects.filter(scene__storyboard__job=job_id).order_by("scene__position"))


def board_of(job: Job) -> Board | None:
    """What a job's storyboard asks for; None if the job is a single shot."""
    storyboard = Storyboard.objects.filter(job=job).first()
    if storyboard is None:
        return None
    draft = draft_of(storyboard)
    requests = tuple(
        GenerationRequest(
            prompt=unseal(shot.prompt_sealed),
            seed=shot.seed,
            aspect=shot.aspect,
            seconds=shot.seconds,
            style=shot.style or None,
        )
        for shot in shots_of(job.pk)
    )
    return Board(requests, Transition(draft.transition), requests[0].seed, draft.continuity)
