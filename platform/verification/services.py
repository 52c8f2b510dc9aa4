"""From an upload to a report. The upload never outlives its examination."""

import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import structlog
from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.utils.timezone import now
from django.utils.translation import gettext as _

from config.errors import UserFault
from jobs.signing import mark_keys, trust
from provenance import Examination, Limits, decide, examine, report
from registry.lookup import DatabaseRegistry
from verification.limits import slot
from verification.models import Report

log = structlog.get_logger()
ABANDONED_AFTER = 3600
"""Seconds after which a file in the uploads folder belongs to a process that died."""


def verify_upload(upload: UploadedFile | None) -> Report:
    """Examines an uploaded video and keeps the report; the video is deleted, whatever happens.

    Raises `UserFault` for no file, an empty or a too large one, `Busy` when every place is
    taken, and the engine's `ProvenanceFailed`.
    """
    try:
        with slot():
            sweep()
            return keep(examine_file(_checked(upload)))
    finally:
        _discard(upload)


def examine_file(path: Path) -> Examination:
    """Everything that the studio's keys and records tell about a file."""
    limits = Limits(max_bytes=settings.VERIFY_MAX_BYTES)
    seconds = settings.VERIFY_SECONDS
    return examine(path, mark_keys(), trust(), DatabaseRegistry(), limits, wall_seconds=seconds)


def keep(examination: Examination) -> Report:
    """Stores the engine's account of an examination as plain data, which later versions of the
    studio can still show."""
    account = report(examination, decide(examination))
    return Report.objects.create(
        sha256=examination.sha256,
        size=examination.size,
        examination=account.pop("examination"),
        verdict=account,
        expires_at=now() + timedelta(days=settings.REPORT_DAYS),
    )


def delete_report(report_id: UUID) -> bool:
    """Deletes a report at once; whoever knows its address may."""
    deleted, _each = Report.objects.filter(pk=report_id).delete()
    return bool(deleted)


def sweep() -> None:
    """Deletes expired reports, and uploads that a killed process left behind."""
    Report.objects.filter(expires_at__lte=now()).delete()
    oldest = time.time() - ABANDONED_AFTER
    for file in settings.UPLOADS_DIR.glob("*.upload*"):
        if file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)
            log.warning("upload.abandoned-removed")


def _checked(upload: UploadedFile | None) -> Path:
    if upload is None:
        raise UserFault(
            "verification.no-file", _("No video was sent."), _("Choose a file, then send it.")
        )
    if not upload.size:
        raise UserFault(
            "verification.empty-file",
            _("This file is empty."),
            _("Ask whoever sent it to you for the whole file."),
        )
    if upload.size > settings.VERIFY_MAX_BYTES:
        raise too_large()
    if not isinstance(upload, TemporaryUploadedFile):
        raise TypeError("uploads must be files on disk: see FILE_UPLOAD_HANDLERS")
    return Path(upload.temporary_file_path())


def too_large() -> UserFault:
    fault = UserFault(
        "verification.too-large",
        _("This file is larger than %(most)d MB.")
        % {"most": settings.VERIFY_MAX_BYTES // 1_000_000},
        _("Cut out the part that you want to check and send that."),
    )
    fault.status = 413
    return fault


def _discard(upload: UploadedFile | None) -> None:
    if upload is None:
        return
    upload.close()
    if isinstance(upload, TemporaryUploadedFile):
        Path(upload.temporary_file_path()).unlink(missing_ok=True)
