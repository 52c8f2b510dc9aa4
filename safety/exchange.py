"""Hash lists in the forms that hash exchanges use.

CSV: the columns of ThreatExchange's download (`td_raw_indicator`, `td_type`, `td_status`,
`td_subjective_tags`, …). JSON: descriptors as its Graph API returns them, a list under `data` of
objects with `raw_indicator`, `type`, `status` and `tags`. Only PDQ signals are read; others are
counted, not guessed at.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from safety.banks import Entry, HashBank, Purpose
from safety.errors import InvalidExchange, InvalidInput
from safety.hashing import PictureHash

PDQ = "HASH_PDQ"
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
class Import:
    """What was read.

    Attributes:
        block, allow: entries by purpose.
        skipped: signals of other types.
    """

    block: tuple[Entry, ...]
    allow: tuple[Entry, ...]
    skipped: int

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


def write_csv(bank: HashBank) -> bytes:
    """A bank as CSV, UTF-8."""
    target = io.StringIO()
    writer = csv.DictWriter(target, _COLUMNS, lineterminator="\n")
    writer.writeheader()
    for entry in bank.entries:
        row = (entry.hash.hex, PDQ, _STATUS[bank.purpose], _safe(entry.label), _safe(entry.source))
        writer.writerow(dict(zip(_COLUMNS, row, strict=True)))
    return target.getvalue().encode()


def write_json(bank: HashBank) -> bytes:
    """A bank as JSON descriptors, UTF-8."""
    descriptors = [
        {
            "raw_indicator": entry.hash.hex,
            "type": PDQ,
            "status": _STATUS[bank.purpose],
            "tags": [entry.label] if entry.label else [],
            "owner": {"name": entry.source},
        }
        for entry in bank.entries
    ]
    return json.dumps({"data": descriptors}, ensure_ascii=False, indent=1).encode()


def _text(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise InvalidExchange("This list is larger than 512 MB.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidExchange("This list is not UTF-8 text.") from error


def _import(descriptors: Iterable[Mapping[str, Any]]) -> Import:
    sorted_out: dict[Purpose, list[Entry]] = {Purpose.BLOCK: [], Purpose.ALLOW: []}
    skipped = 0
    for number, descriptor in enumerate(descriptors, start=1):
        kind = str(descriptor.get("type") or PDQ).upper()
        if kind not in (PDQ, "PDQ"):
            skipped += 1
            continue
        try:
            found = PictureHash.from_hex(str(descriptor.get("raw_indicator") or ""))
        except InvalidInput as error:
            raise InvalidExchange(f"Entry {number}: {error.message}") from error
        status = str(descriptor.get("status") or "").upper()
        if status not in _PURPOSE:
            raise InvalidExchange(f"Entry {number}: the status “{status[:40]}” is unknown.")
        entry = Entry(found, ";".join(_tags(descriptor.get("tags"))), _owner(descriptor))
        sorted_out[_PURPOSE[status]].append(entry)
    return Import(tuple(sorted_out[Purpose.BLOCK]), tuple(sorted_out[Purpose.ALLOW]), skipped)


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
