"""The queue, as rows."""

from dataclasses import dataclass

from django.utils.timezone import now

from accounts.models import Person
from config.pages import Tag
from moderation import selectors
from moderation.models import Case
from studio.check import category_word, decision_tag


@dataclass(frozen=True, slots=True)
class Row:
    case: Case
    short: str
    why: str
    tag: Tag
    holder: str
    free: bool
    approved: bool
    """Whether the reader has approved it already, and somebody else must."""


def queue_rows(moderator: Person) -> list[Row]:
    """Everything that waits, oldest first, with what it waits for."""
    return [_row(case, moderator) for case in selectors.open_cases()]


def neighbours(case: Case) -> tuple[Case | None, Case | None]:
    """The cases before and after this one in the queue."""
    waiting = list(selectors.open_cases())
    if case not in waiting:
        return None, waiting[0] if waiting else None
    place = waiting.index(case)
    before = waiting[place - 1] if place else None
    return before, waiting[place + 1] if place + 1 < len(waiting) else None


def _row(case: Case, moderator: Person) -> Row:
    screening = case.job.screenings.filter(gate=case.gate).last()
    findings = screening.findings if screening else []
    claimed = bool(case.claimed_by and case.claim_until and case.claim_until > now())
    mine = claimed and case.claimed_by == moderator
    return Row(
        case=case,
        short=str(case.pk)[:8],
        why=category_word(findings[0]["category"]) if findings else "",
        tag=decision_tag(screening.decision if screening else "review"),
        holder="" if not claimed or mine else str(case.claimed_by),
        free=not claimed or mine,
        approved=case.first_by_id == moderator.pk,
    )
