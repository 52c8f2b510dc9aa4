"""What moderators read."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.timezone import now

from accounts.models import Person
from jobs.models import Screening
from moderation.models import Case, CaseState, Statement


def open_cases() -> QuerySet[Case]:
    """Everything that waits, oldest first."""
    return Case.objects.filter(state=CaseState.OPEN).select_related(
        "job__shot", "job__owner", "claimed_by"
    )


def free_cases(moderator: Person) -> QuerySet[Case]:
    """What this person may take now."""
    free = Q(claimed_by__isnull=True) | Q(claimed_by=moderator) | Q(claim_until__lt=now())
    return open_cases().filter(free)


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
    return Statement.objects.filter(job_id=job_id).first()
