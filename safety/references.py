"""Works of right holders, looked for on frames; a match is a question of licence, not of harm."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from safety.banks import HashBank, Match
from safety.errors import Unhashable
from safety.hashing import BITS
from safety.media.sampling import EVEN
from safety.policy import CategoryRule
from safety.verdict import Finding

CATEGORY = "copyright"


def similarity(distance: int) -> float:
    """Bits of PDQ's 256 as a share: 1 for the same picture, 0 for two that have nothing in common
    (these differ in half of the bits on average)."""
    return max(0.0, 1 - distance / (BITS / 2))


class ReferenceCheck:
    """Asks for review when a frame looks like a work in the bank, and says how alike they are.

    Args:
        works: entries whose label is the work's name and whose source is its holder.
        rule: of the category "copyright".
    """

    name = "reference-bank"

    def __init__(self, works: HashBank, rule: CategoryRule) -> None:
        self._works = works
        self._rule = rule

    def find(self, frames: NDArray[np.uint8], fps: int) -> Sequence[Finding]:
        """One finding for each work that a sampled frame looks like. Frames without detail show
        no work; that they cannot be compared is for the hash bank to say."""
        best: dict[str, tuple[Match, int]] = {}
        for index in np.unique(np.linspace(0, len(frames) - 1, EVEN).round().astype(int)):
            try:
                matches = self._works.search_picture(frames[index])
            except Unhashable:
                continue
            for match in matches:
                name = match.entry.label
                if name not in best or match.distance < best[name][0].distance:
                    best[name] = (match, int(index))
        return [self._finding(match, index, fps) for match, index in best.values()]

    def _finding(self, match: Match, index: int, fps: int) -> Finding:
        alike = similarity(match.distance)
        owner = f" of {match.entry.source}" if match.entry.source else ""
        reason = (
            f"The picture at {index / fps:.1f} s is {alike:.0%} like “{match.entry.label}”{owner}."
            f" {self._rule.advice}"
        )
        decision = self._rule.decide(1.0, agreed=False)
        seconds = (index / fps, (index + 1) / fps)
        work = match.entry.label
        return Finding(
            CATEGORY, alike, decision, self.name, reason, None, "frames", seconds, subject=work
        )
