"""Importing, growing, pruning and handing out hash lists.

A list is a file in the folder of $KINEMARK_SAFETY_BANKS, and nowhere else: the gates read that
folder and notice by themselves when a file of it has changed.
"""

import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from accounts.models import Person
from audit import services as audit
from config.errors import Forbidden, UserFault
from safety.bank_folder import REFERENCES, list_files, read_list
from safety.banks import Entry, Purpose
from safety.clips import ClipEntry
from safety.errors import SafetyError
from safety.exchange import Import, read_csv, read_json, signal, write_csv, write_json
from safety.hashing import hash_picture
from studio.pictures import receive_pixels

MOST_BYTES = 50_000_000
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
EMPTY = Import((), (), 0)


@dataclass(frozen=True, slots=True)
class HashList:
    """One file: `works` tells those of rights holders from known pictures and clips."""

    name: str
    works: bool
    path: Path
    content: Import | None
    """None where it cannot be read; the gates then hold everything."""

    @property
    def block(self) -> int:
        return len(self.content.block) + len(self.content.clips_block) if self.content else 0

    @property
    def allow(self) -> int:
        return len(self.content.allow) + len(self.content.clips_allow) if self.content else 0

    @property
    def clips(self) -> int:
        return len(self.content.clips_block) + len(self.content.clips_allow) if self.content else 0


def folder() -> Path | None:
    """Where the lists are; None when the studio has no such folder."""
    return Path(settings.SAFETY_BANKS) if settings.SAFETY_BANKS else None


def hash_lists() -> list[HashList]:
    place = folder()
    return [_list(path) for path in list_files(place)] if place else []


def hash_list(name: str, works: bool) -> HashList | None:
    """One of the lists that are there: a name never becomes a path otherwise."""
    place = folder()
    for path in list_files(place) if place else []:
        if path.name == name and (path.parent.name == REFERENCES) == works:
            return _list(path)
    return None


def import_list(by: Person, upload: UploadedFile, works: bool) -> HashList:
    """Takes a list in, under its file's name; one of the same name is replaced.

    Raises `Forbidden`; `InvalidExchange`; `UserFault`: banks.no-folder, -name, -too-large.
    """
    _require_admin(by)
    path = _path_for(Path(upload.name or "").name.lower(), works)
    if (upload.size or 0) > MOST_BYTES:
        raise UserFault(
            "banks.too-large",
            f"This list is larger than {MOST_BYTES // 1_000_000} MB.",
            "Put the file into the folder of the lists yourself.",
        )
    content = upload.read()
    found = read_csv(content) if path.suffix == ".csv" else read_json(content)
    _write(path, content)
    _record("bank.imported", path, by, block=len(found.block), allow=len(found.allow))
    return _list(path)


def add_picture(
    by: Person, upload: UploadedFile, name: str, label: str, source: str, purpose: str
) -> HashList:
    """Hashes a picture into a list of ours: a work (`purpose` "work"), or one to block or allow.
    The picture itself is not kept.

    Raises `Forbidden`; `UserFault` for a file that is no picture (studio.picture-…), a name or
    purpose that is none; `Unhashable`.
    """
    _require_admin(by)
    works = purpose == "work"
    if not works and purpose not in set(Purpose):
        raise UserFault("banks.purpose", "This is no use of a picture.", "Choose one of the three.")
    path = _path_for(f"{name.strip().lower()}.json", works)
    entry = Entry(hash_picture(receive_pixels(upload)), label.strip(), source.strip())
    before = read_list(path) if path.exists() else EMPTY
    allows = purpose == Purpose.ALLOW
    grown = replace(
        before,
        allow=(*before.allow, entry) if allows else before.allow,
        block=before.block if allows else (*before.block, entry),
    )
    _write(path, write_json(*grown.parts()))
    _record("bank.picture-added", path, by, purpose=purpose)
    return _list(path)


def remove_entry(found: HashList, by: Person, indicator: str) -> None:
    """Deletes what has this indicator. Raises `Forbidden`; `UserFault` "banks.no-entry"."""
    _require_admin(by)
    before = _readable(found)
    after = Import(
        _without(before.block, indicator),
        _without(before.allow, indicator),
        before.skipped,
        _without(before.clips_block, indicator),
        _without(before.clips_allow, indicator),
    )
    if after == before:
        raise UserFault("banks.no-entry", "There is no such entry.", "Load the page again.")
    _write(found.path, _written(after, found.path.suffix))
    _record("bank.entry-removed", found.path, by, indicator=indicator[:64])


def delete_list(found: HashList, by: Person) -> None:
    _require_admin(by)
    found.path.unlink(missing_ok=True)
    _record("bank.deleted", found.path, by, block=found.block, allow=found.allow)


def export(found: HashList, by: Person, form: str) -> bytes:
    """The list in the exchange's form, "csv" or "json". Raises `Forbidden`, `InvalidExchange`."""
    _require_admin(by)
    content = _written(_readable(found), f".{form}")
    _record("bank.exported", found.path, by, form=form)
    return content


def _readable(found: HashList) -> Import:
    return found.content if found.content is not None else read_list(found.path)


def _written(content: Import, suffix: str) -> bytes:
    return (write_csv if suffix == ".csv" else write_json)(*content.parts())


def _without(entries: Sequence[Entry | ClipEntry], indicator: str) -> tuple:
    return tuple(entry for entry in entries if signal(entry)[0] != indicator)


def _list(path: Path) -> HashList:
    try:
        content = read_list(path)
    except SafetyError:
        content = None
    return HashList(path.name, path.parent.name == REFERENCES, path, content)


def _path_for(name: str, works: bool) -> Path:
    place = folder()
    if place is None:
        raise UserFault(
            "banks.no-folder",
            "This studio has no folder for hash lists.",
            "Set KINEMARK_SAFETY_BANKS to one, and start the studio again.",
        )
    path = Path(name)
    if path.name != name or path.suffix not in {".csv", ".json"} or not _NAME.fullmatch(path.stem):
        raise UserFault(
            "banks.name",
            "A list is a .csv or .json file, named with letters, digits, - and _.",
            "Give the file such a name.",
        )
    return (place / REFERENCES if works else place) / path.name


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all: the gates may be reading."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix="part-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(0o640)
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def _record(action: str, path: Path, by: Person, **details: str | int) -> None:
    works = path.parent.name == REFERENCES
    audit.record(action, f"{REFERENCES}/{path.name}"[:64] if works else path.name, by, **details)


def _require_admin(person: Person) -> None:
    if not person.is_admin:
        raise Forbidden(
            "banks.not-an-administrator",
            "Only administrators change hash lists.",
            "Ask whoever runs this studio.",
        )
