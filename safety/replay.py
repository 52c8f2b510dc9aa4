"""Try a policy before it goes live: what differs from another, and what it would have decided.

Everything here is a pure function of policies and of scores that were stored with past verdicts, so
a replay never needs the texts or clips themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from safety.policy import CategoryRule, Policy
from safety.verdict import UNSCREENED, Decision, Finding, SafetyVerdict, strictest


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two policies; ``before`` or ``after`` is empty where it is missing."""

    where: str
    before: str
    after: str


def diff(old: Policy, new: Policy) -> tuple[Change, ...]:
    """Every field in which two policies differ, by its path, in alphabetical order."""
    before, after = _flat(old.as_dict()), _flat(new.as_dict())
    return tuple(
        Change(path, before.get(path, ""), after.get(path, ""))
        for path in sorted(before.keys() | after.keys())
        if before.get(path, "") != after.get(path, "")
    )


def _flat(data: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in data.items():
        if isinstance(value, Mapping):
            flat.update(_flat(value, f"{prefix}{key}."))
        else:
            flat[f"{prefix}{key}"] = str(value)
    return flat


@dataclass(frozen=True, slots=True)
class PastItem:
    """A verdict from the past.

    Attributes:
        key: the caller's name for the item.
        gate: "prompt" or "frames".
        verdict: as it was then, with the scores of its findings.
    """

    key: str
    gate: str
    verdict: SafetyVerdict


@dataclass(frozen=True, slots=True)
class Moved:
    """An item that a candidate policy would have decided differently."""

    key: str
    before: Decision
    after: Decision
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """What a candidate policy would have done.

    Attributes:
        items: how many were replayed.
        moved: those decided differently, most lenient changes first.
        transitions: (before, after) -> number, unchanged ones included.
        unknowable: items that need to be screened again: the policy names other models, or lowers a
            threshold below which past scores were not kept.
    """

    items: int
    moved: tuple[Moved, ...]
    transitions: Mapping[tuple[Decision, Decision], int]
    unknowable: tuple[str, ...]


def replay(candidate: Policy, current: Policy, past: Iterable[PastItem]) -> Replay:
    """Decide past items again under ``candidate``.

    A finding that asked for more than ``allow`` kept its score; below the review threshold nothing
    was kept. So stricter thresholds cannot be replayed from records alone, and such items are
    counted as unknowable instead of as unchanged.
    """
    lowered = {
        "prompt": _lowered(candidate.prompt, current.prompt),
        "frames": _lowered(candidate.frames, current.frames),
    }
    other_models = dict(candidate.models) != dict(current.models)
    moved: list[Moved] = []
    unknowable: list[str] = []
    transitions: Counter[tuple[Decision, Decision]] = Counter()
    items = 0
    for item in past:
        items += 1
        rules = candidate.prompt if item.gate == "prompt" else candidate.frames
        after = strictest(_again(finding, rules) for finding in item.verdict.findings)
        stale = item.verdict.policy_version != current.version or other_models
        if stale or (lowered[item.gate] and after is not Decision.BLOCK):
            unknowable.append(item.key)
            continue
        before = item.verdict.decision
        transitions[(before, after)] += 1
        if before is not after:
            categories = tuple(sorted({found.category for found in item.verdict.findings}))
            moved.append(Moved(item.key, before, after, categories))
    moved.sort(key=lambda change: change.after.severity - change.before.severity)
    return Replay(items, tuple(moved), dict(transitions), tuple(unknowable))


def _lowered(new: Mapping[str, CategoryRule], old: Mapping[str, CategoryRule]) -> bool:
    return any(key not in old or rule.review < old[key].review for key, rule in new.items())


def _again(finding: Finding, rules: Mapping[str, CategoryRule]) -> Decision:
    """A finding's decision under other rules; what no rule speaks about stays as it was.

    Whether two signals agreed is known only where the past decision was a block: a lower block
    threshold therefore shows as review.
    """
    rule = rules.get(finding.category)
    if rule is None or finding.hidden or finding.consent or finding.category == UNSCREENED:
        return finding.decision
    return rule.decide(finding.score, agreed=finding.decision is Decision.BLOCK)


def routes(policy: Policy, verdict: SafetyVerdict, gate: str) -> tuple[tuple[str, ...], bool]:
    """The moderation queues an item belongs to, most severe finding first, and whether two people
    must decide."""
    both = (policy.frames, policy.prompt) if gate == "prompt" else (policy.prompt, policy.frames)
    rules = {**both[0], **both[1]}  # a category known to both gates follows the one that held it
    asking: Sequence[Finding] = [
        found for found in verdict.findings if found.decision is not Decision.ALLOW
    ]
    known = [rules[found.category] for found in asking if found.category in rules]
    queues = tuple(dict.fromkeys(rule.queue for rule in known)) or ("general",)
    return queues, any(rule.second_reviewer for rule in known)
