"""Pictures that people send: decoded in the sandbox, kept sealed, erased when their owner says so.

What is kept is a fresh PNG of the decoded pixels, never the file itself: its name, its metadata
and whatever else was hidden in it are gone before anything looks at it.
"""

import io
import os
import tempfile
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile, UploadedFile
from django.utils.timezone import now
from numpy.typing import NDArray
from PIL import Image

from accounts.models import Person
from accounts.sealing import seal_bytes, unseal_bytes
from audit import services as audit
from config.errors import UserFault
from generation import InvalidRequest
from generation.references import check
from jobs.disk import require_space
from provenance import InvalidMedia, LimitReached, decode_picture
from studio.models import Picture

MOST_BYTES = 20_000_000
MOST_PIXELS = 40_000_000
MOST_SIDE = 2048
"""More than any model takes; larger pictures are scaled down before they are kept."""
UNUSED_AFTER = timedelta(days=1)


def receive(owner: Person, upload: UploadedFile) -> Picture:
    """Keeps an uploaded picture; the uploaded file itself is deleted, whatever happens.

    Raises `UserFault` with a code of ours (studio.picture-empty, -too-large), of the sandbox
    (provenance.picture-…) or of the generator (generation.reference-…); `SystemFault` when the disk
    is nearly full; `ProvenanceFailed`.
    """
    try:
        require_space()
        return keep(owner, _decoded(_checked(upload)))
    finally:
        _discard(upload)


def receive_pixels(upload: UploadedFile) -> NDArray[np.uint8]:
    """The pixels of an uploaded picture, (H, W, 3) sRGB; the file is deleted, whatever happens.

    Raises as `receive`, but for the disk.
    """
    try:
        return _decoded(_checked(upload))
    finally:
        _discard(upload)


def picture_for(person: Person, key: object) -> Picture | None:
    """One's own picture, unless it is erased."""
    return Picture.objects.filter(pk=key_of(key), owner=person, erased_at=None).first()


def key_of(text: object) -> UUID | None:
    """The key in a text, if it is one."""
    try:
        return UUID(str(text))
    except ValueError:
        return None


def content_of(picture: Picture) -> bytes:
    """The picture as PNG. Raises `UserFault` "studio.picture-gone" once it is erased."""
    try:
        return unseal_bytes(_file(picture).read_bytes())
    except FileNotFoundError:
        raise UserFault(
            "studio.picture-gone",
            "The picture is not in the studio any more.",
            "Choose the file again.",
        ) from None


def pixels_of(picture: Picture) -> NDArray[np.uint8]:
    """(H, W, 3) sRGB. Raises as `content_of`."""
    return np.array(Image.open(io.BytesIO(content_of(picture))).convert("RGB"))


def preview_of(picture: Picture, side: int = 640) -> bytes:
    """A small JPEG for pages."""
    image = Image.open(io.BytesIO(content_of(picture))).convert("RGB")
    image.thumbnail((side, side))
    target = io.BytesIO()
    image.save(target, "JPEG", quality=85)
    return target.getvalue()


def erase(picture: Picture, by: Person) -> None:
    """Deletes the pixels. Clips that were made from them stay; jobs that still need them fail."""
    _file(picture).unlink(missing_ok=True)
    if Picture.objects.filter(pk=picture.pk, erased_at=None).update(erased_at=now()):
        audit.record("picture.erased", picture, by)


def sweep() -> None:
    """Deletes pictures that no shot came of."""
    old = Picture.objects.filter(shots=None, created_at__lt=now() - UNUSED_AFTER)
    for picture in old:
        _file(picture).unlink(missing_ok=True)
        picture.delete()


def _checked(upload: UploadedFile) -> Path:
    if not upload.size:
        raise UserFault("studio.picture-empty", "This file is empty.", "Choose another picture.")
    if upload.size > MOST_BYTES:
        raise UserFault(
            "studio.picture-too-large",
            f"This file is larger than {MOST_BYTES // 1_000_000} MB.",
            "Save the picture smaller, for example as JPEG.",
        )
    if not isinstance(upload, TemporaryUploadedFile):
        raise TypeError("uploads must be files on disk: see FILE_UPLOAD_HANDLERS")
    return Path(upload.temporary_file_path())


def _decoded(path: Path) -> NDArray[np.uint8]:
    try:
        return check(decode_picture(path, max_pixels=MOST_PIXELS))
    except (InvalidMedia, LimitReached, InvalidRequest) as error:
        raise UserFault(error.code, error.message, error.advice) from None


def keep(owner: Person, pixels: NDArray[np.uint8]) -> Picture:
    """Keeps decoded pixels, (H, W, 3) sRGB, sealed."""
    image = Image.fromarray(pixels)
    image.thumbnail((MOST_SIDE, MOST_SIDE))
    target = io.BytesIO()
    image.save(target, "PNG")
    picture = Picture(owner=owner, width=image.width, height=image.height)
    _write(_file(picture), seal_bytes(target.getvalue()))
    picture.save()
    audit.record("picture.received", picture, owner)
    return picture


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix="part-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def _file(picture: Picture) -> Path:
    return Path(settings.PRIVATE_DIR / "pictures" / str(picture.pk))


def _discard(upload: UploadedFile) -> None:
    upload.close()
    if isinstance(upload, TemporaryUploadedFile):
        Path(upload.temporary_file_path()).unlink(missing_ok=True)
