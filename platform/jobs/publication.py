"""The one place that makes something public.

Row and file appear in the same breath: inside one transaction the job moves to `published` under
its token (which locks its row), clip and record are written, and last of all the finished file is
renamed into the public folder. Whoever has lost the job never gets to the rename. If the process
dies between rename and commit, a file with a name that nobody knows stays behind without a row:
`sweep` removes it.
"""

import os
import time
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.timezone import now

from audit import services as audit
from jobs import masters
from jobs.marking import Marked
from jobs.models import State
from jobs.work import Work
from moderation.takedowns import require_parent_stands
from registry import export
from registry.services import keep
from rights.services import rest_on_consents
from studio.models import Clip

log = structlog.get_logger()


def publish(work: Work, marked: Marked) -> Clip:
    """Makes a marked, signed, read-back clip public.

    Raises `LostRace`, or `UserFault` when its parent was taken down or a consent has ended
    meanwhile; then nothing is public.
    """
    clip_id = uuid4()
    places = {
        marked.master: masters.path_of(clip_id),
        marked.video: _public(clip_id, ".mp4"),
        marked.poster: _public(clip_id, ".jpg"),
    }
    for place in places.values():
        place.parent.mkdir(parents=True, exist_ok=True)
    try:
        with transaction.atomic():
            require_parent_stands(work.job.shot)
            work.move(State.PUBLISHED)
            clip = Clip.objects.create(
                id=clip_id,
                job=work.job,
                owner_id=work.job.owner_id,
                mark_id=marked.mark_id,
                manifest_id=marked.manifest_id,
                file=f"{clip_id}.mp4",
                poster=f"{clip_id}.jpg",
                width=marked.width,
                height=marked.height,
                fps=marked.fps,
                duration_ms=marked.duration_ms,
                sha256=marked.sha256,
                bytes=marked.video.stat().st_size,
                published_at=now(),
            )
            rest_on_consents(clip)
            record = keep(clip, marked.manifest, marked.reference)
            audit.record("clip.published", clip, job=str(work.job.pk), sha256=clip.sha256)
            for source, place in places.items():
                os.utime(source)  # `sweep` reads the age of the publication, not of the file
                source.rename(place)
            _sync(settings.PUBLIC_DIR)
    except BaseException:
        _remove_unless_published(clip_id, places.values())
        raise
    export.write(record)
    return clip


def sweep() -> int:
    """Removes public files that have no row and that no publication can still be waiting for."""
    if not settings.PUBLIC_DIR.exists():
        return 0
    names = {file.name for file in settings.PUBLIC_DIR.iterdir() if _age(file) > 60}
    known = set(Clip.objects.values_list("file", flat=True))
    known |= set(Clip.objects.values_list("poster", flat=True))
    orphans = names - known
    for name in orphans:
        (settings.PUBLIC_DIR / name).unlink(missing_ok=True)
    if orphans:
        log.warning("public.orphans-removed", count=len(orphans))
    return len(orphans)


def _public(clip_id: UUID, suffix: str) -> Path:
    return Path(settings.PUBLIC_DIR / f"{clip_id}{suffix}")


def _age(file: Path) -> float:
    try:
        return time.time() - file.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _remove_unless_published(clip_id: UUID, places: Iterable[Path]) -> None:
    """A commit whose answer got lost may have happened: then the file must stay."""
    if Clip.objects.filter(pk=clip_id).exists():
        return
    for place in places:
        place.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
