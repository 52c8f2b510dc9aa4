"""A version of the policy for the eye: its rules, what differs, what a replay found."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from jobs.models import Screening
from policies import selectors
from policies.models import PolicyVersion, Replay
from safety import CategoryRule
from safety.policy import NEVER
from safety.replay import Change, diff
from studio.check import category_word, decision_tag


@dataclass(frozen=True, slots=True)
class RuleView:
    """One category at one gate."""

    name: str
    review: str
    block: str
    queue: str
    second: bool


@dataclass(frozen=True, slots=True)
class MovedView:
    """One past item that the candidate would have decided differently."""

    before: object
    after: object
    categories: str
    url: str
    at: object


@dataclass(frozen=True, slots=True)
class ReplayView:
    replay: Replay
    percent: int
    running: bool
    transitions: list[tuple[object, object, int]]
    changed: int
    moved: list[MovedView]


@dataclass(frozen=True, slots=True)
class VersionPage:
    version: PolicyVersion
    audience: str
    date: str
    gates: list[tuple[str, list[RuleView]]]
    differs: list[Change]
    replay: ReplayView | None


def version_page(version: PolicyVersion, other: PolicyVersion) -> VersionPage:
    """Raises `InvalidPolicy`."""
    policy = selectors.read(version.content)
    latest = version.replays.first()
    return VersionPage(
        version=version,
        audience=policy.audience,
        date=policy.date,
        gates=[
            (_("Words"), [_rule(key, rule) for key, rule in policy.prompt.items()]),
            (_("Frames"), [_rule(key, rule) for key, rule in policy.frames.items()]),
        ],
        differs=list(diff(selectors.read(other.content), policy)),
        replay=_replay(latest) if latest else None,
    )


def _rule(key: str, rule: CategoryRule) -> RuleView:
    return RuleView(
        name=rule.label or key,
        review=_threshold(rule.review),
        block=_threshold(rule.block),
        queue=rule.queue,
        second=rule.second_reviewer,
    )


def _threshold(value: float) -> str:
    return _("never") if value >= NEVER else f"{value:g}"


def _replay(found: Replay) -> ReplayView:
    transitions = [(*name.split(">"), count) for name, count in sorted(found.transitions.items())]
    return ReplayView(
        replay=found,
        percent=round(100 * found.done / found.total) if found.total else 100,
        running=found.state == "running",
        transitions=[
            (decision_tag(before), decision_tag(after), count)
            for before, after, count in transitions
        ],
        changed=sum(count for before, after, count in transitions if before != after),
        moved=_moved(found),
    )


def _moved(found: Replay) -> list[MovedView]:
    """The items that move, with a link to the case; an item that no person saw has none."""
    keys = [key for key, *_rest in found.moved]
    screenings = Screening.objects.filter(pk__in=keys).prefetch_related("job__cases")
    by_key = {screening.pk: screening for screening in screenings}
    return [
        MovedView(
            before=decision_tag(before),
            after=decision_tag(after),
            categories=", ".join(category_word(each) for each in categories),
            url=_case_url(by_key[key]),
            at=by_key[key].created_at,
        )
        for key, before, after, categories in found.moved
        if key in by_key
    ]


def _case_url(screening: Screening) -> str:
    same = [case for case in screening.job.cases.all() if case.gate == screening.gate]
    if same:
        return reverse("moderation:case", args=[same[0].pk])
    clip = getattr(screening.job, "clip", None)
    return reverse("moderation:clip", args=[clip.pk]) if clip else ""
