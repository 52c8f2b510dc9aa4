"""The trained classifier: a probability per category, and the words that weighed most."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from safety.errors import SafetyFailed
from safety.integrity import verified
from safety.policy import DATA, CategoryRule, Policy
from safety.prompt.encoder import WEIGHTS, MiniLM
from safety.prompt.explain import Span, decisive_words
from safety.prompt.features import Extractor
from safety.prompt.heads import WORDING, Array, Heads
from safety.prompt.lexicon import words
from safety.prompt.normalise import Normalised
from safety.verdict import Decision, Finding

HEADS = DATA / "weights" / "prompt_heads.npz"
HEADS_MODEL, ENCODER_MODEL = "prompt-heads", "prompt-minilm"
GENERAL = "harmful"
"""The head trained on harmful against harmless; it speaks only when no category does."""

_WINDOW, _STRIDE = 48, 32
_CLOSE_WINDOW, _CLOSE_STRIDE, _CLOSE_LOOKS = 20, 10, 3
_SUSPICIOUS = 0.03
"""A sentence whose wording stays below this is not read for its meaning: 68 % of the harmless
calibration rows stay below, and none of the 1,098 harmful ones that are held."""
_SENTENCE = re.compile(r"[^.!?;\n]+")
_SHORTEST = 4
_EDGE, _SUREST = 1e-6, 0.99


def pieces(text: str) -> list[tuple[int, int]]:
    """Ranges of at most 48 words that overlap by 16; one range for a text of up to 64 words.

    A harmful sentence in a long harmless text is judged by itself.
    """
    found = words(text)
    if len(found) <= _WINDOW + _WINDOW - _STRIDE:
        return [(0, len(text))]
    return _windows(found, _WINDOW, _STRIDE)


def sentences(text: str) -> list[tuple[int, int]]:
    """Ranges of the sentences of at least four words."""
    found = [match.span() for match in _SENTENCE.finditer(text)]
    return [(start, end) for start, end in found if len(words(text[start:end])) >= _SHORTEST]


def _windows(
    found: Sequence[tuple[str, int, int]], length: int, stride: int
) -> list[tuple[int, int]]:
    starts = range(0, max(1, len(found) - (length - stride)), stride)
    return [(found[start][1], found[min(start + length, len(found)) - 1][2]) for start in starts]


class CategoryClassifier:
    """TF-IDF and MiniLM heads under a policy.

    Args:
        rules: category -> rule; every category of the heads needs one.
        heads: the trained heads.
        extractor: features of the wording view.
        encoder: sentence encoder of the meaning view.
    """

    name = "tfidf+minilm"

    def __init__(
        self,
        rules: Mapping[str, CategoryRule],
        heads: Heads,
        extractor: Extractor,
        encoder: MiniLM,
    ) -> None:
        missing = [category for category in heads.categories if category not in rules]
        if missing:
            raise SafetyFailed(f"The policy has no thresholds for {', '.join(missing)}.")
        self._rules = rules
        self.heads = heads
        self._extractor = extractor
        self._encoder = encoder

    @classmethod
    def load(cls, policy: Policy, heads: Path = HEADS) -> CategoryClassifier:
        """The classifier that ships, once its files are those that the policy names.

        Raises:
            ModelUnavailable: a file is missing or changed.
        """
        encoder = MiniLM(verified(ENCODER_MODEL, WEIGHTS, policy.models))
        trained = Heads.load(verified(HEADS_MODEL, heads, policy.models))
        return cls(policy.prompt, trained, Extractor.load(), encoder)

    def find(self, text: Normalised, field: str) -> Sequence[Finding]:
        """Findings that ask for more than ``allow``, at most one for each category.

        Raises:
            SafetyFailed: a score is missing or not a number.
        """
        ranges, wording = self._looks(text.text)
        joint, views = self._joined(wording, [text.text[start:end] for start, end in ranges])
        expected = (len(ranges), len(self.heads.categories))
        if joint.shape != expected or not (np.isfinite(joint).all() and np.isfinite(views).all()):
            raise SafetyFailed("The text classifier gave no usable score.")
        best = joint.argmax(0)
        asking = self._asking(joint, views, best)
        spans = self._spans(text, {column: ranges[best[column]] for column in asking})
        found = []
        for column, decision in asking.items():
            category, score = self.heads.categories[column], float(joint[best[column], column])
            reason = _reason(self._rules[category], text, spans[column], score)
            found.append(
                Finding(category, score, decision, self.name, reason, spans[column], field)
            )
        return found

    def _asking(self, joint: Array, views: Array, best: NDArray[np.int64]) -> dict[int, Decision]:
        """Column -> decision of the categories that ask for more than ``allow`` at their ``best``
        range; of harm in general only where no category does."""
        asking: dict[int, Decision] = {}
        for column, category in enumerate(self.heads.categories):
            rule, at = self._rules[category], best[column]
            agreed = bool((views[:, at, column] >= rule.block).all())
            decision = rule.decide(float(joint[at, column]), agreed=agreed)
            if decision is not Decision.ALLOW:
                asking[column] = decision
        if len(asking) > 1:
            asking.pop(self.heads.categories.index(GENERAL), None)
        return asking

    def _looks(self, text: str) -> tuple[list[tuple[int, int]], Array]:
        """What is judged, with the logits of its wording: the pieces, and up to three close-ups
        whose wording looks worst, if it looks suspicious at all, of the sentences, or of
        overlapping windows in a long text."""
        whole = pieces(text)
        if len(whole) > 1:
            close = _windows(words(text), _CLOSE_WINDOW, _CLOSE_STRIDE)
        else:
            close = sentences(text)
        ranges = whole + (close if len(close) > 1 else [])
        wording = self._wording([text[start:end] for start, end in ranges])
        _, views = self.heads.probabilities(wording, wording)
        looks = views[WORDING].max(1)
        looks[: len(whole)] = 1.0
        worst = np.argsort(-looks, kind="stable")[: len(whole) + _CLOSE_LOOKS]
        chosen = [index for index in worst if looks[index] >= _SUSPICIOUS]
        return [ranges[index] for index in chosen], wording[chosen]

    def _wording(self, texts: Sequence[str]) -> Array:
        features = map(self._extractor.features, texts)
        return np.stack([self.heads.wording_logits(each) for each in features])

    def scores(self, texts: Sequence[str]) -> tuple[Array, Array]:
        """Calibrated probabilities, jointly (n, C) and by view (2, n, C), of normalised texts."""
        return self._joined(self._wording(texts), texts)

    def _joined(self, wording: Array, texts: Sequence[str]) -> tuple[Array, Array]:
        meaning = self.heads.meaning_logits(self._encoder.encode(texts))
        return self.heads.probabilities(wording, meaning)

    def _spans(self, text: Normalised, places: Mapping[int, Span]) -> dict[int, Span]:
        """Column -> the creator's characters that its score leans on, from column -> piece."""
        spans: dict[int, Span] = {}
        for start, end in dict.fromkeys(places.values()):
            columns = [column for column, place in places.items() if place == (start, end)]
            decisive = decisive_words(text.text[start:end], columns, self._log_odds)
            for column, (first, last) in zip(columns, decisive, strict=True):
                spans[column] = text.span(start + first, start + last)
        return spans

    def _log_odds(self, texts: Sequence[str]) -> Array:
        joint = np.clip(self.scores(texts)[0], _EDGE, 1 - _EDGE)
        return np.asarray(np.log(joint / (1 - joint)), np.float32)


def _reason(rule: CategoryRule, text: Normalised, span: tuple[int, int], score: float) -> str:
    quoted = text.original[span[0] : span[1]]
    shown = quoted if len(quoted) <= 60 else quoted[:57] + "…"
    return f"“{shown}” reads like {rule.label} ({min(score, _SUREST):.0%} sure). {rule.advice}"
