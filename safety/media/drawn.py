"""What the drawn world's own classifier says about a clip.

The embedded generator only knows its drawn world. So two questions: does a frame show one of the
harmful concepts that we drew in that style and never taught the generator? And does it look like
that world at all? If not, nothing here can judge it and a person has to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from safety.errors import ModelUnavailable, SafetyFailed
from safety.gate import unscreened
from safety.integrity import verified
from safety.media.network import CONCEPTS, FEATURES, FOREIGN, SIDE, PictureNetwork, as_input, load
from safety.media.sampling import Sample, sample
from safety.policy import DATA, CategoryRule, Policy
from safety.verdict import Decision, Finding

WEIGHTS = DATA / "weights" / "media_drawn.safetensors"
MODEL = "media-drawn"
_LASTING = 3
"""A concept has to show in this many sampled frames, about half a second of two: a weak generator's
single frames look like anything. For the conformance check one frame is enough."""


class DrawnWorld:
    """Concepts and conformance under a policy.

    Args:
        rules: category -> rule; every concept and ``foreign`` needs one.
        network: the trained network.
        centre, precision: mean (256,) and inverse covariance (256, 256) of in-domain features.
        scale: squared distance that is mapped to a foreignness of 0.5.
    """

    name = "drawn-world"

    def __init__(
        self,
        rules: Mapping[str, CategoryRule],
        network: PictureNetwork,
        extras: Mapping[str, torch.Tensor],
    ) -> None:
        missing = [key for key in (*CONCEPTS, FOREIGN) if key not in rules]
        if missing:
            raise SafetyFailed(f"The policy has no thresholds for {', '.join(missing)}.")
        if set(extras) != {"centre", "precision", "scale", "calibration"}:
            raise ModelUnavailable("The picture model is incomplete.")
        self._rules = rules
        self._network = network
        self._centre = extras["centre"].float()
        self._precision = extras["precision"].float()
        self._scale = float(extras["scale"])
        self._calibration = extras["calibration"].float()
        if self._precision.shape != (FEATURES, FEATURES) or not self._scale > 0:
            raise ModelUnavailable("The picture model is incomplete.")

    @classmethod
    def load(cls, policy: Policy, path: Path = WEIGHTS) -> DrawnWorld:
        """The model that ships, once its file is the one that the policy names.

        Raises:
            ModelUnavailable: the file is missing or changed.
        """
        return cls(policy.frames, *load(verified(MODEL, path, policy.models)))

    def find(self, frames: NDArray[np.uint8], fps: int) -> Sequence[Finding]:
        """Findings over the sampled frames: concepts that last, and any frame of another world.

        Raises:
            SafetyFailed: a score is not a number.
        """
        chosen = sample(frames, fps, SIDE)
        concepts, foreign = self.scores(chosen.frames)
        if not (np.isfinite(concepts).all() and np.isfinite(foreign).all()):
            raise SafetyFailed("The picture classifier gave no usable score.")
        found = [
            finding
            for column, category in enumerate(CONCEPTS)
            if (finding := self._concept(category, concepts[:, column], chosen))
        ]
        strange = foreign >= self._rules[FOREIGN].review
        if strange.any():
            share = f"{int(strange.sum())} of {len(strange)} frames"
            reason = f"{share} do not look like what this generator draws, so a person decides."
            found.append(unscreened(reason, "frames", f"{self.name}.conformance"))
        return found

    def scores(self, frames: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Concept probabilities (n, 5) and foreignness (n,), in [0, 1], of (n, 64, 64, 3)."""
        with torch.inference_mode():
            logits, features = self._network(as_input(frames))
            probabilities = torch.sigmoid(logits * self._calibration[0] + self._calibration[1])
            offset = features - self._centre
            distance = ((offset @ self._precision) * offset).sum(1)
            far = distance / (distance + self._scale)
            foreign = torch.maximum(probabilities[:, -1], far)
            return probabilities[:, :-1].numpy(), foreign.numpy()

    def _concept(
        self, category: str, scores: NDArray[np.float32], chosen: Sample
    ) -> Finding | None:
        rule = self._rules[category]
        score = float(np.sort(scores)[-min(_LASTING, len(scores))])
        decision = rule.decide(score, agreed=False)  # one classifier never blocks alone
        if decision is Decision.ALLOW:
            return None
        seconds = chosen.seconds(scores >= rule.review)
        reason = f"Some frames may show {rule.label} ({score:.0%} sure). {rule.advice}"
        return Finding(category, score, decision, self.name, reason, None, "frames", seconds)
