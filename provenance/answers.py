"""The three separate answers (signature, watermark, our record) and the evidence behind them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from provenance.credentials.reader import Credentials
from provenance.credentials.trust import Store
from provenance.examination import Examination, RecordFacts
from provenance.similar import LIKENESS

_WHOLE = 0.9
"""Share of the published clip from which nothing is called missing: moments are sampled."""
YES, NO, PARTLY, UNKNOWN = "yes", "no", "partly", "unknown"

_FAILURES = {
    "assertion.bmffHash.mismatch": "The file was changed after it was signed.",
    "assertion.dataHash.mismatch": "The file was changed after it was signed.",
    "assertion.hashedURI.mismatch": "A statement in the credentials was changed.",
    "claimSignature.mismatch": "The signature does not belong to these credentials.",
    "signingCredential.expired": "The certificate had expired, and no time stamp proves when the "
    "file was signed.",
    "claimSignature.outsideValidity": "The signature was made outside its certificate's time.",
    "signingCredential.ocsp.revoked": "The certificate was withdrawn by its issuer.",
    "signingCredential.revoked": "The studio withdrew the certificate, and no time stamp proves an "
    "earlier signature.",
    "signingCredential.untrusted": "The certificate leads to no issuer that we know.",
    "signingCredential.invalid": "The certificate is not fit for signing media.",
}
_CONTENT = {
    "matches": "The picture is that of the published clip.",
    "altered": "The picture differs in parts from the published clip.",
    "other": "The picture is not that of the clip that the mark belongs to.",
}
_COLOUR = {
    "lost": "It is shown without its colours.",
    "changed": "Its colours differ from those of the published clip.",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One of the three answers: "yes", "no", "partly" or "unknown", and a sentence."""

    status: str
    sentence: str


def signature_answer(examination: Examination) -> Answer:
    """Does the file carry a signature that holds, and whose is it?"""
    credentials = examination.credentials
    if examination.credentials_fault:
        return Answer(NO, "The file has credentials, but they are damaged and cannot be read.")
    if credentials is None or not credentials.manifest_id:
        return _no_signature(examination)
    broken = [code for code in credentials.failures if code != "signingCredential.untrusted"]
    if broken:
        return Answer(NO, f"The signature does not hold. {_explained(broken[0])}")
    return _issuer_answer(credentials)


def watermark_answer(examination: Examination) -> Answer:
    """Does the picture carry this studio's mark?"""
    mark = examination.mark
    if mark is None:
        return Answer(UNKNOWN, "The picture was not searched for this studio's mark.")
    if mark.too_small:
        return Answer(UNKNOWN, "The picture is too small to tell whether it is marked.")
    if mark.mark_id is None:
        return Answer(NO, "This studio's mark was not found. It may never have been there, or "
                      "have been destroyed.")  # fmt: skip
    return Answer(YES, f"The picture carries this studio's mark {mark.mark_id:012x}.")


def record_answer(examination: Examination) -> Answer:
    """Does the studio's own record know this clip?"""
    record, content = examination.record, examination.content
    if record is None:
        known = examination.mark is not None and examination.mark.mark_id is not None
        if known:
            return Answer(NO, "This studio has no record that belongs to the mark.")
        if examination.limit or examination.mark is None:
            return Answer(UNKNOWN, "The examination ended before the records could be asked.")
        unlike = (
            ", and its picture is like that of none of its clips"
            if examination.picture_searched
            else ""
        )
        return Answer(NO, f"Nothing in this file leads to one of this studio's records{unlike}.")
    down = _taken_down(record) if record.taken_down else ""
    if record.via == "fingerprint":
        return Answer(PARTLY, "Nothing in the file leads to a record, but its picture is like "
                      f"that of a clip on record. That is a lead, not a proof.{down}")  # fmt: skip
    if content is None:
        return Answer(PARTLY, f"A record exists; the picture was not compared with it.{down}")
    status = {"matches": YES, "altered": PARTLY}.get(content.state, NO)
    return Answer(status, f"{_CONTENT.get(content.state, _CONTENT['other'])}{down}")


def evidence(examination: Examination) -> tuple[str, ...]:
    """What the verdict rests on, one sentence each."""
    return tuple(_evidence(examination))


