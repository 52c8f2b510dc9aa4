"""From an examination to one state: a pure, total function, first match wins.

The order is the argument: damage before origin, contradiction before origin, our development
certificate before any trusted one, and at the end a state that claims nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from provenance.answers import Answer, evidence, record_answer, signature_answer, watermark_answer
from provenance.credentials.reader import WITHDRAWN, Credentials
from provenance.credentials.trust import Store
from provenance.examination import Examination
from provenance.wording import WORDS


class VerdictState(StrEnum):
    """What can be said about a file."""

    UNREADABLE = "UNREADABLE"
    CREDENTIALS_DAMAGED = "CREDENTIALS_DAMAGED"
    ERROR_TIMEOUT = "ERROR_TIMEOUT"
    REVOKED = "REVOKED"
    EXPIRED_NO_TIMESTAMP = "EXPIRED_NO_TIMESTAMP"
    TAMPERED = "TAMPERED"
    CONFLICT = "CONFLICT"
    OURS_DEV = "OURS_DEV"
    OURS_INTACT = "OURS_INTACT"
    OURS_SOURCE_PROBLEM = "OURS_SOURCE_PROBLEM"
    TRUSTED_OTHER = "TRUSTED_OTHER"
    VALID_UNKNOWN_ISSUER = "VALID_UNKNOWN_ISSUER"
    REMOTE_ONLY = "REMOTE_ONLY"
    RECOVERED = "RECOVERED"
    RECOVERED_ALTERED = "RECOVERED_ALTERED"
    WATERMARK_ONLY = "WATERMARK_ONLY"
    FINGERPRINT_ONLY = "FINGERPRINT_ONLY"
    NOT_OURS = "NOT_OURS"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A state and everything a person needs to understand it.

    Attributes:
        headline: a few words. sentence: what follows from the examination.
        evidence: what it rests on, one sentence each.
        not_meaning: what the verdict does not say. next_step: what to do now.
        signature, watermark, record: the three separate answers.
    """

    state: VerdictState
    headline: str
    sentence: str
    evidence: tuple[str, ...]
    not_meaning: str
    next_step: str
    signature: Answer
    watermark: Answer
    record: Answer

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Verdict:
        """The inverse of `as_dict`, also after a trip through JSON."""
        parts = dict(data)
        for name in ("signature", "watermark", "record"):
            parts[name] = Answer(**parts[name])
        parts["state"] = VerdictState(parts["state"])
        parts["evidence"] = tuple(parts["evidence"])
        return cls(**parts)


def decide(examination: Examination) -> Verdict:
    """The verdict. Total: every examination has one; pure: the same one every time."""
    state = state_of(examination)
    words = WORDS[state.value]
    return Verdict(
        state=state,
        headline=words.headline,
        sentence=_sentence(state, examination),
        evidence=evidence(examination),
        not_meaning=words.not_meaning,
        next_step=_next_step(state, examination),
        signature=signature_answer(examination),
        watermark=watermark_answer(examination),
        record=record_answer(examination),
    )


def state_of(examination: Examination) -> VerdictState:
    """The first state whose condition holds."""
    return next(
        (state for state, holds in _TABLE if holds(examination)),
        VerdictState.NOT_OURS,
    )


def _sentence(state: VerdictState, examination: Examination) -> str:
    """The state's sentence, with what is special about this file."""
    sentence = WORDS[state.value].sentence
    if _agrees(examination):
        return f"{_AGREE} {sentence}"
    if state in (VerdictState.RECOVERED, VerdictState.RECOVERED_ALTERED) and _development(
        examination
    ):
        return f"{sentence} {_DEVELOPMENT}"
    return sentence


def _next_step(state: VerdictState, examination: Examination) -> str:
    """The state's advice; of a clip that is not given out any more, no original can be had."""
    record = examination.record
    if record and record.taken_down and state in _LEADING_TO_A_CLIP:
        return _TAKEN_DOWN
    return WORDS[state.value].next_step


_LEADING_TO_A_CLIP = {
    VerdictState.RECOVERED,
    VerdictState.RECOVERED_ALTERED,
    VerdictState.FINGERPRINT_ONLY,
}
_TAKEN_DOWN = (
    "The studio took this clip down and gives it out no more. Do not pass the copy on, and tell "
    "whoever shows it."
)
_AGREE = "Signature, picture and the studio's record agree."
_DEVELOPMENT = (
    "Those credentials were signed with the studio's development certificate, which nobody "
    "outside the studio trusts."
)
_REVOKED = {"signingCredential.ocsp.revoked", WITHDRAWN}
_EXPIRED = "signingCredential.expired"
_UNTRUSTED = "signingCredential.untrusted"
_OCSP_UNKNOWN = "signingCredential.ocsp.unknown"
_NO_MATCH = "assertion.bmffHash.mismatch"
# Outside its validity is how the library words a signature made after the certificate's end.
_ONLY_EXPIRED = {_EXPIRED, "claimSignature.outsideValidity", _UNTRUSTED}
_INTACT = {"signingCredential.trusted", "claimSignature.validated", "assertion.bmffHash.match"}


def _embedded(examination: Examination) -> Credentials | None:
    """Credentials that are inside the file, and not a mere pointer."""
    credentials = examination.credentials
    return credentials if credentials and credentials.manifest_id else None


def _failures(examination: Examination) -> set[str]:
    credentials = _embedded(examination)
    return set(credentials.failures) if credentials else set()


def _unreadable(examination: Examination) -> bool:
    return examination.video is None and not examination.credentials_seen and not examination.limit


