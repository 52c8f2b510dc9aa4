"""Thresholds from the calibration split, and the policy that carries them."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence

import numpy as np

from safety.policy import NEVER, CategoryRule, FittedOn
from safety.prompt.classifier import GENERAL
from safety.prompt.heads import Array
from safety.training.corpus import EVERYDAY, Row
from safety.training.prompt import Scored

HARMLESS_SOURCES = (
    "vbench",
    "coco_10k",
    "t2i_compbench",
    "chronomagic",
    "fetv",
    "concepts",
    EVERYDAY,
)
"""Sources that look like what a studio is asked for; each counts the same."""

_REVIEW_FPR = 0.0025
_BLOCK_FPR = 0.0003
_LOWEST_REVIEW, _LOWEST_BLOCK = 0.3, 0.7

_TALK = (
    "Leave it out. If this is about you: talk to someone you trust or to a crisis line near you."
)
_FICTION = "Make plain that it is fiction, or choose another event."
_WORDS: Mapping[str, tuple[str, str, str, bool]] = {
    # category: label, advice, queue, second reviewer
    "sexual": ("sexual content", "Describe people clothed, without sex.", "general", False),
    "violence": ("violence", "Leave out the attack, or show what came before.", "general", False),
    "gore": ("gore", "Leave out wounds, blood and remains.", "general", False),
    "hate": ("hatred of a group", "Do not demean people for who they are.", "senior", False),
    "self_harm": ("self-harm", _TALK, "senior", True),
    "harassment": ("harassment", "Leave out the humiliation of a person.", "general", False),
    "illegal": ("drugs, weapons or crime", "Leave out the illegal act.", "general", False),
    "disturbing": ("disturbing horror", "Choose a milder mood or figure.", "general", False),
    "deception": ("fabricated news or political unrest", _FICTION, "senior", False),
    GENERAL: ("harmful content", "Say it in other words, or ask for a review.", "general", False),
}


def prompt_rules(scored: Scored) -> dict[str, CategoryRule]:
    """Two thresholds for each category, from the harmless part of the calibration split.

    Review sends 0.25 % of harmless texts and look-alikes to a person in each category, and no
    everyday scene of the bank's calibration templates. Block needs
    both views, and is set so that 0.03 % of them would reach it.
    """
    usual = scored.of([not row.harmful and row.source in HARMLESS_SOURCES for row in scored.rows])
    weight = source_weights(usual.rows)
    plain = np.array([row.source == EVERYDAY for row in usual.rows])
    rules = {}
    for column, (category, words) in enumerate(_WORDS.items()):
        label, advice, queue, second = words
        scores = usual.joint[:, column]
        review = max(
            _LOWEST_REVIEW, _quantile(scores, weight, 1 - _REVIEW_FPR), _above(scores[plain])
        )
        both = np.minimum(usual.joint[:, column], usual.views[:, :, column].min(0))
        block = max(_LOWEST_BLOCK, review, _quantile(both, weight, 1 - _BLOCK_FPR))
        rules[category] = CategoryRule(
            label, advice, _up(review), _up(block), _REVIEW_FPR, queue, second
        )
    return rules


def fixed_rules() -> dict[str, CategoryRule]:
    """Rules without a score: they hold, or they do not."""
    return {
        "csae": CategoryRule(
            "protected content", "", 1.0, 1.0, queue="protected", second_reviewer=True
        ),
        "guard": CategoryRule(
            "what the guard model objects to", "Say it in other words.", 0.5, 0.9, queue="senior"
        ),
        "language": CategoryRule("text we cannot read", "Write it in English.", 1.0, NEVER),
        "disguised": CategoryRule("disguised text", "Write it in plain words.", 1.0, NEVER),
        "public_figure": CategoryRule(
            "people in public life", "Leave the name out, or show us their consent.", 1.0, NEVER,
            queue="rights",
        ),
        "copyright": CategoryRule(
            "protected brands and characters", "Use a figure of your own, or show us a licence.",
            1.0, NEVER, queue="rights",
        ),
        "artist": CategoryRule(
            "living artists", "Describe the style in your own words.", 1.0, NEVER, queue="rights"
        ),
    }  # fmt: skip


def source_weights(rows: Sequence[Row]) -> Array:
    """Weights under which every source counts the same, (n,)."""
    names = np.array([row.source for row in rows])
    weights = np.zeros(len(rows), np.float32)
    for name in np.unique(names):
        weights[names == name] = 1 / np.sum(names == name)
    return weights


def fitted_on(name: str, rows: Sequence[Row]) -> FittedOn:
    """Name and digest of the rows that thresholds were fitted on."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(f"{row.source}\t{row.harmful}\t{row.text}\n".encode("utf-8", "replace"))
    return FittedOn(name, digest.hexdigest(), len(rows))


def _quantile(values: Array, weights: Array, share: float) -> float:
    order = np.argsort(values)
    cumulated = np.cumsum(weights[order]) / weights.sum()
    return float(values[order][min(len(order) - 1, int(np.searchsorted(cumulated, share)))])


def _above(scores: Array) -> float:
    """Just above every score; everyday scenes are never held."""
    return float(scores.max()) + 0.01 if len(scores) else 0.0


def _up(value: float) -> float:
    """To three digits, upwards, so that rounding never adds a false alarm."""
    return min(1.0, math.ceil(value * 1000) / 1000)
