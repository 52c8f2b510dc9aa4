"""From an upload or an address to a report. The video never outlives its examination."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.utils.timezone import now
from django.utils.translation import gettext as _

from config.errors import SystemFault, UserFault
from jobs.signing import mark_keys, reporter, trust
from provenance import (
    Examination,
    Limits,
    ProvenanceFailed,
    decide,
    examine,
    report,
    sign_report,
)
from registry.lookup import DatabaseRegistry
from verification import objections
from verification.fetch import Fetcher
from verification.limits import fetching, slot
from verification.models import Report, Share

log = structlog.get_logger()
ABANDONED_AFTER = 3600
"""Seconds after which a file in the uploads folder belongs to a process that died."""
SHARE_DAYS = (1, 7, 30)


def verify_upload(upload: UploadedFile | None, key: str = "") -> Report:
    """Examines an uploaded video and keeps the report; the video is deleted, whatever happens.

    `key` names the API key that asks, here and below; see `limits.slot`.

    Raises `UserFault` for no file, an empty or a too large one, `Busy` when every place is
    taken, and the engine's `ProvenanceFailed`.
    """
    try:
        return _verify(_checked(upload), key)
    finally:
        discard(upload)


def verify_url(url: str, key: str = "") -> Report:
    """The same for the video at an https address; the address is kept nowhere.

    Raises also what `fetch.Fetcher.fetch` does.
    """
    with new_file() as path:
        with fetching():
            fetcher().fetch(url, path)
        return _verify(path, key)


def verify_body(read: Callable[[int], bytes], key: str = "") -> Report:
    """The same for a request whose whole body is the video; `read` gives its next bytes."""
    with new_file() as path:
        size = 0
        with path.open("xb") as file:
            while block := read(256 * 1024):
                size += len(block)
                if size > settings.VERIFY_MAX_BYTES:
                    raise too_large()
                file.write(block)
        if not size:
            raise _empty()
        return _verify(path, key)


def fetcher() -> Fetcher:
    """What fetches addresses, within the settings' limits."""
    return Fetcher(settings.VERIFY_MAX_BYTES, settings.VERIFY_FETCH_SECONDS)


def examine_file(path: Path) -> Examination:
    """Everything that the studio's keys and records tell about a file."""
    limits = Limits(max_bytes=settings.VERIFY_MAX_BYTES)
    seconds = settings.VERIFY_SECONDS
    return examine(path, mark_keys(), trust(), DatabaseRegistry(), limits, wall_seconds=seconds)


def keep(examination: Examination) -> Report:
    """Stores the engine's account of an examination as plain data, which later versions of the
    studio can still show, and signs it now: later the certificate may be another one."""
    account = report(examination, decide(examination))
    return Report.objects.create(
        signed=_signed(account),
        sha256=examination.sha256,
        size=examination.size,
        examination=account.pop("examination"),
        verdict=account,
        expires_at=now() + timedelta(days=settings.REPORT_DAYS),
    )


def delete_report(report_id: UUID) -> bool:
    """Deletes a report and its shared addresses at once; whoever knows its address may."""
    deleted, _each = Report.objects.filter(pk=report_id).delete()
    return bool(deleted)


def share(found: Report, days: int) -> Share:
    """A new address for others. It ends after `days`, and never later than the report."""
    if days not in SHARE_DAYS:
        raise UserFault(
            "verification.share-days",
            _("A shared address lasts 1, 7 or 30 days."),
            _("Choose one of them."),
        )
    ends = min(found.expires_at, now() + timedelta(days=days))
    return Share.objects.create(report=found, expires_at=ends)


def unshare(found: Report, token: str) -> None:
    """Ends a shared address at once."""
    Share.objects.filter(report=found, token=token).delete()


def sweep() -> None:
    """Deletes what has expired, and uploads that a killed process left behind."""
    Report.objects.filter(expires_at__lte=now()).delete()
    Share.objects.filter(expires_at__lte=now()).delete()
    objections.sweep()
    oldest = time.time() - ABANDONED_AFTER
    for file in settings.UPLOADS_DIR.glob("*.upload*"):
        if file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)
            log.warning("upload.abandoned-removed")


@contextmanager
def new_file() -> Iterator[Path]:
    """A name in the uploads folder that nobody else uses; the file is gone afterwards."""
    path = Path(settings.UPLOADS_DIR / f"{uuid4()}.upload")
    try:
        yield path
    except OSError as error:
        log.error("upload.not-stored", error=error)
        raise SystemFault(
            "verification.not-stored",
            _("The video could not be stored for its examination."),
            _("Try again later; if it happens again, tell whoever runs this studio."),
            retryable=True,
        ) from error
    finally:
        path.unlink(missing_ok=True)


def _verify(path: Path, key: str) -> Report:
    with slot(key):
        sweep()
        return keep(examine_file(path))


def _signed(account: dict[str, object]) -> str:
    """An unsigned report is better than none, and says that it is unsigned."""
    try:
        return sign_report(account, reporter())
    except (SystemFault, ProvenanceFailed) as error:
        log.error("report.not-signed", code=error.code)
        return ""


def _checked(upload: UploadedFile | None) -> Path:
    if upload is None:
        raise UserFault(
            "verification.no-file",
            _("No video was sent."),
            _("Choose a file or give an address, then send it."),
        )
    if not upload.size:
        raise _empty()
    if upload.size > settings.VERIFY_MAX_BYTES:
        raise too_large()
    if not isinstance(upload, TemporaryUploadedFile):
        raise TypeError("uploads must be files on disk: see FILE_UPLOAD_HANDLERS")
    return Path(upload.temporary_file_path())


def _empty() -> UserFault:
    return UserFault(
        "verification.empty-file",
        _("This file is empty."),
        _("Ask whoever sent it to you for the whole file."),
    )


def too_large() -> UserFault:
    fault = UserFault(
        "verification.too-large",
        _("This file is larger than %(most)d MB.")
        % {"most": settings.VERIFY_MAX_BYTES // 1_000_000},
        _("Cut out the part that you want to check and send that."),
    )
    fault.status = 413
    return fault


def discard(upload: UploadedFile | None) -> None:
    """Deletes an uploaded file at once."""
    if upload is None:
        return
    upload.close()
    if isinstance(upload, TemporaryUploadedFile):
        Path(upload.temporary_file_path()).unlink(missing_ok=True)
