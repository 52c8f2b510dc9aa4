"""“This answer is wrong”: what people tell the moderators about a report.

The report goes along, the video only if its author sends it again and agrees. It then lies in the
private folder, unnamed, until the moderators are done or its time is over, and is seen as a few
blurred stills.
"""

import hashlib
import shutil
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import structlog
from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _
from PIL import Image

from accounts.models import Person
from accounts.sealing import seal, unseal
from audit import services as audit
from config.errors import Conflict, Forbidden, UserFault
from provenance import ProvenanceError, contact_sheet
from verification.models import Claim, Objection, Report

log = structlog.get_logger()
STILLS = 8
_STILL_SIDE = 320
MOST_OPEN = 500
"""Open objections past which nothing more is taken: a queue nobody can read helps nobody."""


def object_to(
    report: Report, claim: str, note: str, video: UploadedFile | None = None
) -> Objection:
    """Puts a report before the moderators.

    Args:
        claim: one of `Claim`.
        note: in the person's words; sealed.
        video: the examined file, sent again by somebody who agreed that it is kept.

    Raises `UserFault`: an unknown claim, too much waiting, or another file than the report's.
    """
    if claim not in Claim.values:
        raise UserFault(
            "verification.claim-missing",
            _("It is not said what is wrong with the answer."),
            _("Choose one of the four."),
        )
    if open_objections().count() >= MOST_OPEN:
        raise UserFault(
            "verification.objections-full",
            _("The moderators have more to look at than they can at the moment."),
            _("Keep the signed report and try again in a few days."),
            retryable=True,
        )
    objection = Objection(
        account={**report.verdict, "examination": report.examination},
        claim=claim,
        note_sealed=seal(note) if note else b"",
        expires_at=now() + timedelta(days=settings.OBJECTION_DAYS),
    )
    if video is not None:
        _keep_video(objection, report, video)
    with transaction.atomic():
        objection.save(force_insert=True)
        audit.record("objection.opened", objection, claim=claim, video=bool(video))
    return objection


def close(objection: Objection, moderator: Person, outcome: str) -> None:
    """Notes what a moderator found out, and deletes the video. Raises `Forbidden`, `Conflict`."""
    if not moderator.may_review:
        raise Forbidden(
            "moderation.not-a-moderator",
            _("Only moderators decide cases."),
            _("Ask whoever runs this studio for the role."),
        )
    with transaction.atomic():
        open_one = Objection.objects.filter(pk=objection.pk, closed_at=None)
        if not open_one.update(closed_at=now(), outcome=outcome[:300], video_until=None):
            raise Conflict(
                "verification.objection-closed",
                _("Somebody else has closed this already."),
                _("Take the next one."),
            )
        audit.record("objection.closed", objection, moderator)
    _remove(_folder(objection.pk))


def open_objections() -> QuerySet[Objection]:
    """What waits for a moderator, oldest first."""
    return Objection.objects.filter(closed_at=None, expires_at__gt=now())


def note_of(objection: Objection) -> str:
    return unseal(objection.note_sealed) if objection.note_sealed else ""


def stills(objection: Objection) -> list[Path]:
    """Stills of the attached video, in order; none without one."""
    folder = _folder(objection.pk)
    return sorted(folder.glob("still-*.jpg")) if objection.video_until else []


def sweep() -> None:
    """Deletes attached videos whose time is over, expired objections, and what a crash left."""
    Objection.objects.filter(expires_at__lte=now()).delete()
    Objection.objects.filter(video_until__lte=now()).update(video_until=None)
    if not _root().exists():
        return
    kept = Objection.objects.exclude(video_until=None).values_list("pk", flat=True)
    wanted = {str(each) for each in kept}
    for folder in _root().iterdir():
        if folder.is_dir() and folder.name not in wanted and _is_old(folder):
            _remove(folder)


def _keep_video(objection: Objection, report: Report, video: UploadedFile) -> None:
    """Moves the file into the private folder, with stills made of it in the sandbox."""
    if not isinstance(video, TemporaryUploadedFile):
        raise TypeError("uploads must be files on disk: see FILE_UPLOAD_HANDLERS")
    path = Path(video.temporary_file_path())
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != report.sha256:
        raise UserFault(
            "verification.other-file",
            _("This is not the file that the report is about."),
            _("Attach the very same file, or send the objection without it."),
        )
    folder = _folder(objection.pk)
    folder.mkdir(mode=0o700, parents=True)
    try:
        for place, frame in enumerate(contact_sheet(path, STILLS, _STILL_SIDE)):
            Image.fromarray(frame).save(folder / f"still-{place}.jpg", "JPEG", quality=80)
    except ProvenanceError as error:
        log.info("objection.no-stills", code=error.code)  # kept all the same: it may be the point
    path.replace(folder / "video")
    (folder / "video").chmod(0o600)
    objection.video_until = now() + timedelta(days=settings.OBJECTION_VIDEO_DAYS)


def _root() -> Path:
    return Path(settings.PRIVATE_DIR / "objections")


def _folder(objection_id: UUID) -> Path:
    return _root() / str(objection_id)


def _is_old(folder: Path) -> bool:
    """Not one that is just being written, before its row is."""
    try:
        return now().timestamp() - folder.stat().st_mtime > 600
    except FileNotFoundError:
        return False


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
