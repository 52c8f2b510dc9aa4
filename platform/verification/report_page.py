"""A report for the eye, and the same as JSON."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from config.pages import Tag
from registry.selectors import record_with_mark
from verification.models import Report

TONES = {
    "OURS_INTACT": "yes",
    "OURS_DEV": "partly",
    "OURS_SOURCE_PROBLEM": "partly",
    "TRUSTED_OTHER": "yes",
    "VALID_UNKNOWN_ISSUER": "partly",
    "RECOVERED": "yes",
    "RECOVERED_ALTERED": "partly",
    "WATERMARK_ONLY": "partly",
    "CREDENTIALS_DAMAGED": "partly",
    "EXPIRED_NO_TIMESTAMP": "partly",
    "REMOTE_ONLY": "unknown",
    "NOT_OURS": "unknown",
    "UNREADABLE": "unknown",
    "ERROR_TIMEOUT": "unknown",
    "REVOKED": "no",
    "TAMPERED": "no",
    "CONFLICT": "no",
}
WORDS = {
    "yes": _lazy("Verdict: confirmed"),
    "partly": _lazy("Verdict: with a reservation"),
    "unknown": _lazy("Verdict: open"),
    "no": _lazy("Verdict: warning"),
}


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One of the three answers: `tag` is its word, never the colour alone."""

    what: str
    icon: str
    tag: Tag
    sentence: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the uploaded video; `left` and `width` in per cent of its length."""

    start: float
    end: float
    kind: str
    word: str
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class ReportPage:
    report: Report
    verdict: dict[str, Any]
    examination: dict[str, Any]
    tag: Tag
    answers: list[AnswerView]
    timeline: list[Piece]
    clip_url: str
    false_find: str


def report_page(report: Report) -> ReportPage:
    verdict, examination = report.verdict, report.examination
    tone = _tone(verdict["state"], examination["record"])
    mark = examination["mark"]
    return ReportPage(
        report=report,
        verdict=verdict,
        examination=examination,
        tag=Tag(str(WORDS[tone]), tone, tone),
        answers=[
            _answer(_("Signature"), "signature", verdict),
            _answer(_("Invisible mark"), "watermark", verdict),
            _answer(_("Our record"), "record", verdict),
        ],
        timeline=_timeline(verdict["timeline"]) if examination["content"] else [],
        clip_url=_clip_url(examination["record"]),
        false_find=f"{mark['false_positive_bound']:.0e}" if mark else "",
    )


def _tone(state: str, record: dict[str, Any] | None) -> str:
    """What a development certificate signed is never shown without a reservation."""
    recovered = (record or {}).get("recovered") or {}
    if TONES[state] == "yes" and recovered.get("store") == "development":
        return "partly"
    return TONES[state]


def as_json(report: Report) -> dict[str, Any]:
    """The report for programs: the engine's account, and how long it can be read here."""
    return {
        "id": str(report.pk),
        "created_at": report.created_at.isoformat(),
        "expires_at": report.expires_at.isoformat(),
        **report.verdict,
        "examination": report.examination,
    }


def _answer(what: str, layer: str, verdict: dict[str, Any]) -> AnswerView:
    words = {
        "yes": _("Yes"),
        "no": _("No"),
        "partly": _("In part"),
        "unknown": _("Not known"),
    }
    answer = verdict["answers"][layer]
    status = answer["status"]
    return AnswerView(what, layer, Tag(words[status], status, status), answer["sentence"])


def _timeline(pieces: list[dict[str, Any]]) -> list[Piece]:
    words = {
        "same": _("as in the published clip"),
        "altered": _("different from the published clip"),
        "unknown": _("not compared"),
    }
    length = pieces[-1]["end"] if pieces else 0
    return [
        Piece(
            start=piece["start"],
            end=piece["end"],
            kind=piece["kind"],
            word=words[piece["kind"]],
            left=round(100 * piece["start"] / length, 2),
            width=round(100 * (piece["end"] - piece["start"]) / length, 2),
        )
        for piece in pieces
        if length
    ]


def _clip_url(found: dict[str, Any] | None) -> str:
    """The public page of the clip that our record leads to, while it is public."""
    if found is None or found["taken_down"]:
        return ""
    record = record_with_mark(found["mark_id"])
    return reverse("registry:clip", args=[record.clip_id]) if record else ""
