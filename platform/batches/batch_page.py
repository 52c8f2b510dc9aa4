"""A batch as a page and as a table to take away."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from batches.models import Batch, Row
from batches.selectors import opened, rows_of
from batches.services import may_be_made
from config.pages import Tag
from generation.batch import COLUMNS
from jobs.models import Job, State
from safety import Decision
from studio.models import Clip
from studio.progress import job_tag

RESULT = ("row", *COLUMNS, "state", "code", "message", "clip", "mark", "sha256")


@dataclass(frozen=True, slots=True)
class RowView:
    number: int
    prompt: str
    settings: str
    tag: Tag
    said: str
    code: str
    url: str


@dataclass(frozen=True, slots=True)
class BatchView:
    batch: Batch
    rows: list[RowView]
    ready: int
    """Rows that are, or would be, made."""
    left_out: int
    over: int
    published: int
    running: bool

    @property
    def sentence(self) -> str:
        if not self.batch.sent_at:
            return ngettext(
                "%(n)d clip can be made of this table.", "%(n)d clips can be made of this table.",
                self.ready,
            ) % {"n": self.ready}  # fmt: skip
        if self.running:
            return _("%(over)d of %(n)d clips are done.") % {"over": self.over, "n": self.ready}
        return _("All done: %(published)d of %(n)d clips are published.") % {
            "published": self.published,
            "n": self.ready,
        }


def batch_view(batch: Batch) -> BatchView:
    rows = rows_of(batch)
    jobs = [row.job for row in rows if row.job]
    states = Counter(job.state for job in jobs)
    over = sum(job.is_over for job in jobs)
    ready = len(jobs) if batch.sent_at else sum(may_be_made(row) for row in rows)
    return BatchView(
        batch=batch,
        rows=[_row(row) for row in rows],
        ready=ready,
        left_out=len(rows) - ready,
        over=over,
        published=states[State.PUBLISHED],
        running=over < len(jobs),
    )


def results(batch: Batch, address: str) -> list[dict[str, object]]:
    """One line for every row of the table, for `generation.batch.write`; `address` is the
    studio's own."""
    return [_result(row, address) for row in rows_of(batch)]


def _row(row: Row) -> RowView:
    inside = opened(row)
    asked = inside.get("request") or inside["cells"]
    return RowView(
        number=row.number,
        prompt=asked["prompt"],
        settings=_settings(asked),
        tag=_tag(row),
        said=row.fault_message or (row.reason if not row.job else _said(row.job)),
        code=row.fault_code or (row.job.fault_code if row.job else ""),
        url=_page(row.job) if row.job else "",
    )


def _settings(asked: dict[str, Any]) -> str:
    seconds = asked["seconds"]
    parts = (
        asked["aspect"],
        f"{seconds:g} s" if isinstance(seconds, float) else seconds,
        asked["style"],
        _("seed %(seed)s") % {"seed": asked["seed"]} if asked["seed"] != "" else "",
    )
    return " · ".join(part for part in parts if part)


def _tag(row: Row) -> Tag:
    if row.job:
        return job_tag(row.job)
    if row.fault_code:
        return Tag(_("Cannot be made"), "no", "no")
    return {
        Decision.ALLOW.value: Tag(_("Can be made"), "yes", "yes"),
        Decision.REVIEW.value: Tag(_("A person will look first"), "partly", "clock"),
        Decision.BLOCK.value: Tag(_("Will not be made"), "no", "no"),
    }[row.decision]


def _said(job: Job) -> str:
    return f"{job.fault_message} {job.fault_advice}".strip() if job.state == State.FAILED else ""


def _clip(job: Job) -> Clip | None:
    clip = getattr(job, "clip", None)
    return clip if clip and not clip.taken_down_at else None


def _page(job: Job) -> str:
    clip = _clip(job)
    if clip:
        return reverse("studio:clip", args=[clip.pk])
    return reverse("studio:job", args=[job.pk])


def _result(row: Row, address: str) -> dict[str, object]:
    inside = opened(row)
    line: dict[str, Any] = inside["cells"] | {
        name: value for name, value in (inside.get("request") or {}).items() if value is not None
    }
    state, code, message = "not made", row.fault_code, row.fault_message
    if row.job:
        state, code, message = row.job.state, row.job.fault_code, _said(row.job)
    elif not row.fault_code:
        state, message = ("blocked", row.reason) if not may_be_made(row) else ("preview", "")
    line |= {"row": row.number, "state": state, "code": code, "message": message}
    clip = _clip(row.job) if row.job else None
    if clip:
        line["clip"] = address + reverse("registry:clip", args=[clip.pk])
        line |= {"mark": clip.mark_hex, "sha256": clip.sha256}
    return line
