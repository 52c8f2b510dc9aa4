"""Trying a candidate on everything that was ever screened, in the worker, a part at a time."""

from django.db import transaction
from django.db.models import Max

from accounts.models import Person
from audit import services as audit
from config.errors import Conflict
from jobs.models import Gate, Screening
from moderation.services import require_moderator
from policies import selectors, services
from policies.models import PolicyVersion, Replay, ReplayState
from safety import Decision, Finding, SafetyError, SafetyVerdict
from safety.replay import PastItem, replay

PART = 500
"""Screenings that are replayed between two looks at the queue of jobs."""
MOST_SHOWN = 200


def start(candidate: PolicyVersion, by: Person) -> Replay:
    """Puts a replay before the worker. Raises `Forbidden`; `Conflict` "policies.replay-running"."""
    require_moderator(by)
    with transaction.atomic():
        if candidate.replays.filter(state=ReplayState.RUNNING).exists():
            raise Conflict(
                "policies.replay-running", "This replay is running already.", "Wait, or cancel it."
            )
        last = Screening.objects.aggregate(last=Max("pk"))["last"] or 0
        made = Replay.objects.create(
            candidate=candidate,
            against=services.live(),
            by=by,
            until=last,
            total=Screening.objects.filter(pk__lte=last).count(),
        )
        audit.record("policy.replay", str(candidate.pk), by, version=candidate.version)
    return made


def step() -> bool:
    """Replays one part of the oldest running replay; whether there was one.

    What is counted and how far it is are written together, and only by whoever read the same
    beginning: nothing counts twice, and a worker that dies loses one part.
    """
    run = Replay.objects.filter(state=ReplayState.RUNNING).order_by("created_at").first()
    if run is None:
        return False
    part = Screening.objects.filter(pk__gt=run.cursor, pk__lte=run.until).order_by("pk")[:PART]
    mine = Replay.objects.filter(pk=run.pk, state=ReplayState.RUNNING, cursor=run.cursor)
    try:
        mine.update(**_counted(run, list(part)))
    except (SafetyError, ValueError):  # a policy that cannot be read, a score that is none
        mine.update(state=ReplayState.FAILED)
    return True


def _counted(run: Replay, part: list[Screening]) -> dict[str, object]:
    if not part:
        return {"state": ReplayState.DONE, "done": run.done}
    candidate, current = (selectors.read(each.content) for each in (run.candidate, run.against))
    items = [item for screening in part if (item := _past(screening))]
    found = replay(candidate, current, items)
    transitions = dict(run.transitions)
    for (before, after), count in found.transitions.items():
        name = f"{before}>{after}"
        transitions[name] = transitions.get(name, 0) + count
    moved = [[int(m.key), m.before, m.after, list(m.categories)] for m in found.moved]
    unreadable = len(part) - len(items)
    return {
        "cursor": part[-1].pk,
        "done": run.done + len(part),
        "transitions": transitions,
        "moved": [*run.moved, *moved][:MOST_SHOWN],
        "unknowable": run.unknowable + len(found.unknowable) + unreadable,
    }


def _past(screening: Screening) -> PastItem | None:
    """A screening as the engine reads it; None for one that cannot be read."""
    try:
        verdict = SafetyVerdict(
            Decision(screening.decision),
            tuple(Finding.from_dict(each) for each in screening.findings),
            screening.policy_version,
            screening.models,
        )
    except (KeyError, TypeError, ValueError):
        return None
    gate = "prompt" if screening.gate == Gate.PROMPT else "frames"
    return PastItem(str(screening.pk), gate, verdict)
