"""Known clips: a clip is its frames' hashes; two are the same when most of one are in the other.

The rule of vPDQ (Meta): frames within 31 bits count as the same; a match needs four fifths of
either clip's distinct frames, so that a known clip is found inside a longer one and a cut of a
known one is found too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from safety.banks import Entry, HashBank, Purpose
from safety.errors import InvalidInput, Unhashable
from safety.gate import unscreened
from safety.hashing import PictureHash, orientations
from safety.media.sampling import EVEN
from safety.verdict import Decision, Finding

MATCHING_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class ClipEntry:
    """One known clip.

    Attributes:
        hashes: of its distinct frames (`hashing.hash_clip`), at least one.
        label: why it is in the bank; shown to moderators only.
        source: who shared it.
    """

    hashes: tuple[PictureHash, ...]
    label: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if not self.hashes:
            raise InvalidInput("A known clip needs at least one frame with enough detail.")


@dataclass(frozen=True, slots=True)
class ClipMatch:
    """A known clip with the larger of two shares, 0.8..1: of its frames, of the query's frames."""

    entry: ClipEntry
    share: float


class ClipBank:
    """An immutable set of known clips with a search index.

    Args:
        name: for findings and logs.
        purpose: what a match means.
        entries: known clips.
    """

    def __init__(self, name: str, purpose: Purpose, entries: Sequence[ClipEntry]) -> None:
        self.name = name
        self.purpose = purpose
        self.entries = tuple(entries)
        places = [
            (number, place)
            for number, entry in enumerate(self.entries)
            for place in range(len(entry.hashes))
        ]
        frames = [Entry(self.entries[number].hashes[place]) for number, place in places]
        self._frames = HashBank(name, purpose, frames)
        self._place = {
            id(frame): place for frame, place in zip(self._frames.entries, places, strict=True)
        }

    def __len__(self) -> int:
        return len(self.entries)

    def search(self, frames: Sequence[Sequence[PictureHash]]) -> list[ClipMatch]:
        """Known clips that the query matches, the surest first.

        Args:
            frames: for each frame of the query its hashes, e.g. in all orientations.
        """
        of_query: dict[int, set[int]] = {}
        of_entry: dict[int, set[int]] = {}
        for index, views in enumerate(frames):
            for view in views:
                for match in self._frames.search(view):
                    number, place = self._place[id(match.entry)]
                    of_query.setdefault(number, set()).add(index)
                    of_entry.setdefault(number, set()).add(place)
        found = []
        for number, matched in of_query.items():
            entry = self.entries[number]
            share = max(len(matched) / len(frames), len(of_entry[number]) / len(entry.hashes))
            if share >= MATCHING_SHARE:
                found.append(ClipMatch(entry, share))
        return sorted(found, key=lambda match: -match.share)


class ClipCheck:
    """Looks a clip up among known clips; a match is blocked and never explained.

    Args:
        block: clips that must not appear.
        allow: clips known to be harmless; a match there cancels one in ``block``.
    """

    name = "clip-bank"

    def __init__(self, block: ClipBank, allow: ClipBank | None = None) -> None:
        self._block = block
        self._allow = allow

    def find(self, frames: NDArray[np.uint8], fps: int) -> Sequence[Finding]:
        """A hidden block for a match; a review when no frame can be hashed."""
        views = []
        for index in np.unique(np.linspace(0, len(frames) - 1, EVEN).round().astype(int)):
            try:
                views.append(orientations(frames[index]))
            except Unhashable:
                continue
        if not views:
            reason = "No frame has enough detail to be compared with known clips."
            return [unscreened(reason, "frames", self.name)]
        if not self._block.search(views) or (self._allow and self._allow.search(views)):
            return []
        whole = (0.0, len(frames) / fps)
        return [
            Finding("known_clip", 1.0, Decision.BLOCK, f"{self.name}.{self._block.name}",
                    "This clip cannot be used.", None, "frames", whole, hidden=True)
        ]  # fmt: skip
