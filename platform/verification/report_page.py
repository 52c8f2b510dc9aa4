"""A report for the eye, and the same as JSON."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from config.pages import Tag
from verification import edits, originals
from verification.models import Report
from verification.originals import Cell, Moment
from verification.shown import Shown

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
class Still:
    """A moment of the published clip with its picture's address."""

    moment: Moment
    url: str


@dataclass(frozen=True, slots=True)
class SharedAddress:
    """An address that others can read the report under."""

    token: str
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ReportPage:
    """Everything on the page; `shared`: the visitor may read and nothing else."""

    report: Report
    shared: bool
    readable_until: datetime
    links: dict[str, str]
    shares: list[SharedAddress]
    verdict: dict[str, Any]
    examination: dict[str, Any]
    tag: Tag
    answers: list[AnswerView]
    timeline: list[Piece]
    missing: list[dict[str, float]]
    clip_seconds: float
    stills: list[Still]
    heat: list[Cell]
    issuer: edits.Issuer | None
    steps: list[edits.Step]
    clip_url: str
    false_find: str


def report_page(shown: Shown, absolute: Callable[[str], str] = str) -> ReportPage:
    """A report as its visitor sees it; `absolute` makes a path a whole address."""
    report = shown.report
    verdict, examination = report.verdict, report.examination
    clip = originals.clip_of(report)
    tone = _tone(verdict["state"], examination["record"])
    mark = examination["mark"]
    return ReportPage(
        report=report,
        shared=shown.share is not None,
        readable_until=shown.share.expires_at if shown.share else report.expires_at,
        links={
            "json": shown.address("report-json"),
            "jws": shown.address("jws"),
            "pdf": shown.address("pdf"),
        },
        shares=[] if shown.share else _shares(report, absolute),
        verdict=verdict,
        examination=examination,
        tag=Tag(str(WORDS[tone]), tone, tone),
        answers=[
            _answer(_("Signature"), "signature", verdict),
            _answer(_("Invisible mark"), "watermark", verdict),
            _answer(_("Our record"), "record", verdict),
        ],
        timeline=_timeline(verdict["timeline"]) if examination["content"] else [],
        missing=verdict.get("missing", []),
        clip_seconds=(examination["content"] or {}).get("clip_seconds", 0.0),
        stills=[
            Still(moment, shown.address("original", moment.place))
            for moment in (originals.moments(report) if clip else [])
        ],
        heat=originals.heat(report) if clip else [],
        issuer=edits.issuer(examination),
        steps=edits.steps(examination),
        clip_url=reverse("registry:clip", args=[clip.pk]) if clip else "",
        false_find=f"{mark['false_positive_bound']:.0e}" if mark else "",
    )


def _tone(state: str, record: dict[str, Any] | None) -> str:
    """What a development certificate signed is never shown without a reservation."""
    recovered = (record or {}).get("recovered") or {}
    if TONES[state] == "yes" and recovered.get("store") == "development":
        return "partly"
    return TONES[state]


def as_json(shown: Shown) -> dict[str, Any]:
    """The report for programs: the engine's account, and how long it can be read here.

    Under a shared address without the ID, which opens the page where it can be deleted.
    """
    report = shown.report
    own = {} if shown.share else {"id": str(report.pk)}
    return {
        **own,
        "created_at": report.created_at.isoformat(),
        "expires_at": (shown.share or report).expires_at.isoformat(),
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


def _shares(report: Report, absolute: Callable[[str], str]) -> list[SharedAddress]:
    return [
        SharedAddress(each.token, absolute(each.get_absolute_url()), each.expires_at)
        for each in report.shares.filter(expires_at__gt=now())
    ]
