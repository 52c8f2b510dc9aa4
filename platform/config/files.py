"""Files as answers, with the byte ranges that players need to seek."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_BLOCK = 64 * 1024


def picture(path: Path | None, *, public: bool = False) -> FileResponse:
    """A JPEG. Raises `Http404` when there is none."""
    response = FileResponse(_open(path), content_type="image/jpeg")
    response["Cache-Control"] = "public, max-age=3600" if public else "private, no-store"
    return response


def video(request: HttpRequest, path: Path | None, *, save_as: str = "") -> HttpResponseBase:
    """An MP4, whole or the one range asked for (RFC 9110, section 14); `save_as` makes it a
    download. Raises `Http404` when there is none."""
    file = _open(path)
    size = os.fstat(file.fileno()).st_size
    wanted = None if save_as else _range(request.headers.get("Range", ""), size)
    if wanted is None:
        response: HttpResponseBase = FileResponse(
            file, content_type="video/mp4", as_attachment=bool(save_as), filename=save_as
        )
    elif wanted.start >= size or not wanted:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    else:
        response = StreamingHttpResponse(_part(file, wanted), status=206, content_type="video/mp4")
        response["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{size}"
        response["Content-Length"] = str(len(wanted))
    response["Accept-Ranges"] = "bytes"
    return response


def _open(path: Path | None) -> BinaryIO:
    try:
        return path.open("rb") if path else _missing()
    except (FileNotFoundError, IsADirectoryError):
        return _missing()


def _missing() -> BinaryIO:
    raise Http404


def _range(header: str, size: int) -> range | None:
    """The bytes asked for; None for no range, or several, which may be answered as none."""
    match = _RANGE.fullmatch(header.strip())
    if not match or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return range(max(0, size - int(last)), size)
    return range(int(first), min(size, int(last) + 1) if last else size)


def _part(file: BinaryIO, wanted: range) -> Iterator[bytes]:
    with file:
        file.seek(wanted.start)
        left = len(wanted)
        while left and (block := file.read(min(_BLOCK, left))):
            left -= len(block)
            yield block
