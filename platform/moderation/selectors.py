"""What moderators read."""

import re
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.timezone import now

from accounts.models import Person
from jobs.models import Screening
from moderation.models import Case, CaseState, Statement, Takedown
from studio.models import Clip

_KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_MARK = re.compile(r"\b[0-9a-f]{12}\b", re.IGNORECASE)


def open_cases() -> QuerySet[Case]:
    """Everything that waits, oldest first."""
    return Case.objects.filter(state=CaseState.OPEN).select_related(
        "job__shot", "job__owner", "claimed_by"
    )


def free_cases(moderator: Person) -> QuerySet[Case]:
    """What this person may take now."""
    free = Q(claimed_by__isnull=True) | Q(claimed_by=moderator) | Q(claim_until__lt=now())
    return open_cases().filter(free).exclude(first_by=moderator)


def next_case(moderator: Person, after: Case | None = None) -> Case | None:
    """The oldest case that this person may take, other than `after`."""
    waiting = free_cases(moderator)
    return (waiting.exclude(pk=after.pk) if after else waiting).first()


def case_for(moderator: Person, case_id: UUID) -> Case | None:
    """One case with all that belongs to it; None for people who may not see it."""
    if not moderator.may_review:
        return None
    return (
        Case.objects.filter(pk=case_id)
        .select_related("job__shot", "job__owner", "claimed_by", "decision")
        .first()
    )


def screenings(case: Case) -> QuerySet[Screening]:
    """The evidence: what each gate said about the job, newest first."""
    return case.job.screenings.order_by("-created_at")


def decided_cases() -> QuerySet[Case]:
    return (
        Case.objects.filter(state=CaseState.DECIDED)
        .select_related("job__shot", "decision__moderator")
        .order_by("-decided_at")
    )


def decided_about(owner_id: UUID, other_than: Case) -> QuerySet[Case]:
    """What was decided before about the same creator, newest first."""
    return decided_cases().filter(job__owner_id=owner_id).exclude(pk=other_than.pk)


def statement_of(job_id: UUID) -> Statement | None:
    """What its creator was told last, as long as it holds."""
    told = Statement.objects.filter(job_id=job_id)
    return told.exclude(takedown__lifted_at__isnull=False).first()


def clips(named: str = "") -> QuerySet[Clip]:
    """Everything that was ever published, newest first; or the clip that a text names by its
    address, its key or its mark ID."""
    every = Clip.objects.select_related("owner", "job__shot")
    if not named.strip():
        return every
    if key := _KEY.search(named):
        return every.filter(Q(pk=key[0]) | Q(job_id=key[0]))
    mark = _MARK.search(named)
    return every.filter(mark_id=int(mark[0], 16)) if mark else every.none()


def grounds(clip: Clip) -> QuerySet[Takedown]:
    """Why a clip is down, or was, oldest first."""
    return clip.takedowns.select_related("by", "cause__clip", "statement")
