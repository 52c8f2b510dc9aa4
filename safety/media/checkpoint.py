"""A configured open_clip checkpoint as a classifier: by sentences, or by linear probes on it.

The folder is laid out as on the hub: `open_clip_config.json` and `open_clip_model.safetensors`.
Without probes, each kind of harm is scored by its harmful sentences among harmless ones
(zero-shot, Radford et al. 2021). A probe file (`fit_probes`) replaces that for the kinds it holds,
with thresholds fitted on its own calibration pictures.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from safety.errors import InvalidInput, ModelUnavailable, SafetyFailed
from safety.integrity import sha256_of
from safety.media.openclip import library
from safety.media.sampling import Sample, sample
from safety.policy import DATA, NEVER, CategoryRule, Policy
from safety.verdict import Decision, Finding

WEIGHTS = "open_clip_model.safetensors"
SENTENCES = DATA / "zero_shot.json"
_REVIEW = 0.5
_COMMON = "harmless"

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class CheckpointSettings:
    """An open_clip checkpoint to ask as well: its folder, a probe file or None, and the device."""

    folder: Path
    probes: Path | None = None
    device: str = "cpu"


class Encoder:
    """Unit features of pictures and sentences from the checkpoint in a folder."""

    def __init__(self, folder: Path, device: str = "cpu") -> None:
        self.digest = sha256_of(folder / WEIGHTS)
        clip = library()
        try:
            name = f"local-dir:{folder}"
            self._model: Any = clip.create_model(name, device=device).eval()
            self._tokenise: Any = clip.get_tokenizer(name)
            self._side, self._mean, self._spread = _preparation(clip, self._model)
        except Exception as error:  # it raises whatever a wrong file leads to
            raise ModelUnavailable(f"There is no open_clip checkpoint in {folder}.") from error
        self._device = device

    @property
    def side(self) -> int:
        """Pixels a side of the pictures that it takes."""
        return self._side

    @property
    def scale(self) -> float:
        """What cosines are multiplied by before a softmax."""
        return float(self._model.logit_scale.detach().exp())

    def pictures(self, frames: NDArray[np.uint8]) -> Floats:
        """Features (n, D) of frames (n, side, side, 3), squeezed rather than cropped: harm at the
        border counts."""
        pixels = torch.from_numpy(frames).permute(0, 3, 1, 2).float() / 255
        prepared = (pixels - self._mean) / self._spread
        with torch.inference_mode():
            features = self._model.encode_image(prepared.to(self._device))
            return np.asarray(F.normalize(features, dim=-1).float().cpu().numpy())

    def sentences(self, texts: Sequence[str]) -> Floats:
        """Features (n, D) of sentences."""
        with torch.inference_mode():
            features = self._model.encode_text(self._tokenise(list(texts)).to(self._device))
            return np.asarray(F.normalize(features, dim=-1).float().cpu().numpy())


def _preparation(clip: ModuleType, model: Any) -> tuple[int, torch.Tensor, torch.Tensor]:
    wanted = clip.get_model_preprocess_cfg(model)
    size = wanted["size"]
    side = int(size if isinstance(size, int) else size[0])
    mean, spread = (torch.tensor(wanted[key]).view(1, 3, 1, 1) for key in ("mean", "std"))
    return side, mean, spread


@dataclass(frozen=True, slots=True)
class Probes:
    """Logistic regressions on a checkpoint's features.

    Attributes:
        categories: C names.
        weights, bias: (D, C), (C,).
        review: thresholds in [0, 1], (C,).
        digest: SHA-256 of the checkpoint that they were fitted on.
    """

    categories: tuple[str, ...]
    weights: Floats
    bias: Floats
    review: Floats
    digest: str

    def save(self, path: Path) -> None:
        """Write as npz."""
        np.savez(
            path, categories=np.array(self.categories), weights=self.weights, bias=self.bias,
            review=self.review, digest=np.array(self.digest),
        )  # fmt: skip

    @classmethod
    def load(cls, path: Path) -> Probes:
        """Read what :meth:`save` wrote.

        Raises:
            ModelUnavailable: the file is unreadable or its parts do not fit together.
        """
        try:
            with np.load(path, allow_pickle=False) as stored:
                read = {name: stored[name] for name in stored.files}
            found = cls(
                tuple(read["categories"].tolist()), read["weights"], read["bias"],
                read["review"], str(read["digest"]),
            )  # fmt: skip
            shape = (found.weights.shape[1], len(found.bias), len(found.review))
            sound = set(shape) == {len(found.categories)} and np.isfinite(found.weights).all()
        except (OSError, ValueError, KeyError, IndexError) as error:
            raise ModelUnavailable(f"The probes in {path.name} cannot be read.") from error
        if not sound:
            raise ModelUnavailable(f"The probes in {path.name} do not fit together.")
        return found


def fit_probes(
    features: Floats, labels: Mapping[str, NDArray[np.bool_]], digest: str, fpr: float = 0.01
) -> Probes:
    """Probes from pictures with labels; a fifth of the rows is kept to fit the thresholds.

    Args:
        features: (n, D) of :meth:`Encoder.pictures`.
        labels: category -> (n,).
        digest: of the checkpoint.
        fpr: share of kept rows without a category that may reach its threshold.

    Raises:
        InvalidInput: a category has no positive or no negative row on either side.
    """
    from sklearn.linear_model import LogisticRegression

    kept = np.arange(len(features)) % 5 == 4
    weights, bias, review = [], [], []
    for category, label in labels.items():
        if any(len(np.unique(label[part])) < 2 for part in (kept, ~kept)):
            raise InvalidInput(f"“{category}” needs pictures with it and without it.")
        model = LogisticRegression(C=10.0, class_weight="balanced", max_iter=500)
        model.fit(features[~kept], label[~kept])
        harmless = model.predict_proba(features[kept & ~label])[:, 1]
        weights.append(model.coef_[0])
        bias.append(model.intercept_[0])
        review.append(min(1.0, float(np.quantile(harmless, 1 - fpr)) + 1e-3))
    return Probes(
        tuple(labels), np.stack(weights, 1).astype(np.float32), np.array(bias, np.float32),
        np.array(review, np.float32), digest,
    )  # fmt: skip


class Checkpoint:
    """Kinds of harm on frames, by a configured checkpoint.

    Args:
        encoder: the checkpoint.
        rules: category -> rule, for every category of `sentences` and `probes`.
        sentences: category -> its harmful and harmless sentences; `harmless` for all.
        probes: fitted on this very checkpoint, or None.
    """

    name = "open-clip"

    def __init__(
        self,
        encoder: Encoder,
        rules: Mapping[str, CategoryRule],
        sentences: Mapping[str, Any],
        probes: Probes | None = None,
    ) -> None:
        if probes is not None and probes.digest != encoder.digest:
            raise ModelUnavailable("The probes were fitted on another checkpoint.")
        self._encoder = encoder
        self._rules = rules
        self._probes = probes
        probed = probes.categories if probes else ()
        self._zero_shot = {
            category: self._rivals(sentences[_COMMON], each)
            for category, each in sentences.items()
            if category != _COMMON and category not in probed
        }
        self.categories = (*probed, *self._zero_shot)
        missing = [category for category in self.categories if category not in rules]
        if missing:
            raise SafetyFailed(f"The policy has no rule for {', '.join(missing)}.")

    @classmethod
    def load(cls, policy: Policy, settings: CheckpointSettings) -> Checkpoint:
        """The checkpoint of the settings under ``policy``.

        Raises:
            ModelUnavailable: open_clip, the checkpoint or the probes cannot be loaded.
        """
        probes = Probes.load(settings.probes) if settings.probes else None
        sentences = json.loads(SENTENCES.read_text(encoding="utf-8"))
        thresholds = dict(zip(probes.categories, probes.review, strict=True)) if probes else {}
        rules = {
            category: CategoryRule(
                rule.label, rule.advice, float(thresholds.get(category, _REVIEW)), NEVER,
                queue=rule.queue, second_reviewer=rule.second_reviewer,
            )
            for category, rule in {**policy.prompt, **policy.frames}.items()
        }  # fmt: skip
        return cls(Encoder(settings.folder, settings.device), rules, sentences, probes)

    @property
    def digest(self) -> str:
        """SHA-256 of the weights."""
        return self._encoder.digest

    def _rivals(
        self, common: Sequence[str], own: Mapping[str, Sequence[str]]
    ) -> tuple[Floats, int]:
        told = [*own["harmful"], *own["harmless"], *common]
        return self._encoder.sentences(told), len(own["harmful"])

    def find(self, frames: NDArray[np.uint8], fps: int) -> Sequence[Finding]:
        """Findings over the sampled frames, the strongest frame counting.

        Raises:
            SafetyFailed: a score is not a number.
        """
        chosen = sample(frames, fps, self._encoder.side)
        scores = self.scores(chosen.frames)
        if not all(np.isfinite(each).all() for each in scores.values()):
            raise SafetyFailed("The checkpoint gave no usable score.")
        return [
            finding
            for category, each in scores.items()
            if (finding := self._finding(category, each, chosen))
        ]

    def scores(self, frames: NDArray[np.uint8]) -> dict[str, Floats]:
        """Category -> probability of each of the frames (n, side, side, 3)."""
        seen = self._encoder.pictures(frames)
        found: dict[str, Floats] = {}
        if self._probes is not None:
            logits = seen @ self._probes.weights + self._probes.bias
            probabilities = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
            found.update(zip(self._probes.categories, probabilities.T, strict=True))
        for category, (told, harmful) in self._zero_shot.items():
            logits = self._encoder.scale * seen @ told.T
            weight = np.exp(logits - logits.max(1, keepdims=True))
            found[category] = weight[:, :harmful].sum(1) / weight.sum(1)
        return found

    def _finding(self, category: str, scores: Floats, chosen: Sample) -> Finding | None:
        rule = self._rules[category]
        score = float(scores.max())
        decision = rule.decide(score, agreed=False)  # one classifier never blocks alone
        if decision is Decision.ALLOW:
            return None
        seconds = chosen.seconds(scores >= rule.review)
        reason = f"Some frames may show {rule.label} ({score:.0%} sure). {rule.advice}"
        return Finding(category, score, decision, self.name, reason, None, "frames", seconds)
