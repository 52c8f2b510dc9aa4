"""Hash lists in the forms that hash exchanges use.

CSV: the columns of ThreatExchange's download (`td_raw_indicator`, `td_type`, `td_status`,
`td_subjective_tags`, …). JSON: descriptors as its Graph API returns them, a list under `data` of
objects with `raw_indicator`, `type`, `status` and `tags`. PDQ signals of pictures and vPDQ signals
of clips are read; others are counted, not guessed at. A vPDQ indicator is a JSON list of
"hash,quality,seconds", one for each distinct frame.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from safety.banks import Entry, HashBank, Purpose
from safety.clips import ClipBank, ClipEntry
from safety.errors import InvalidExchange, InvalidInput
from safety.hashing import LEAST_QUALITY, PictureHash

PDQ, VPDQ = "HASH_PDQ", "HASH_VIDEO_VPDQ"
MAX_BYTES = 512 * 1024 * 1024
_STATUS = {Purpose.BLOCK: "MALICIOUS", Purpose.ALLOW: "NON_MALICIOUS"}
_PURPOSE = {
    "MALICIOUS": Purpose.BLOCK,
    "SUSPICIOUS": Purpose.BLOCK,
    "UNKNOWN": Purpose.BLOCK,
    "": Purpose.BLOCK,
    "NON_MALICIOUS": Purpose.ALLOW,
}
_COLUMNS = ("td_raw_indicator", "td_type", "td_status", "td_subjective_tags", "td_owner_name")


@dataclass(frozen=True, slots=True)
class Part:
    """Entries of one purpose, without an index to search them."""

    purpose: Purpose
    entries: tuple[Entry | ClipEntry, ...]


@dataclass(frozen=True, slots=True)
class Import:
    """What was read.

    Attributes:
        block, allow: entries of pictures by purpose.
        clips_block, clips_allow: of clips.
        skipped: signals of other types, and clips without a frame of enough detail.
    """

    block: tuple[Entry, ...]
    allow: tuple[Entry, ...]
    skipped: int
    clips_block: tuple[ClipEntry, ...] = ()
    clips_allow: tuple[ClipEntry, ...] = ()

    def parts(self) -> tuple[Part, ...]:
        """All of it, as the writers take it."""
        return (
            Part(Purpose.BLOCK, (*self.block, *self.clips_block)),
            Part(Purpose.ALLOW, (*self.allow, *self.clips_allow)),
        )

    def clip_bank(self, name: str, purpose: Purpose) -> ClipBank:
        """A bank of the clips with that purpose."""
        chosen = self.clips_block if purpose is Purpose.BLOCK else self.clips_allow
        return ClipBank(name, purpose, chosen)

    def bank(self, name: str, purpose: Purpose) -> HashBank:
        """A bank of the entries with that purpose."""
        return HashBank(name, purpose, self.block if purpose is Purpose.BLOCK else self.allow)


def read_csv(content: bytes) -> Import:
    """Read a CSV list.

    Raises:
        InvalidExchange: no text, no header with `td_raw_indicator`, or a malformed row.
    """
    rows = csv.DictReader(io.StringIO(_text(content)))
    try:
        if "td_raw_indicator" not in (rows.fieldnames or ()):
            raise InvalidExchange("This CSV has no column “td_raw_indicator”.")
        return _import(
            {
                "raw_indicator": row["td_raw_indicator"],
                "type": row.get("td_type") or PDQ,
                "status": row.get("td_status"),
                "tags": [tag for tag in (row.get("td_subjective_tags") or "").split(";") if tag],
                "owner": {"name": row.get("td_owner_name") or ""},
            }
            for row in rows
        )
    except csv.Error as error:
        raise InvalidExchange(f"This CSV cannot be read: {error}.") from error


def read_json(content: bytes) -> Import:
    """Read a JSON list of descriptors.

    Raises:
        InvalidExchange: not JSON, or not of that form.
    """
    try:
        data = json.loads(_text(content))
    except (ValueError, RecursionError) as error:
        raise InvalidExchange("This is no JSON.") from error
    descriptors = data.get("data") if isinstance(data, dict) else data
    if not isinstance(descriptors, list) or not all(isinstance(d, dict) for d in descriptors):
        raise InvalidExchange("This JSON is no list of descriptors.")
    return _import(descriptors)


def write_csv(*banks: HashBank | ClipBank | Part) -> bytes:
    """Banks as one CSV, UTF-8."""
    target = io.StringIO()
    writer = csv.DictWriter(target, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    for bank in banks:
        for entry in bank.entries:
            indicator, kind = signal(entry)
            label, source = _safe(entry.label), _safe(entry.source)
            row = (indicator, kind, _STATUS[bank.purpose], label, source)
            writer.writerow(dict(zip(_COLUMNS, row, strict=True)))
    return target.getvalue().encode()


def write_json(*banks: HashBank | ClipBank | Part) -> bytes:
    """Banks as one list of JSON descriptors, UTF-8."""
    descriptors = []
    for bank in banks:
        for entry in bank.entries:
            indicator, kind = signal(entry)
            descriptors.append(
                {
                    "raw_indicator": indicator,
                    "type": kind,
                    "status": _STATUS[bank.purpose],
                    "tags": [entry.label] if entry.label else [],
                    "owner": {"name": entry.source},
                }
            )
    return json.dumps({"data": descriptors}, ensure_ascii=False, indent=1).encode()


def signal(entry: Entry | ClipEntry) -> tuple[str, str]:
    """An entry's indicator and its type."""
    if isinstance(entry, Entry):
        return entry.hash.hex, PDQ
    # Our banks do not keep when a frame was shown; its place stands in for the second.
    frames = [f"{h.hex},{h.quality},{place:.3f}" for place, h in enumerate(entry.hashes)]
    return json.dumps(frames), VPDQ


