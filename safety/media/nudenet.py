"""NudeNet as a plug-in: exposed bodies on frames. Never on by default.

The package is not among our dependencies: its metadata says MIT, the licence file that it ships
says AGPL-3.0. Who installs it (`pip install nudenet==3.4.2`) and switches it on has settled that
for themselves.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from safety.errors import ModelUnavailable, SafetyFailed
from safety.media.sampling import sample
from safety.policy import NEVER, CategoryRule, Policy
from safety.verdict import Decision, Finding

CATEGORY = "sexual"
_EXPOSED = frozenset(
    {
        "FEMALE_BREAST_EXPOSED",
        "FEMALE_GENITALIA_EXPOSED",
        "MALE_GENITALIA_EXPOSED",
        "ANUS_EXPOSED",
        "BUTTOCKS_EXPOSED",
    }
)
_SIDE = 320
_REVIEW = 0.4


class Detector(Protocol):
    """What NudeNet offers."""

    def detect(self, image: NDArray[np.uint8]) -> Sequence[dict[str, Any]]:
        """Boxes with `class` and `score` in a BGR picture."""
        ...


class NudeNet:
    """Exposed bodies.

    Args:
        rule: of the category "sexual".
        detector: NudeNet's.
    """

    name = "nudenet"

    def __init__(self, rule: CategoryRule, detector: Detector) -> None:
        self._rule = rule
        self._detector = detector

    @classmethod
    def load(cls, policy: Policy) -> NudeNet:
        """The installed NudeNet.

        Raises:
            ModelUnavailable: it is not installed.
            SafetyFailed: the policy has no rule for what it finds.
        """
        if CATEGORY not in policy.prompt:
            raise SafetyFailed(f"The policy has no rule for {CATEGORY}.")
        known = policy.prompt[CATEGORY]
        rule = CategoryRule(known.label, known.advice, _REVIEW, NEVER, queue=known.queue)
        try:
            return cls(rule, importlib.import_module("nudenet").NudeDetector())
        except Exception as error:
            raise ModelUnavailable("NudeNet is switched on but not installed.") from error

    def find(self, frames: NDArray[np.uint8], fps: int) -> Sequence[Finding]:
        """At most one finding: the surest exposed part on any sampled frame."""
        chosen = sample(frames, fps, _SIDE)
        scores = np.array([self._score(frame) for frame in chosen.frames])
        score = float(scores.max())
        decision = self._rule.decide(score, agreed=False)
        if decision is Decision.ALLOW:
            return []
        seconds = chosen.seconds(scores >= self._rule.review)
        reason = f"Some frames may show {self._rule.label} ({score:.0%} sure). {self._rule.advice}"
        return [Finding(CATEGORY, score, decision, self.name, reason, None, "frames", seconds)]

    def _score(self, frame: NDArray[np.uint8]) -> float:
        found = self._detector.detect(np.ascontiguousarray(frame[..., ::-1]))
        return max((float(box["score"]) for box in found if box["class"] in _EXPOSED), default=0.0)