def _evidence(examination: Examination) -> Iterator[str]:
    if examination.limit_reason:
        yield examination.limit_reason
    if examination.credentials:
        yield from _credential_evidence(examination.credentials)
    mark = examination.mark
    if mark and mark.mark_id is not None:
        yield (
            f"Mark {mark.mark_id:012x} read with score {mark.score:.1f} (needed: "
            f"{mark.threshold:.1f}); an unmarked video reaches that with a chance of at most "
            f"{mark.false_positive_bound:.0e}."
        )
    if examination.record and examination.record.via == "fingerprint":
        yield from _likeness(examination)
    elif examination.record:
        yield f"The studio's record names the credentials {examination.record.manifest_id}."
    if examination.content:
        yield from _content_evidence(examination)
    if examination.video:
        if examination.video.capped:
            yield f"Only the first {examination.video.seconds:.0f} seconds were looked at."
        if examination.video.damaged:
            yield "The video breaks off or is damaged; the part before that was looked at."


def _credential_evidence(credentials: Credentials) -> Iterator[str]:
    if credentials.remote_url:
        yield f"The file says that its credentials are at {credentials.remote_url}; not fetched."
    if not credentials.manifest_id:
        return
    if credentials.issuer:
        known = "Issuer" if credentials.store else "Issuer, as the file itself claims"
        yield f"{known}: {credentials.issuer}."
    if credentials.signed_at:
        yield f"A time stamp proves that it was signed by {credentials.signed_at}."
    for code in credentials.failures:
        yield f"{_explained(code)} ({code})"
    for item in credentials.ingredients:
        for code in item.failures:
            yield f"A file that this one was made from: {_explained(code)} ({code})"


def _content_evidence(examination: Examination) -> Iterator[str]:
    content = examination.content
    if content is None:
        return
    if examination.record is None or examination.record.via != "fingerprint":
        yield _CONTENT.get(content.state, _CONTENT["other"])
    if content.colour in _COLOUR:
        yield _COLOUR[content.colour]
    for start, end in content.segments:
        yield f"Different from the published clip from {start:.1f} s to {end:.1f} s."
    for region in content.regions:
        yield (
            f"From {region.start:.1f} s to {region.end:.1f} s different in the picture, "
            f"{region.x:.0%} to {region.x + region.width:.0%} from its left edge and "
            f"{region.y:.0%} to {region.y + region.height:.0%} from its top."
        )
    read_to_its_end = examination.video is None or not examination.video.capped
    if content.state != "other" and content.coverage < _WHOLE and read_to_its_end:
        yield f"The video shows about {content.coverage:.0%} of the published clip."


def _taken_down(record: RecordFacts) -> str:
    reason = f" Reason: {record.taken_down_reason}." if record.taken_down_reason else ""
    return f" The studio has since taken the clip down.{reason}"


def _likeness(examination: Examination) -> Iterator[str]:
    record, content = examination.record, examination.content
    if record is None or content is None:
        return
    enough = content.score >= LIKENESS
    yield (
        f"Looked for among this studio's published clips, {content.score:.0%} of the structure of "
        "one is found again in this picture "
        f"({f'needed: {LIKENESS:.0%}' if enough else 'the rest lies under a cover'})."
    )
    yield f"That clip has the credentials {record.manifest_id}."


def _no_signature(examination: Examination) -> Answer:
    if examination.credentials and examination.credentials.remote_url:
        return Answer(UNKNOWN, "The file only names an address for its credentials. It was not "
                      "visited.")  # fmt: skip
    if examination.limit:
        return Answer(UNKNOWN, "The examination ended before the signature was clear.")
    return Answer(NO, "The file carries no signature. It may never have had one, or have lost it.")


def _issuer_answer(credentials: Credentials) -> Answer:
    if credentials.store is Store.PRODUCTION:
        return Answer(YES, "The signature holds and is this studio's.")
    if credentials.store is Store.DEVELOPMENT:
        return Answer(PARTLY, "The signature holds and was made with this studio's development "
                      "certificate, which nobody outside the studio trusts.")  # fmt: skip
    if credentials.store is Store.C2PA:
        return Answer(YES, f"The signature holds. Its issuer is {credentials.issuer}, which is on "
                      "the C2PA trust list.")  # fmt: skip
    return Answer(PARTLY, "The signature holds, but nobody we trust says who made it.")


def _explained(code: str) -> str:
    return _FAILURES.get(code, "The credentials do not hold.")
