"""Consent to use a person's likeness or a right holder's work: who, for what, until when.

Pure logic over records that the caller stores. A consent covers uses of one subject; it can end or
be revoked, and a revocation reaches every clip that rested on it, and every clip made from those.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from safety.errors import InvalidInput
from safety.verdict import Decision, Finding, SafetyVerdict


@dataclass(frozen=True, slots=True)
class Consent:
    """One agreement.

    Attributes:
        id: the caller's key.
        subject: whose likeness or work, as on our lists, e.g. "Taylor Swift".
        holder: who may use it (an account), or "*" for everybody.
        purpose: a word of the caller's choosing, e.g. "parody", or "*" for any; a use whose purpose
            nobody declared ("") is covered by the latter alone.
        starts, ends: period of validity with time zone; ``ends`` None is open.
        revoked: when it was withdrawn, or None.
    """

    id: str
    subject: str
    holder: str
    purpose: str
    starts: datetime
    ends: datetime | None = None
    revoked: datetime | None = None

    def __post_init__(self) -> None:
        moments = [moment for moment in (self.starts, self.ends, self.revoked) if moment]
        if any(moment.tzinfo is None for moment in moments):
            raise InvalidInput("Consent dates need a time zone.")
        if self.ends and self.ends <= self.starts:
            raise InvalidInput("A consent cannot end before it starts.")
        if not (self.subject.strip() and self.holder and self.purpose):
            raise InvalidInput("A consent names a subject, a holder and a purpose.")

    def covers(self, subject: str, holder: str, purpose: str | None, at: datetime) -> bool:
        """Whether it allows ``holder`` to use ``subject`` for ``purpose`` at that moment; None asks
        for one with any purpose, for a person to judge."""
        return (
            same_name(subject, self.subject)
            and self.holder in ("*", holder)
            and (purpose is None or self.purpose in ("*", purpose))
            and self.starts <= at
            and (self.ends is None or at < self.ends)
            and (self.revoked is None or at < self.revoked)
        )


@dataclass(frozen=True, slots=True)
class Use:
    """A clip and what it rests on.

    Attributes:
        clip: the caller's key.
        consents: ids of the consents it needed.
        parents: clips that it was made from (remix, extension, image).
    """

    clip: str
    consents: frozenset[str] = frozenset()
    parents: frozenset[str] = frozenset()


class ConsentRegistry:
    """Answers questions about a set of consents; immutable.

    Args:
        consents: all agreements, with unique ids.
        protected: people for whom no consent counts unless it names the holder, e.g. victims or
            people who asked to be left out.
    """

    def __init__(self, consents: Iterable[Consent], protected: Iterable[str] = ()) -> None:
        self._consents: Mapping[str, Consent] = {consent.id: consent for consent in consents}
        self._protected = frozenset(name_key(name) for name in protected)

    def consent_for(
        self, subject: str, holder: str, purpose: str | None, at: datetime
    ) -> Consent | None:
        """The consent that allows a use, or None; ``purpose`` as in :meth:`Consent.covers`."""
        for consent in self._consents.values():
            if self.is_protected(subject) and consent.holder == "*":
                continue
            if consent.covers(subject, holder, purpose, at):
                return consent
        return None

    def is_protected(self, subject: str) -> bool:
        """Whether the person is on the protected list."""
        return name_key(subject) in self._protected

    def revoke(self, consent_id: str, at: datetime) -> ConsentRegistry:
        """A registry in which that consent ended at ``at``; revoking twice keeps the first moment.

        Raises:
            InvalidInput: no such consent.
        """
        consent = self._consents.get(consent_id)
        if consent is None:
            raise InvalidInput("There is no such consent.")
        moment = min(at, consent.revoked) if consent.revoked else at
        changed = {**self._consents, consent_id: replace(consent, revoked=moment)}
        registry = ConsentRegistry(changed.values())
        registry._protected = self._protected
        return registry


def settle(
    verdict: SafetyVerdict, registry: ConsentRegistry, holder: str, purpose: str, at: datetime
) -> SafetyVerdict:
    """``verdict`` with what was agreed to let through: the one way in which consent counts.

    Only findings that name a subject, explain themselves and ask for review can be settled; they
    stay in the verdict, say which consent allows them, and ask for nothing any more.
    """
    settled = [_settled(finding, registry, holder, purpose, at) for finding in verdict.findings]
    return SafetyVerdict.of(settled, verdict.policy_version, verdict.models)


def _settled(
    finding: Finding, registry: ConsentRegistry, holder: str, purpose: str, at: datetime
) -> Finding:
    if not finding.subject or finding.hidden or finding.decision is not Decision.REVIEW:
        return finding
    consent = registry.consent_for(finding.subject, holder, purpose, at)
    if consent is None:
        return finding
    reason = f"There is a consent for “{finding.subject}”."
    return replace(finding, decision=Decision.ALLOW, reason=reason, consent=consent.id)


def affected(consent_id: str, uses: Sequence[Use]) -> frozenset[str]:
    """Every clip that rests on a consent, directly or through any of its ancestors."""
    reached = {use.clip for use in uses if consent_id in use.consents}
    growing = True
    while growing:
        more = {use.clip for use in uses if use.parents & reached} - reached
        reached |= more
        growing = bool(more)
    return frozenset(reached)


def same_name(one: str, other: str) -> bool:
    """Whether two spellings are one name: case, accents, hyphens and spaces do not matter."""
    return name_key(one) == name_key(other)


def name_key(name: str) -> str:
    """What all spellings of a name have in common: letters and digits without case and accents."""
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    return "".join(c for c in decomposed if c.isalnum())
