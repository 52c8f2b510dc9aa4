"""The account of an examination and its verdict that programs and people can keep."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from provenance.examination import Examination
from provenance.signpost import signposts
from provenance.verdict import Verdict

FORMAT = "kinemark-report/1"


def report(examination: Examination, verdict: Verdict) -> dict[str, Any]:
    """The report as plain data: content hash, detector and time, layers, verdict, what was not
    checked. It names no file and no person."""
    mark = examination.mark
    return {
        "format": FORMAT,
        "content": {"sha256": examination.sha256, "size": examination.size},
        "detector": examination.detector,
        "examined_at": examination.examined_at,
        "layers": list(_layers(examination)),
        "state": verdict.state.value,
        "headline": verdict.headline,
        "sentence": verdict.sentence,
        "not_meaning": verdict.not_meaning,
        "next_step": verdict.next_step,
        "mark_id": f"{mark.mark_id:012x}" if mark and mark.mark_id is not None else None,
        "answers": {
            name: {"status": answer.status, "sentence": answer.sentence}
            for name, answer in (
                ("signature", verdict.signature),
                ("watermark", verdict.watermark),
                ("record", verdict.record),
            )
        },
        "evidence": list(verdict.evidence),
        "timeline": timeline(examination),
        "missing": missing(examination),
        "signposts": [asdict(post) for post in signposts(examination)],
        "not_checked": list(not_checked(examination)),
        "examination": examination.as_dict(),
    }


def timeline(examination: Examination) -> list[dict[str, Any]]:
    """The upload from its first to its last second, in pieces without gaps.

    Each has `start`, `end` (seconds) and `kind`: "same" as the published clip, "altered", or
    "unknown" where nothing was compared.
    """
    video, content = examination.video, examination.content
    if video is None:
        return []
    if content is None or content.state == "other":
        kind = "unknown" if content is None else "altered"
        return [_piece(0.0, video.seconds, kind)]
    pieces: list[dict[str, Any]] = []
    at = 0.0
    for start, end in sorted(content.segments):
        begin, stop = max(at, min(start, video.seconds)), min(end, video.seconds)
        if stop <= begin:
            continue
        if begin > at:
            pieces.append(_piece(at, begin, "same"))
        pieces.append(_piece(begin, stop, "altered"))
        at = stop
    if at < video.seconds:
        pieces.append(_piece(at, video.seconds, "same"))
    return pieces


def missing(examination: Examination) -> list[dict[str, float]]:
    """What of the published clip the upload leaves out at its ends: `start` and `end`, in seconds
    of the published clip. Of an upload that was not read to its end, nothing is said of the end."""
    content, video = examination.content, examination.video
    if content is None or content.state == "other":
        return []
    known = content.clip_seconds if video and video.capped else float("inf")
    gaps = [(start, end) for start, end in content.missing if end < known]
    return [{"start": round(start, 3), "end": round(end, 3)} for start, end in gaps]


def _piece(start: float, end: float, kind: str) -> dict[str, Any]:
    return {"start": round(start, 3), "end": round(end, 3), "kind": kind}


def not_checked(examination: Examination) -> Iterator[str]:
    """What the examination did not look at, one plain sentence each."""
    yield "Whether what the video shows is true."
    yield "Sound, subtitles and other tracks."
    yield "Marks of other studios and generators."
    if examination.credentials and examination.credentials.manifest_id:
        yield "Whether the certificate was withdrawn since: no address in the file is visited."
    if examination.credentials and examination.credentials.remote_url:
        yield "Credentials at the address that the file names."
    if examination.mark is None:
        yield "This studio's mark."
    if examination.content is None and not examination.picture_searched:
        yield "The picture against a published clip."
    if examination.video and examination.video.capped:
        yield f"Everything after {examination.video.seconds:.0f} seconds."


def _layers(examination: Examination) -> Iterator[str]:
    if examination.video is not None or examination.credentials_seen:
        yield "credentials"
    if examination.mark is not None:
        yield "watermark"
    if examination.picture_searched:
        yield "fingerprint"
    if examination.record is not None:
        yield "record"
    if examination.content is not None:
        yield "content"
