"""Manifests that belong to a video: its mark, and else its picture, is looked for, as in a
verification.

The body lies in a file of its own for as long as it is examined, and nothing of it is kept.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from config.errors import UserFault
from jobs.signing import mark_keys, trust
from provenance import (
    FINGERPRINT_ALGORITHM,
    MARK_ALGORITHM,
    Examination,
    KeyRing,
    Limits,
    Names,
    examine,
)
from registry.lookup import DatabaseRegistry

_BLOCK = 256 * 1024


class TooLarge(UserFault):
    """The body is larger than what it is sent to can use."""

    status = 413

    def __init__(self, most: int) -> None:
        super().__init__(
            "registry.too-large",
            _("This is larger than %(most)d MB.") % {"most": most // 1_000_000},
            _("Send a shorter or smaller one."),
        )


@dataclass(frozen=True, slots=True)
class Found:
    """A manifest that a video leads to; `score` 0 … 100 says how much of its picture is there."""

    manifest_id: str
    score: int | None


class HintedRegistry(DatabaseRegistry):
    """Looks by name for the one mark that the caller believes to be there: a fainter one is
    recognised that way. The hint itself proves nothing."""

    def __init__(self, mark_id: int) -> None:
        self._mark_id = mark_id

    def names(self, keys: KeyRing) -> Names:
        return Names.of([self._mark_id], keys)


@contextmanager
def body_as_file(request: HttpRequest, most: int) -> Iterator[Path]:
    """The request's body in a file that is gone afterwards. Raises `TooLarge`, or `UserFault`
    for no body at all."""
    with tempfile.NamedTemporaryFile(dir=settings.UPLOADS_DIR, suffix=".upload") as file:
        size = 0
        while block := request.read(_BLOCK):
            size += len(block)
            if size > most:
                raise TooLarge(most)
            file.write(block)
        if not size:
            raise UserFault(
                "registry.body-empty",
                _("Nothing was sent."),
                _("Send the file itself as the body of the request."),
            )
        file.flush()
        yield Path(file.name)


def find(path: Path, algorithm: str | None = None, hint: int | None = None) -> list[Found]:
    """Manifests that the video's mark, or its own credentials, or else its picture, lead to.

    With an `algorithm` only what that one finds. A mark that was copied onto other pictures leads
    nowhere. Raises `UserFault` for what is no
    video, and for a video that could not be examined to the end without anything being found.
    """
    registry = DatabaseRegistry() if hint is None else HintedRegistry(hint)
    limits = Limits(max_bytes=settings.VERIFY_MAX_BYTES)
    keys = None if algorithm == FINGERPRINT_ALGORITHM else mark_keys()
    examination = examine(
        path, keys, trust(), registry, limits, wall_seconds=settings.VERIFY_SECONDS
    )
    if examination.record is not None:
        if algorithm == MARK_ALGORITHM and examination.record.via == "fingerprint":
            return []
        content = examination.content
        if content is not None and content.state == "other":
            return []
        score = round(100 * content.score) if content is not None else None
        return [Found(examination.record.manifest_id, score)]
    _refuse_unexamined(examination)
    return []


def _refuse_unexamined(examination: Examination) -> None:
    if examination.limit:
        raise UserFault(
            examination.limit,
            examination.limit_reason,
            _("Try a shorter or smaller copy of the video."),
        )
    if examination.video is None and not examination.credentials_seen:
        raise UserFault(
            "registry.unreadable",
            _("This could not be read as a video."),
            _("Check that it is a whole video, and send it as it is."),
        )
