"""Files as answers, with the byte ranges that players need to seek."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_BLOCK = 256 * 1024


def picture(request: HttpRequest, path: Path | None, *, public: bool = False) -> HttpResponseBase:
    """A JPEG. Raises `Http404` when there is none."""
    response = _whole(request, _existing(path), "image/jpeg")
    response["Cache-Control"] = "public, max-age=3600" if public else "private, no-store"
    return response


def video(request: HttpRequest, path: Path | None, *, save_as: str = "") -> HttpResponseBase:
    """An MP4, whole or the one range asked for (RFC 9110, section 14); `save_as` makes it a
    download. Raises `Http404` when there is none."""
    file = _existing(path)
    size = file.stat().st_size
    wanted = None if save_as else _range(request.headers.get("Range", ""), size)
    if wanted is None:
        response = _whole(request, file, "video/mp4")
        if save_as:
            response["Content-Disposition"] = f'attachment; filename="{save_as}"'
    elif not wanted:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    else:
        response = _part(request, file, wanted, "video/mp4")
        response.status_code = 206
        response["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{size}"
    response["Accept-Ranges"] = "bytes"
    return response


def _existing(path: Path | None) -> Path:
    if path is None or not path.is_file():
        raise Http404
    return path


def _range(header: str, size: int) -> range | None:
    """The bytes asked for, empty if there are none there; None for no range, or several, which
    may be answered as none."""
    match = _RANGE.fullmatch(header.strip())
    if not match or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return range(max(0, size - int(last)), size)
    return range(int(first), min(size, int(last) + 1) if last else size)


def _whole(request: HttpRequest, file: Path, kind: str) -> StreamingHttpResponse:
    return _part(request, file, range(file.stat().st_size), kind)


def _part(request: HttpRequest, file: Path, wanted: range, kind: str) -> StreamingHttpResponse:
    """Read block by block. Under ASGI that takes an asynchronous iterator: Django would first
    collect a plain one in memory."""
    blocks = _blocks(file, wanted)
    content = _in_threads(blocks) if isinstance(request, ASGIRequest) else blocks
    response = StreamingHttpResponse(content, content_type=kind)
    response["Content-Length"] = str(len(wanted))
    return response


def _blocks(file: Path, wanted: range) -> Iterator[bytes]:
    with file.open("rb") as content:
        content.seek(wanted.start)
        left = len(wanted)
        while left and (block := content.read(min(_BLOCK, left))):
            left -= len(block)
            yield block


async def _in_threads(blocks: Iterator[bytes]) -> AsyncIterator[bytes]:
    while block := await asyncio.to_thread(next, blocks, b""):
        yield block
