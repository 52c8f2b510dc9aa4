"""What the gates answer: findings, and the decision that follows from them."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

UNSCREENED = "unscreened"
"""Category of a finding that says: this could not be judged, so a person has to."""


class Decision(StrEnum):
    """From mildest to most severe; compare with :func:`strictest`."""

    ALLOW = "allow"
    REVIEW = "review"
    BLOCK = "block"

    @property
    def severity(self) -> int:
        """0 for allow, 1 for review, 2 for block."""
        return (Decision.ALLOW, Decision.REVIEW, Decision.BLOCK).index(self)


def strictest(decisions: Iterable[Decision]) -> Decision:
    """The most severe of ``decisions``; allow when there are none."""
    return max(decisions, key=lambda decision: decision.severity, default=Decision.ALLOW)


@dataclass(frozen=True, slots=True)
class Finding:
    """One classifier's or rule's word on one category.

    Attributes:
        category: key of the policy's table, e.g. ``violence``, or ``unscreened``.
        score: how sure, in [0, 1]; 1 for rules.
        decision: what this finding alone asks for.
        source: which rule or classifier, e.g. ``rule.csae``, ``tfidf+minilm``.
        reason: a plain sentence for the person, with what to change.
        span: half-open range of code points in the ORIGINAL text, or None.
        field: ``prompt``, ``negative_prompt``, … or ``frames``.
        seconds: half-open time range for frames, or None.
        hidden: never explained to the creator (CSAE, hash matches).
        subject: the listed person or work that it names, as on the list, or empty.
        consent: id of the consent that allows the use of ``subject``, or empty.
    """

    category: str
    score: float
    decision: Decision
    source: str
    reason: str
    span: tuple[int, int] | None = None
    field: str = "prompt"
    seconds: tuple[float, float] | None = None
    hidden: bool = False
    subject: str = ""
    consent: str = ""

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Finding:
        """Inverse of :meth:`SafetyVerdict.as_dict` for one finding."""
        span, seconds = data.get("span"), data.get("seconds")
        return cls(
            category=str(data["category"]),
            score=float(data["score"]),
            decision=Decision(data["decision"]),
            source=str(data["source"]),
            reason=str(data["reason"]),
            span=(int(span[0]), int(span[1])) if span else None,
            field=str(data["field"]),
            seconds=(float(seconds[0]), float(seconds[1])) if seconds else None,
            hidden=bool(data["hidden"]),
            subject=str(data.get("subject", "")),
            consent=str(data.get("consent", "")),
        )


def explained(findings: Iterable[Finding]) -> list[Finding]:
    """What a creator is told, the gravest first.

    Nothing hidden, nothing that allows; and where one classifier found the same words harmful in
    several ways, only the gravest of them.
    """
    kept: list[Finding] = []
    for finding in sorted(findings, key=_gravest_first):
        asks = finding.decision is not Decision.ALLOW and not finding.hidden
        if asks and not any(_same_words(finding, other) for other in kept):
            kept.append(finding)
    return kept


def _gravest_first(finding: Finding) -> tuple[int, float]:
    return (-finding.decision.severity, -finding.score)


def _same_words(one: Finding, other: Finding) -> bool:
    if one.span is None or other.span is None:
        return False
    alike = (one.source, one.field) == (other.source, other.field)
    return alike and one.span[0] < other.span[1] and other.span[0] < one.span[1]


@dataclass(frozen=True, slots=True)
class SafetyVerdict:
    """The gate's answer, with everything needed to explain and to repeat it.

    Attributes:
        decision: the strictest of the findings; allow when there are none.
        findings: most severe first.
        policy_version: version of the policy that was applied.
        models: name of each model that took part -> first 16 hex digits of its SHA-256.
    """

    decision: Decision
    findings: tuple[Finding, ...] = ()
    policy_version: str = ""
    models: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls, findings: Iterable[Finding], policy_version: str, models: Mapping[str, str]
    ) -> SafetyVerdict:
        """The verdict that follows from ``findings``."""
        ranked = sorted(findings, key=_gravest_first)
        decision = strictest(found.decision for found in ranked)
        return cls(decision, tuple(ranked), policy_version, dict(models))

    @property
    def support_code(self) -> str:
        """What a person can quote to a moderator, e.g. ``K7QX-2MBD``; tells nothing of the text."""
        seen = [
            (found.category, round(found.score, 4), found.source, found.span, found.seconds)
            for found in self.findings
        ]
        whole = json.dumps([self.decision, seen, self.policy_version], sort_keys=True)
        code = base64.b32encode(hashlib.sha256(whole.encode()).digest()).decode()
        return f"{code[:4]}-{code[4:8]}"

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON types, with the support code."""
        return {**asdict(self), "support_code": self.support_code}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> SafetyVerdict:
        """Inverse of :meth:`as_dict`, also after a round through JSON."""
        return cls(
            decision=Decision(data["decision"]),
            findings=tuple(Finding.from_dict(found) for found in data["findings"]),
            policy_version=str(data["policy_version"]),
            models={str(name): str(digest) for name, digest in data["models"].items()},
        )
