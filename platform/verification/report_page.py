"""A report for the eye, and the same as JSON."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from config.pages import Tag
from provenance import Examination, Verdict
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
class ReportPage:
    report: Report
    verdict: Verdict
    examination: Examination
    tag: Tag
    answers: list[AnswerView]
    clip_url: str
    false_find: str
    unchecked: list[str]


def report_page(report: Report) -> ReportPage:
    verdict = Verdict.from_dict(report.verdict)
    examination = Examination.from_dict(report.examination)
    tone = TONES[verdict.state]
    return ReportPage(
        report=report,
        verdict=verdict,
        examination=examination,
        tag=Tag(str(WORDS[tone]), tone, tone),
        answers=[
            _answer(_("Signature"), "signature", verdict.signature),
            _answer(_("Invisible mark"), "watermark", verdict.watermark),
            _answer(_("Our record"), "record", verdict.record),
        ],
        clip_url=_clip_url(examination),
        false_find=f"{examination.mark.false_positive_bound:.1e}" if examination.mark else "",
        unchecked=_unchecked(examination),
    )


def as_json(report: Report) -> dict[str, Any]:
    """The report for programs. Field names stay as they are."""
    return {
        "id": str(report.pk),
        "created_at": report.created_at.isoformat(),
        "expires_at": report.expires_at.isoformat(),
        "sha256": report.sha256,
        "size": report.size,
        "verdict": report.verdict,
        "examination": report.examination,
        "note": _("Finding nothing does not prove that a video is authentic or human."),
    }


def _answer(what: str, icon: str, answer: Any) -> AnswerView:
    words = {
        "yes": _("Yes"),
        "no": _("No"),
        "partly": _("In part"),
        "unknown": _("Not known"),
    }
    status = str(answer.status)
    tag = Tag(words[status], status, status)
    return AnswerView(what, icon, tag, answer.sentence)


def _clip_url(examination: Examination) -> str:
    """The public page of the clip that our record leads to, while it is public."""
    if examination.record is None or examination.record.taken_down:
        return ""
    record = record_with_mark(examination.record.mark_id)
    return reverse("registry:clip", args=[record.clip_id]) if record else ""


def _unchecked(examination: Examination) -> list[str]:
    """What this answer leaves open, so that nobody reads more into it."""
    always = [
        _("Whether what the video shows is true."),
        _("Invisible marks of other makers: we can read only our own."),
        _("Sound, if there is any."),
    ]
    video = examination.video
    if video and (video.capped or video.damaged):
        seconds = f"{video.seconds:.1f}"
        always.insert(0, _("Everything after the first %(s)s seconds.") % {"s": seconds})
    return always