def _damaged(examination: Examination) -> bool:
    return bool(examination.credentials_fault)


def _limited(examination: Examination) -> bool:
    """Also where too little could be looked at: no mark was searched in an unsigned video, or a
    signature holds but its pictures do not play (some boxes lie outside of what is signed)."""
    if examination.limit:
        return True
    credentials, video = examination.credentials, examination.video
    if credentials is None:
        return video is not None and examination.mark is None
    holds = bool(credentials.manifest_id) and not set(credentials.failures) - {_UNTRUSTED}
    return holds and (video is None or video.damaged)


def _revoked(examination: Examination) -> bool:
    return bool(_REVOKED & _failures(examination))


def _expired(examination: Examination) -> bool:
    failures = _failures(examination)
    return _EXPIRED in failures and failures <= _ONLY_EXPIRED


def _tampered(examination: Examination) -> bool:
    return bool(_failures(examination) - {_UNTRUSTED})


def _conflict(examination: Examination) -> bool:
    record, credentials = examination.record, _embedded(examination)
    if record is None or record.via != "mark":
        return False
    if credentials and credentials.manifest_id != record.manifest_id:
        return True
    if record.recovered and set(record.recovered.marks) != {f"{record.mark_id:012x}"}:
        return True
    return examination.content is not None and examination.content.state == "other"


def _ours_dev(examination: Examination) -> bool:
    credentials = _embedded(examination)
    return bool(credentials and credentials.store is Store.DEVELOPMENT and _whole(credentials))


def _ours_intact(examination: Examination) -> bool:
    credentials = _embedded(examination)
    return bool(_ours(credentials) and not any(item.failures for item in _ingredients(credentials)))


def _ours_source_problem(examination: Examination) -> bool:
    return _ours(_embedded(examination))


def _trusted_other(examination: Examination) -> bool:
    credentials = _embedded(examination)
    return bool(credentials and credentials.store is Store.C2PA and _whole(credentials))


def _unknown_issuer(examination: Examination) -> bool:
    return _embedded(examination) is not None


def _remote_only(examination: Examination) -> bool:
    return bool(examination.credentials and examination.credentials.remote_url)


def _recovered(examination: Examination) -> bool:
    content = examination.content
    return _recoverable(examination) and content is not None and content.state == "matches"


def _recovered_altered(examination: Examination) -> bool:
    content = examination.content
    return _recoverable(examination) and content is not None and content.state == "altered"


def _watermark_only(examination: Examination) -> bool:
    return bool(examination.mark and examination.mark.mark_id is not None)


def _fingerprint_only(examination: Examination) -> bool:
    return bool(examination.record and examination.record.via == "fingerprint")


def _ours(credentials: Credentials | None) -> bool:
    return bool(credentials and credentials.store is Store.PRODUCTION and _whole(credentials))


def _ingredients(credentials: Credentials | None) -> tuple[Any, ...]:
    return credentials.ingredients if credentials else ()


def _whole(credentials: Credentials) -> bool:
    """Trusted, signed and matching the file, with nothing that failed or stayed unknown."""
    return (
        set(credentials.successes) >= _INTACT
        and not credentials.failures
        and _OCSP_UNKNOWN not in credentials.informational
    )


def _agrees(examination: Examination) -> bool:
    """All three answers point to the same clip."""
    credentials, record = _embedded(examination), examination.record
    return bool(
        credentials
        and record
        and credentials.store in (Store.PRODUCTION, Store.DEVELOPMENT)
        and _whole(credentials)
        and record.manifest_id == credentials.manifest_id
        and examination.content
        and examination.content.state == "matches"
    )


def _development(examination: Examination) -> bool:
    """The credentials that were found again come from the development authority."""
    record = examination.record
    return bool(record and record.recovered and record.recovered.store is Store.DEVELOPMENT)


def _recoverable(examination: Examination) -> bool:
    """The mark led to a stored manifest of ours that fails in nothing but the file's own hash."""
    record = examination.record
    if record is None or record.via != "mark" or record.recovered is None:
        return False
    stored = record.recovered
    return (
        stored.store in (Store.PRODUCTION, Store.DEVELOPMENT)
        and "claimSignature.validated" in stored.successes
        and set(stored.failures) <= {_NO_MATCH}
    )


_TABLE: tuple[tuple[VerdictState, Callable[[Examination], bool]], ...] = (
    (VerdictState.UNREADABLE, _unreadable),
    (VerdictState.CREDENTIALS_DAMAGED, _damaged),
    (VerdictState.ERROR_TIMEOUT, _limited),
    (VerdictState.REVOKED, _revoked),
    (VerdictState.EXPIRED_NO_TIMESTAMP, _expired),
    (VerdictState.TAMPERED, _tampered),
    (VerdictState.CONFLICT, _conflict),
    (VerdictState.OURS_DEV, _ours_dev),
    (VerdictState.OURS_INTACT, _ours_intact),
    (VerdictState.OURS_SOURCE_PROBLEM, _ours_source_problem),
    (VerdictState.TRUSTED_OTHER, _trusted_other),
    (VerdictState.VALID_UNKNOWN_ISSUER, _unknown_issuer),
    (VerdictState.REMOTE_ONLY, _remote_only),
    (VerdictState.RECOVERED, _recovered),
    (VerdictState.RECOVERED_ALTERED, _recovered_altered),
    (VerdictState.WATERMARK_ONLY, _watermark_only),
    (VerdictState.FINGERPRINT_ONLY, _fingerprint_only),
)
