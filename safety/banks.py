"""Hash banks: known pictures to block, known pictures to let pass, found within 31 bits.

The search is exact. Two hashes within 31 bits agree, in at least one of their sixteen 16-bit words,
in all but one bit (pigeonhole), so only entries that share such a word are compared ("multi-index
hashing", Norouzi, Punjani, Fleet 2012).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from safety.errors import Unhashable
from safety.gate import unscreened
from safety.hashing import MATCH, PictureHash, orientations
from safety.media.sampling import EVEN
from safety.verdict import Decision, Finding

_WORDS = 16
_NEIGHBOURS = np.array([0, *(1 << bit for bit in range(16))], np.uint16)


class Purpose(StrEnum):
    """What a match means."""

    BLOCK = "block"
    ALLOW = "allow"


@dataclass(frozen=True, slots=True)
class Entry:
    """One known picture.

    Attributes:
        hash: its PDQ hash.
        label: why it is in the bank; shown to moderators only.
        source: who shared it.
    """

    hash: PictureHash
    label: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """An entry near a query, with the distance in bits (0..31)."""

    entry: Entry
    distance: int


class HashBank:
    """An immutable set of entries with a search index.

    Args:
        name: for findings and logs.
        purpose: what a match means.
        entries: any number; a million takes about 100 MB.
    """

    def __init__(self, name: str, purpose: Purpose, entries: Sequence[Entry]) -> None:
        self.name = name
        self.purpose = purpose
        self.entries = tuple(entries)
        packed = b"".join(entry.hash.bits for entry in self.entries)
        self._rows = np.frombuffer(packed, np.uint64).reshape(-1, 4)
        words = np.frombuffer(packed, np.uint16).reshape(-1, _WORDS)
        self._order = [
            np.argsort(words[:, index], kind="stable").astype(np.int32) for index in range(_WORDS)
        ]
        self._starts = [
            np.searchsorted(words[order, index], np.arange(65_537)).astype(np.int64)
            for index, order in enumerate(self._order)
        ]

    def __len__(self) -> int:
        return len(self.entries)

    def search(self, query: PictureHash) -> list[Match]:
        """Every entry within 31 bits, nearest first."""
        if not self.entries:
            return []
        candidates = self._candidates(np.frombuffer(query.bits, np.uint16))
        bits = np.frombuffer(query.bits, np.uint64)
        distances = np.bitwise_count(self._rows[candidates] ^ bits).sum(1)
        near = np.flatnonzero(distances <= MATCH)
        matches = [Match(self.entries[candidates[i]], int(distances[i])) for i in near]
        return sorted(matches, key=lambda match: match.distance)

    def _candidates(self, words: NDArray[np.uint16]) -> NDArray[np.int32]:
        found = []
        for index in range(_WORDS):
            starts, order = self._starts[index], self._order[index]
            for value in words[index] ^ _NEIGHBOURS:
                first, last = starts[value], starts[int(value) + 1]
                if last > first:
                    found.append(order[first:last])
        return np.unique(np.concatenate(found)) if found else np.empty(0, np.int32)

    def search_picture(self, picture: NDArray[np.uint8]) -> list[Match]:
        """Every entry within 31 bits of any orientation of ``picture`` (H, W, 3), nearest first.

        Raises:
            InvalidInput: not a picture.
            Unhashable: too little detail.
        """
        best: dict[int, Match] = {}
        for turned in orientations(picture):
            for match in self.search(turned):
                known = best.get(id(match.entry))
                if known is None or match.distance < known.distance:
                    best[id(match.entry)] = match
        return sorted(best.values(), key=lambda match: match.distance)


class BankCheck:
    """Looks every sampled frame up in a block bank; a match is blocked and never explained.

    Args:
        block: pictures that must not appear.
        allow: pictures that are known to be harmless and cancel a match of the same frame.
    """

    name = "hash-bank"

    def __init__(self, block: HashBank, allow: HashBank | None = None) -> None:
        self._block = block
        self._allow = allow

    def find(self, frames: NDArray[np.uint8], fps: int) -> Sequence[Finding]:
        """A hidden block for the first match; a review when frames cannot be hashed."""
        unhashable = 0
        chosen = np.unique(np.linspace(0, len(frames) - 1, EVEN).round().astype(int))
        for index in chosen:
            try:
                matched = self._block.search_picture(frames[index])
                known = bool(matched and self._allow and self._allow.search_picture(frames[index]))
            except Unhashable:
                unhashable += 1
                continue
            if matched and not known:
                when = (float(index) / fps, float(index + 1) / fps)
                reason = "This clip cannot be used."
                return [
                    Finding("known_picture", 1.0, Decision.BLOCK, f"{self.name}.{self._block.name}",
                            reason, None, "frames", when, hidden=True)
                ]  # fmt: skip
        if unhashable:
            reason = f"{unhashable} of {len(chosen)} frames have too little detail to be compared."
            return [unscreened(reason, "frames", self.name)]
        return []
