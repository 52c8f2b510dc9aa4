"""Checks on pictures that need no model: nothing to see, and dangerous flashing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from safety.gate import unscreened
from safety.media.sampling import thumbnails
from safety.policy import Policy
from safety.verdict import Decision, Finding

FLASHING = "flashing"
_FLAT = 1.5  # standard deviation of luma, of 255, below which a frame shows nothing
_FLASH = 0.1 * 255  # luma step of a general flash (WCAG 2.2, 2.3.1: 10 % of relative luminance)
_AREA = 0.25  # share of the picture that must flash
_PER_SECOND = 3


class BlankCheck:
    """A clip with frames that show nothing at all was not screened by anybody."""

    name = "check.blank"

    def find(self, frames: NDArray[np.uint8], fps: int) -> Sequence[Finding]:
        """A review when any frame is flat."""
        flat = np.flatnonzero(thumbnails(frames).std((1, 2)) < _FLAT)
        if not len(flat):
            return []
        reason = f"{len(flat)} of {len(frames)} frames show nothing that could be checked."
        return [unscreened(reason, "frames", self.name)]


class FlashCheck:
    """More than three flashes in a second can harm people with photosensitive epilepsy.

    After WCAG 2.2, success criterion 2.3.1, on a 16x16 luma grid: a flash is a pair of opposing
    changes of at least 10 % over a quarter of the picture.
    """

    name = "check.flashing"

    def __init__(self, policy: Policy) -> None:
        self._rule = policy.frames[FLASHING]

    def find(self, frames: NDArray[np.uint8], fps: int) -> Sequence[Finding]:
        """A finding for the worst second, if it flashes too often."""
        turns = _turns(thumbnails(frames))
        if not turns.any():
            return []
        counts = np.convolve(turns, np.ones(max(1, fps)), "full")[: len(turns)] / 2
        worst = int(counts.argmax())
        if counts[worst] <= _PER_SECOND:
            return []
        span = (max(0, worst + 1 - fps) / fps, (worst + 1) / fps)
        reason = f"This clip flashes {counts[worst]:.0f} times in a second. {self._rule.advice}"
        decision = self._rule.decide(1.0, agreed=False)
        if decision is Decision.ALLOW:
            return []
        return [
            Finding(FLASHING, 1.0, decision, self.name, reason, None, "frames", span),
        ]


def _turns(luma: NDArray[np.float32]) -> NDArray[np.float64]:
    """For each frame after the first, 1 when a quarter of the picture swings the other way."""
    steps = np.diff(luma, axis=0)
    up = (steps > _FLASH).mean((1, 2)) >= _AREA
    down = (steps < -_FLASH).mean((1, 2)) >= _AREA
    turns = np.zeros(len(steps))
    last = 0
    for index in range(len(steps)):
        direction = 1 if up[index] else -1 if down[index] else 0
        if direction and direction != last:
            turns[index], last = 1.0, direction
    return turns
