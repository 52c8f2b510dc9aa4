"""A measured figure against its target, and how time is measured."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from safety.training.statistics import Share


@dataclass(frozen=True)
class Figure:
    """One measured line.

    Attributes:
        name: what was measured.
        value: a share with its interval, or words.
        target: e.g. "≤ .03", or "–".
        on: on how many of what.
        measured: the number that the target is about, where ``value`` is words.
    """

    name: str
    value: Share | str
    target: str
    on: str
    measured: float | None = None

    @property
    def shown(self) -> str:
        """The value with its interval."""
        return self.value.text if isinstance(self.value, Share) else self.value

    @property
    def met(self) -> str:
        """Whether the target is met; empty where there is none, or no number."""
        number = self.value.value if isinstance(self.value, Share) else self.measured
        sign, _, bound = self.target.partition(" ")
        if number is None or sign not in ("≤", "≥"):
            return ""
        limit = float(bound.split(" ")[0])
        return "met" if (number <= limit if sign == "≤" else number >= limit) else "missed"


def cpu_seconds(work: Callable[[], object]) -> float:
    """CPU time of ``work``: what it would take on an idle core, however busy this one is."""
    start = time.process_time()
    work()
    return time.process_time() - start


def milliseconds(name: str, spent: Sequence[float], most: float, on: str) -> Figure:
    """Median and 95th percentile of seconds, the latter against a target in milliseconds."""
    median, late = np.percentile(spent, [50, 95]) * 1e3
    value = f"p50 {median:.1f}, p95 {late:.1f} ms"
    return Figure(name, value, f"≤ {most:g} ms", on, float(late))
