"""Files that appear whole or not at all: temporary name, fsync, rename, fsync of the folder."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from provenance.errors import ProvenanceFailed

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def replacing(destination: Path, *, mode: int = 0o644) -> Iterator[BinaryIO]:
    """Yield a writable, seekable file that takes ``destination``'s place when the block ends well.

    ``file.name`` is its path, for libraries that want to open it themselves.

    On any exception the temporary file goes and ``destination`` stays as it was.

    Raises:
        ProvenanceFailed: ``provenance.disk-full`` or ``provenance.write-failed``.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{destination.name}.", dir=destination.parent)
    except OSError as fault:
        raise write_fault(fault) from fault
    temporary = Path(name)
    try:
        os.close(handle)
        with temporary.open("w+b") as file:
            yield file
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        os.replace(temporary, destination)
        _sync_folder(destination.parent)
    except OSError as fault:
        raise write_fault(fault) from fault
    finally:
        with suppress(FileNotFoundError):
            temporary.unlink()


def write_bytes(destination: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write ``content`` as a whole file; see `replacing`."""
    with replacing(destination, mode=mode) as file:
        file.write(content)


def write_fault(fault: OSError) -> ProvenanceFailed:
    """The error for a write that the system refused."""
    if fault.errno in _FULL:
        return ProvenanceFailed(
            "disk-full",
            "There is no room left to write the video.",
            "Free some space on the studio's disk, then try again.",
            retryable=True,
        )
    return ProvenanceFailed(
        "write-failed",
        "The video could not be written.",
        f"Check the folder and its permissions ({errno.errorcode.get(fault.errno or 0, 'I/O')}).",
        retryable=True,
    )


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
