"""Fits the heads that read the picture model, and the thresholds of the frame rules."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from torch import Tensor

from safety.media import nsfwjs
from safety.media.drawn import HEADS_FILE, TOWER_FILE, DrawnWorld
from safety.media.network import (
    CONCEPTS,
    FEATURES,
    FOREIGN,
    SIDE,
    Cloud,
    Seen,
    Tower,
    as_input,
    load_heads,
    load_tower,
)
from safety.media.sampling import squeeze
from safety.policy import NEVER, CategoryRule
from safety.training.pictures import degrade
from safety.training.studio import LABELS, Captioned, Frames, Studio

_FALSE_ALARM = 0.0075  # of harmless clips, in each of six categories
_LOWEST_REVIEW = 0.3
_EXPLICIT = 0.5
"""Of nsfwjs: rather explicit than not. It cannot be fitted, since no such pictures were given to
us; harmless calibration clips, drawn and generated, reached 0.2. Film and photographs do reach it,
as the benchmark says, but come as uploads, which a person looks at anyway."""

_ADVICE = {
    "weapon": "Ask for a scene without weapons.",
    "blood": "Ask for a scene without injuries.",
    "explosion": "Ask for a scene without explosions or burning wrecks.",
    "drugs": "Ask for a scene without drugs.",
    "hate_symbol": "Ask for a scene without such emblems.",
}


def fit_heads(studio: Studio, folder: Path) -> None:
    """Fit the heads and the two clouds on pictures kept for it, and write them.

    The head for "foreign" does not read the features: it has to know things that it was not fitted
    on, and 128 numbers more would learn those that it was.
    """
    rng = random.Random(11)  # noqa: S311 - pictures, no secrets
    groups = [[studio.harmless("fit", rng) for _ in range(4000)]]
    groups += [[studio.harmful("fit", concept, rng) for _ in range(600)] for concept in CONCEPTS]
    groups += [[studio.foreign("fit", rng) for _ in range(600)]]
    groups[-1] += [studio.strange("fit", rng) for _ in range(600)]
    kinds = np.repeat(np.arange(len(groups)), [len(pictures) for pictures in groups])
    views = look(load_tower(folder / TOWER_FILE), np.concatenate(groups))
    own = torch.from_numpy(kinds == 0)
    heads = replace(
        load_heads(folder / HEADS_FILE),
        whole=Cloud.around(torch.cat([seen.features[own] for seen in views])),
        texture=Cloud.around(torch.cat([seen.places[own].mean((2, 3)) for seen in views])),
    )
    values = heads.read(*views)
    fitted = [_head(values, kinds == column + 1, 0.03) for column in range(len(CONCEPTS))]
    weight, bias = _head(values[:, FEATURES:], kinds > 0, 1.0)
    fitted.append((torch.cat([torch.zeros(FEATURES), weight]), bias))
    replace(
        heads,
        weight=torch.stack([weight for weight, _ in fitted], 1),
        bias=torch.tensor([bias for _, bias in fitted]),
    ).save(folder / HEADS_FILE)


def _head(values: Tensor, labels: NDArray[np.bool_], loose: float) -> tuple[Tensor, float]:
    """Weight and bias of a logistic regression on values of any scale."""
    scale = StandardScaler().fit(values.numpy())
    model = LogisticRegression(C=loose, max_iter=1000).fit(scale.transform(values.numpy()), labels)
    weight = model.coef_[0] / scale.scale_
    bias = float(model.intercept_[0] - weight @ scale.mean_)
    return torch.from_numpy(weight).float(), bias


def look(tower: Tower, pictures: Frames) -> tuple[Seen, Seen]:
    """Any number of pictures (n, 96, 96, 3) as they are and mirrored, as the gate looks at them."""
    batches = [as_input(pictures[start : start + 128]) for start in range(0, len(pictures), 128)]
    with torch.inference_mode():
        plain = [tower(batch) for batch in batches]
        mirrored = [tower(batch.flip(3)) for batch in batches]
    return _joined(plain), _joined(mirrored)


def _joined(parts: Sequence[Seen]) -> Seen:
    features = torch.cat([part.features for part in parts])
    return Seen(features, torch.cat([part.places for part in parts]))


def score(model: DrawnWorld, pictures: Frames) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Concepts (n, 5) and foreignness (n,) of any number of pictures (n, 96, 96, 3)."""
    parts = [model.scores(pictures[start : start + 256]) for start in range(0, len(pictures), 256)]
    return np.concatenate([a for a, _ in parts]), np.concatenate([b for _, b in parts])


def frame_rules(studio: Studio, model: DrawnWorld) -> dict[str, CategoryRule]:
    """Thresholds at which 0.75 % of harmless calibration clips would be held in each category,
    rendered ones and generated ones each."""
    rng = random.Random(12)  # noqa: S311 - pictures, no secrets
    sources = [_clip_scores(studio.parts["calibration"], model, 2, rng)]
    if studio.made:
        sources.append(_clip_scores(studio.made["calibration"], model, 8, rng))
    lowest = [np.quantile(scores, 1 - _FALSE_ALARM, axis=0) for scores in sources]
    rules = {}
    for category, review in zip((*CONCEPTS, FOREIGN), np.max(lowest, 0), strict=True):
        label = LABELS.get(category, "another kind of picture")
        advice = _ADVICE.get(category, "A person will look at it.")
        rules[category] = CategoryRule(label, advice, _up(review), NEVER, _FALSE_ALARM)
    rules[nsfwjs.CATEGORY] = CategoryRule(
        "sexual content", "Ask for a scene without nudity.", _EXPLICIT, NEVER
    )
    rules["flashing"] = CategoryRule("dangerous flashing", "Ask for calmer light.", 1.0, NEVER)
    return rules


def _clip_scores(
    told: Captioned, model: DrawnWorld, times: int, rng: random.Random
) -> NDArray[np.float64]:
    """What the gate would go by, (n, 6), for each clip as it is and spoilt in some ways."""
    scores = []
    for clip in told.clips:
        for time in range(times):
            frames = squeeze(clip, SIDE) if time == 0 else _spoilt(clip, rng)
            scores.append(model.clip_scores(frames))
    return np.array(scores)


def _spoilt(clip: Frames, rng: random.Random) -> Frames:
    """A clip degraded alike in every frame."""
    state = rng.getstate()
    frames = []
    for frame in clip:
        rng.setstate(state)
        frames.append(degrade(frame, rng))
    return np.stack(frames)


def _up(review: float) -> float:
    """To three digits upwards, and never so low that what is unlikely is held."""
    return min(1.0, max(_LOWEST_REVIEW, math.ceil(review * 1000) / 1000))


def load_model(folder: Path) -> DrawnWorld:
    """The model as written, without thresholds."""
    anything = CategoryRule("", "", 0.0, NEVER)
    rules = dict.fromkeys((*CONCEPTS, FOREIGN), anything)
    return DrawnWorld(rules, load_tower(folder / TOWER_FILE), load_heads(folder / HEADS_FILE))
