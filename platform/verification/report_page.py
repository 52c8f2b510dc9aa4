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
    "FINGERPRINT_ONLY": "partly",
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
    """A stretch of the uploaded video, or of the published clip where it is missing; `left` and
    `width` in per cent of all."""

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
    content = examination["content"] or {}
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
        timeline=_timeline(verdict, content.get("speed") or 1.0) if content else [],
        clip_seconds=content.get("clip_seconds", 0.0),
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


def _timeline(verdict: dict[str, Any], speed: float) -> list[Piece]:
    """The pieces of the copy, with what it leaves out of the published clip at either end."""
    words = {
        "same": _("as in the published clip"),
        "altered": _("different from the published clip"),
        "unknown": _("not compared"),
        "missing": _("of the published clip is left out"),
    }
    pieces = verdict["timeline"]
    if not pieces:
        return []
    gaps = [{**gap, "kind": "missing"} for gap in verdict.get("missing", [])]
    before = [gap for gap in gaps if gap["start"] == 0]
    whole = [*before, *pieces, *(gap for gap in gaps if gap not in before)]
    lengths = [
        (each["end"] - each["start"]) / (speed if each["kind"] == "missing" else 1)
        for each in whole
    ]
    made, at = [], 0.0
    for each, length in zip(whole, lengths, strict=True):
        share = 100 * length / (sum(lengths) or 1)
        made.append(
            Piece(
                start=each["start"],
                end=each["end"],
                kind=each["kind"],
                word=words[each["kind"]],
                left=round(at, 2),
                width=round(share, 2),
            )
        )
        at += share
    return made


def _shares(report: Report, absolute: Callable[[str], str]) -> list[SharedAddress]:
    return [
        SharedAddress(each.token, absolute(each.get_absolute_url()), each.expires_at)
        for each in report.shares.filter(expires_at__gt=now())
    ]
