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

from safety.errors import SafetyFailed
from safety.gate import unscreened
from safety.integrity import verified
from safety.media.network import (
    CONCEPTS,
    FOREIGN,
    SIDE,
    Heads,
    Tower,
    as_input,
    load_heads,
    load_tower,
)
from safety.media.sampling import Sample, sample
from safety.policy import DATA, CategoryRule, Policy
from safety.verdict import Decision, Finding

FOLDER = DATA / "drawn_world"
TOWER_FILE, HEADS_FILE = "open_clip_model.safetensors", "heads.safetensors"
TOWER_MODEL, HEADS_MODEL = "media-drawn", "media-drawn-heads"
_LASTING = 3
"""A concept has to show in this many sampled frames, about half a second of two: a weak generator's
single frames look like anything. For the conformance check one frame is enough."""


class DrawnWorld:
    """Concepts and conformance under a policy.

    Args:
        rules: category -> rule; every concept and ``foreign`` needs one.
        tower: pictures to features.
        heads: features to scores.
    """

    name = "drawn-world"

    def __init__(self, rules: Mapping[str, CategoryRule], tower: Tower, heads: Heads) -> None:
        missing = [key for key in (*CONCEPTS, FOREIGN) if key not in rules]
        if missing:
            raise SafetyFailed(f"The policy has no thresholds for {', '.join(missing)}.")
        self._rules = rules
        self._tower = tower
        self._heads = heads

    @classmethod
    def load(cls, policy: Policy, folder: Path = FOLDER) -> DrawnWorld:
        """The model that ships, once its files are those that the policy names.

        Raises:
            ModelUnavailable: a file is missing or changed.
        """
        return cls(
            policy.frames,
            load_tower(verified(TOWER_MODEL, folder / TOWER_FILE, policy.models)),
            load_heads(verified(HEADS_MODEL, folder / HEADS_FILE, policy.models)),
        )

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
        """Concept probabilities (n, 5) and foreignness (n,), in [0, 1], of (n, 96, 96, 3)."""
        with torch.inference_mode():
            pictures = as_input(frames)
            mirrored = pictures.flip(
                3
            )  # a second look: what chance adds to one is not in the other
            concepts, foreign = self._heads(self._tower(pictures), self._tower(mirrored))
            return concepts.numpy(), foreign.numpy()

    def clip_scores(self, frames: NDArray[np.uint8]) -> NDArray[np.float32]:
        """What decides about a clip of sampled frames (n, 96, 96, 3): concepts, foreign; (6,)."""
        concepts, foreign = self.scores(frames)
        return np.append(_lasting(concepts), foreign.max())

    def _concept(
        self, category: str, scores: NDArray[np.float32], chosen: Sample
    ) -> Finding | None:
        rule = self._rules[category]
        score = float(_lasting(scores))
        decision = rule.decide(score, agreed=False)  # one classifier never blocks alone
        if decision is Decision.ALLOW:
            return None
        seconds = chosen.seconds(scores >= rule.review)
        reason = f"Some frames may show {rule.label} ({score:.0%} sure). {rule.advice}"
        return Finding(category, score, decision, self.name, reason, None, "frames", seconds)


def _lasting(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """The score that some of the frames (n, …) reach, by column."""
    return np.asarray(np.sort(scores, 0)[-min(_LASTING, len(scores))])
