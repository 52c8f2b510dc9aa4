"""Confidence intervals for shares."""

from __future__ import annotations

import math
from dataclasses import dataclass

_Z = 1.96


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % Wilson score interval (Wilson 1927); all in [0, 1]."""

    value: float
    low: float
    high: float

    @property
    def text(self) -> str:
        """E.g. ``0.812 (0.790–0.832)``."""
        return f"{self.value:.3f} ({self.low:.3f}–{self.high:.3f})"


def interval(hits: int, total: int) -> Share:
    """The share ``hits / total`` with its interval; for ``total`` 0 the interval is [0, 1]."""
    if total == 0:
        return Share(0.0, 0.0, 1.0)
    share = hits / total
    centre = (share + _Z**2 / (2 * total)) / (1 + _Z**2 / total)
    spread = _Z / (1 + _Z**2 / total)
    spread *= math.sqrt(share * (1 - share) / total + _Z**2 / (4 * total**2))
    return Share(share, max(0.0, centre - spread), min(1.0, centre + spread))