def _text(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise InvalidExchange("This list is larger than 512 MB.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidExchange("This list is not UTF-8 text.") from error


def _import(descriptors: Iterable[Mapping[str, Any]]) -> Import:
    pictures: dict[Purpose, list[Entry]] = {Purpose.BLOCK: [], Purpose.ALLOW: []}
    clips: dict[Purpose, list[ClipEntry]] = {Purpose.BLOCK: [], Purpose.ALLOW: []}
    skipped = 0
    for number, descriptor in enumerate(descriptors, start=1):
        kind = str(descriptor.get("type") or PDQ).upper()
        indicator = str(descriptor.get("raw_indicator") or "")
        label, owner = ";".join(_tags(descriptor.get("tags"))), _owner(descriptor)
        try:
            if kind in (PDQ, "PDQ"):
                found = Entry(PictureHash.from_hex(indicator), label, owner)
                pictures[_purpose(descriptor)].append(found)
            elif kind == VPDQ and (hashes := _frames(indicator)):
                clips[_purpose(descriptor)].append(ClipEntry(hashes, label, owner))
            else:
                skipped += 1
        except InvalidInput as error:
            raise InvalidExchange(f"Entry {number}: {error.message}") from error
    return Import(
        tuple(pictures[Purpose.BLOCK]), tuple(pictures[Purpose.ALLOW]), skipped,
        tuple(clips[Purpose.BLOCK]), tuple(clips[Purpose.ALLOW]),
    )  # fmt: skip


def _purpose(descriptor: Mapping[str, Any]) -> Purpose:
    status = str(descriptor.get("status") or "").upper()
    if status not in _PURPOSE:
        raise InvalidInput(f"the status “{status[:40]}” is unknown.")
    return _PURPOSE[status]


def _frames(indicator: str) -> tuple[PictureHash, ...]:
    """Hashes of a vPDQ indicator; frames of too little detail are left out, as vPDQ does."""
    try:
        parts = [str(feature).split(",") for feature in json.loads(indicator)]
        read = [(text, int(quality)) for text, quality, _ in parts]
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidInput("this is no vPDQ signal.") from error
    return tuple(
        PictureHash.from_hex(text, quality) for text, quality in read if quality >= LEAST_QUALITY
    )


def _tags(tags: object) -> list[str]:
    if isinstance(tags, dict):  # the Graph API nests them: {"data": [{"text": …}]}
        tags = [tag.get("text", "") for tag in tags.get("data", []) if isinstance(tag, dict)]
    return [str(tag) for tag in tags if tag] if isinstance(tags, list) else []


def _owner(descriptor: Mapping[str, Any]) -> str:
    owner = descriptor.get("owner")
    return str(owner.get("name") or "") if isinstance(owner, dict) else ""


def _safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell
