"""What the engine asks of a registry of published clips, and one kept in a folder.

The folder registry is how a studio's records travel: the platform writes it at publication, and
the offline command line reads it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from provenance.atomic import write_bytes
from provenance.errors import ProvenanceFailed
from provenance.fingerprint import Reference
from provenance.shortlist import Near, Shortlist, View, hashes_of, parts_of
from provenance.watermark import KeyRing, Names

_NAME = re.compile(r"[0-9a-f]{12}\.json")


@dataclass(frozen=True, slots=True)
class RegisteredClip:
    """What is kept of a published clip.

    Attributes:
        manifest_id: URN of its manifest.
        manifest: the manifest store's bytes, as `SignedClip` has them.
        reference: bytes of its `fingerprint.Reference`.
        taken_down: it is no longer public; taken_down_reason: why, in words, or "".
    """

    manifest_id: str
    manifest: bytes = field(repr=False)
    reference: bytes = field(repr=False)
    taken_down: bool = False
    taken_down_reason: str = ""


class Registry(Protocol):
    """Where published clips are looked up."""

    def find(self, mark_id: int) -> RegisteredClip | None:
        """The clip with this mark ID."""

    def names(self, keys: KeyRing) -> Names:
        """What the detector may look for by name; may be less than all, or nothing."""

    def look_alikes(self, views: Sequence[View]) -> Sequence[Near]:
        """The clips that an upload with these hashes (`shortlist.views_of`) may show, the likeliest
        first; at most `shortlist.CANDIDATES`."""


@dataclass(frozen=True, slots=True)
class FolderRegistry:
    """One JSON and two binary files for each record, named by the mark ID in hex."""

    folder: Path

    def find(self, mark_id: int) -> RegisteredClip | None:
        """See `Registry`.

        Raises:
            ProvenanceFailed: ``provenance.record-broken``.
        """
        name = f"{mark_id:012x}"
        path = self.folder / f"{name}.json"
        if not path.exists():
            return None
        try:
            data = json.loads(path.read_text())
            return RegisteredClip(
                str(data["manifest_id"]),
                (self.folder / f"{name}.c2pa").read_bytes(),
                (self.folder / f"{name}.ref").read_bytes(),
                bool(data["taken_down"]),
                str(data.get("taken_down_reason", "")),
            )
        except (OSError, ValueError, KeyError, TypeError) as fault:
            raise ProvenanceFailed(
                "record-broken",
                f"The studio's record {name} is incomplete.",
                "Export the studio's records again.",
            ) from fault

    def names(self, keys: KeyRing) -> Names:
        """See `Registry`."""
        return Names.of(self.known_mark_ids(), keys)

    def look_alikes(self, views: Sequence[View]) -> Sequence[Near]:
        """See `Registry`. Reads every reference in the folder: about two milliseconds each."""
        clips = ((mark_id, *self._hashes(mark_id)) for mark_id in self.known_mark_ids())
        return Shortlist.of(clips).nearest(views)

    def known_mark_ids(self) -> Sequence[int]:
        """Mark IDs of all records that are whole."""
        if not self.folder.is_dir():
            return ()
        names = (path.name for path in self.folder.iterdir())
        return sorted(int(name[:12], 16) for name in names if _NAME.fullmatch(name))

    def _hashes(self, mark_id: int) -> tuple[bytes, bytes]:
        """Of whole frames and of parts; none of a broken record: it is told when something leads to
        it."""
        try:
            content = (self.folder / f"{mark_id:012x}.ref").read_bytes()
            kept = Reference.from_bytes(content)
            return hashes_of(kept.hashes), parts_of(kept.thumbnails)
        except (OSError, ValueError):
            return b"", b""

    def store(self, mark_id: int, clip: RegisteredClip) -> None:
        """Write or replace a record; the JSON comes last, so a record is found only when whole."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{mark_id:012x}"
        write_bytes(self.folder / f"{name}.c2pa", clip.manifest)
        write_bytes(self.folder / f"{name}.ref", clip.reference)
        data = {
            "mark_id": name,
            "manifest_id": clip.manifest_id,
            "manifest": f"{name}.c2pa",
            "reference": f"{name}.ref",
            "taken_down": clip.taken_down,
            "taken_down_reason": clip.taken_down_reason,
        }
        write_bytes(self.folder / f"{name}.json", json.dumps(data, indent=1).encode())
