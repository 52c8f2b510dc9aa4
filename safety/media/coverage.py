"""Says which kinds of harm no picture classifier looked for."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from safety.gate import unscreened
from safety.policy import Policy
from safety.verdict import Finding

EXPECTED = (
    "sexual", "violence", "gore", "hate", "self_harm", "illegal", "disturbing", "deception",
    "public_figure", "copyright",
)  # fmt: skip
"""Kinds of harm that pictures can show and that somebody has to answer for."""


class Coverage:
    """Asks for review for each kind that has neither a classifier nor an excuse in the policy.

    An excuse (``cannot_produce``) holds for a closed-domain generator only, and only on frames that
    conform to its domain: frames that do not are held by the conformance check.

    Args:
        answered: kinds of harm with a classifier or an excuse.
        expected: kinds that somebody has to answer for.
    """

    name = "check.coverage"

    def __init__(self, answered: Collection[str], expected: Sequence[str] = EXPECTED) -> None:
        self._open = [key for key in expected if key not in answered]

    @classmethod
    def of(cls, policy: Policy) -> Coverage:
        """What a policy leaves open for the clips of its generator."""
        return cls({*policy.frames, *policy.cannot_produce})

    def find(self, frames: NDArray[np.uint8], fps: int) -> Sequence[Finding]:
        """One finding that names them all, or nothing."""
        if not self._open:
            return []
        named = ", ".join(key.replace("_", " ") for key in self._open)
        return [unscreened(f"No picture classifier looks for: {named}.", "frames", self.name)]
