"""The entries of a hash list for the eye."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from banks.services import HashList
from safety.banks import Entry, Purpose
from safety.clips import ClipEntry
from safety.exchange import signal


@dataclass(frozen=True, slots=True)
class EntryView:
    indicator: str
    shown: str
    kind: str
    purpose: str
    label: str
    source: str


def entries_of(found: HashList, about: str = "") -> list[EntryView]:
    """All entries of a list, or those whose hash, label or source has a text in it."""
    if found.content is None:
        return []
    blocks = _("a work") if found.works else _("block")
    views = [
        _view(entry, purpose)
        for part in found.content.parts()
        for purpose in [blocks if part.purpose == Purpose.BLOCK else _("allow")]
        for entry in part.entries
    ]
    wanted = about.strip().lower()
    return [
        view for view in views if wanted in f"{view.indicator} {view.label} {view.source}".lower()
    ]


def _view(entry: Entry | ClipEntry, purpose: str) -> EntryView:
    indicator, _kind = signal(entry)
    clip = isinstance(entry, ClipEntry)
    first = entry.hashes[0].hex if isinstance(entry, ClipEntry) else entry.hash.hex
    return EntryView(
        indicator=indicator,
        shown=f"{first[:16]}…",
        kind=_("clip") if clip else _("picture"),
        purpose=purpose,
        label=entry.label,
        source=entry.source,
    )
