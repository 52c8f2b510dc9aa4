"""A copy of each record as plain files, so that `python -m provenance verify` works offline.

`<mark id>.json` names the manifest (`.c2pa`) and the reference (`.ref`) beside it. The database
stays the truth: `write_missing` makes the folder anew from it.
"""

import json
import os
import tempfile
from pathlib import Path

from django.conf import settings

from registry.models import Record


def write(record: Record) -> None:
    """Writes a record's three files; the JSON comes last and stands for all of them."""
    name = f"{record.mark_id:012x}"
    settings.REGISTRY_DIR.mkdir(parents=True, exist_ok=True)
    _write(_path(f"{name}.c2pa"), bytes(record.manifest))
    _write(_path(f"{name}.ref"), bytes(record.reference))
    description = {
        "mark_id": name,
        "manifest_id": record.manifest_id,
        "manifest": f"{name}.c2pa",
        "reference": f"{name}.ref",
        "sha256": record.sha256,
        "taken_down": record.clip.taken_down_at is not None,
    }
    _write(_path(f"{name}.json"), json.dumps(description, indent=1).encode())


def write_missing() -> None:
    """Writes what a crash between publication and export left out."""
    for record in Record.objects.select_related("clip").iterator():
        if not _path(f"{record.mark_id:012x}.json").exists():
            write(record)


def _path(name: str) -> Path:
    return Path(settings.REGISTRY_DIR / name)


def _write(path: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
