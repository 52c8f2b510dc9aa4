"""Cases: opened by a gate, claimed by one person at a time, decided once."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import now

from accounts.models import Person
from audit import services as audit
from config.errors import Conflict, Forbidden, UserFault
from jobs.lifecycle import LostRace, move
from jobs.models import Gate, Job, State
from moderation.models import Case, CaseState, Decision, Outcome, Reason, Statement

REDRESS = (
    "You may write to whoever runs this studio and ask a person to look at it again, "
    "within six months. You may also turn to an out-of-court dispute body or a court."
)
FACTS = {
    Gate.PROMPT: "What you asked for was looked at before anything was rendered.",
    Gate.MEDIA: "The rendered frames were looked at before anything was published.",
}


def open_case(
    job: Job, gate: Gate, queue: str = "general", *, second_reviewer: bool = False
) -> Case:
    """Puts a held job before the moderators, in the transaction that holds it."""
    case = Case.objects.create(
        job=job, gate=gate, queue=queue[:40], second_reviewer=second_reviewer
    )
    audit.record("case.opened", case, gate=str(gate), job=str(job.pk))
    return case


def claim(case: Case, moderator: Person) -> Case:
    """Takes a case for `settings.CLAIM_MINUTES`; claiming one's own case again prolongs it.

    Raises `Forbidden`, or `Conflict` when somebody else has it, it is decided, or this person
    approved it already and another one must.
    """
    require_moderator(moderator)
    _require_another(case, moderator)
    free = Q(claimed_by__isnull=True) | Q(claimed_by=moderator) | Q(claim_until__lt=now())
    until = now() + timedelta(minutes=settings.CLAIM_MINUTES)
    with transaction.atomic():
        row = Case.objects.filter(free, pk=case.pk, state=CaseState.OPEN)
        if row.update(claimed_by=moderator, claim_until=until) != 1:
            raise Conflict(
                "moderation.case-taken",
                "Somebody else is looking at this case, or it is decided.",
                "Take the next case.",
            )
        audit.record("case.claimed", case, moderator)
    case.refresh_from_db()
    return case


def release_claim(case: Case, moderator: Person) -> None:
    """Lets others have the case; does nothing if it was not this person's."""
    with transaction.atomic():
        row = Case.objects.filter(pk=case.pk, state=CaseState.OPEN, claimed_by=moderator)
        if row.update(claimed_by=None, claim_until=None):
            audit.record("case.released", case, moderator)


def approve(case: Case, moderator: Person, note: str = "") -> Decision | None:
    """The job goes on where it stopped: to the queue, or to marking with the frames it has. None
    where the policy wants a second person, whom the case then waits for.

    Raises `Forbidden`, or `Conflict` when the claim has expired or the case is decided.
    """
    case.refresh_from_db()
    if case.second_reviewer and case.first_by_id is None:
        return _approve_first(case, moderator, note)
    _require_another(case, moderator)
    with transaction.atomic():
        decision = _decide(case, moderator, Outcome.APPROVE, Reason.WITHIN_POLICY, note)
        if case.gate == Gate.PROMPT:
            _move(case.job, State.QUEUED, moderator, approved_prompt=True)
        else:
            _move(case.job, State.MARKING, moderator, approved_media=True)
    return decision


def reject(case: Case, moderator: Person, reason: str, note: str = "") -> Decision:
    """The job ends, and its creator gets a statement of reasons.

    Raises `Forbidden`; `UserFault` for a reason that is no ground to reject; `Conflict` when the
    claim has expired or the case is decided.
    """
    if reason not in Reason.values or reason == Reason.WITHIN_POLICY:
        raise UserFault(
            "moderation.reason-missing",
            "A rejection needs its reason.",
            "Choose the part of the policy that the job goes against.",
        )
    with transaction.atomic():
        decision = _decide(case, moderator, Outcome.REJECT, Reason(reason), note)
        _move(case.job, State.REFUSED, moderator)
        state_reasons(case.job, Gate(case.gate), str(Reason(reason).label), automated=False)
    return decision


def state_reasons(job: Job, gate: Gate, ground: str, *, automated: bool) -> Statement:
    """Writes down what the creator of a refused job is told."""
    by = "A program decided this." if automated else "A person decided this."
    return Statement.objects.create(
        job=job,
        facts=f"{FACTS[gate]} {by}",
        ground=ground[:200],
        automated=automated,
        redress=REDRESS,
    )


def close_cases(job: Job) -> None:
    """Ends what is still open about a job that its creator cancelled."""
    open_cases = Case.objects.filter(job=job, state=CaseState.OPEN)
    open_cases.update(state=CaseState.CLOSED, decided_at=now())


def _approve_first(case: Case, moderator: Person, note: str) -> None:
    require_moderator(moderator)
    with transaction.atomic():
        freed = {"claimed_by": None, "claim_until": None}
        if _held_by(case, moderator).update(first_by=moderator, first_note=note, **freed) != 1:
            raise _claim_lost()
        audit.record("case.first-approval", case, moderator, job=str(case.job_id))


def _require_another(case: Case, moderator: Person) -> None:
    if Case.objects.filter(pk=case.pk, first_by=moderator).exists():
        raise Conflict(
            "moderation.second-person",
            "You have approved this case already; another person has to agree.",
            "Take the next case.",
        )


def _held_by(case: Case, moderator: Person) -> QuerySet[Case]:
    """The case, as long as this person holds it and it waits."""
    return Case.objects.filter(
        pk=case.pk, state=CaseState.OPEN, claimed_by=moderator, claim_until__gte=now()
    )


def _claim_lost() -> Conflict:
    return Conflict(
        "moderation.claim-lost",
        "You no longer hold this case.",
        "Open it again; if nobody else took it, decide anew.",
    )


def _decide(case: Case, moderator: Person, outcome: Outcome, reason: Reason, note: str) -> Decision:
    require_moderator(moderator)
    if _held_by(case, moderator).update(state=CaseState.DECIDED, decided_at=now()) != 1:
        raise _claim_lost()
    case.refresh_from_db()
    audit.record(f"case.{outcome}", case, moderator, reason=str(reason), job=str(case.job_id))
    return Decision.objects.create(
        case=case, moderator=moderator, outcome=outcome, reason=reason, note=note
    )


def _move(job: Job, to: State, moderator: Person, **changes: Any) -> None:
    try:
        move(job, to, actor=moderator, **changes)
    except LostRace:
        raise Conflict(
            "moderation.job-moved",
            "This job is no longer waiting: its creator may have cancelled it.",
            "Take the next case.",
        ) from None


def require_moderator(person: Person) -> None:
    if not person.may_review:
        raise Forbidden(
            "moderation.not-a-moderator",
            "Only moderators decide cases.",
            "Ask whoever runs this studio for the role.",
        )
