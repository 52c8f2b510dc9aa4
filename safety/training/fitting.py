"""Fits the heads: wording, meaning, and the calibration that joins them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import scipy.sparse
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from safety.prompt.classifier import GENERAL
from safety.prompt.features import Extractor, Vocabulary
from safety.prompt.heads import Array, Heads
from safety.training.corpus import CATEGORIES, Row

COLUMNS = (*CATEGORIES, GENERAL)
_VOCABULARY = 48_000
_HIDDEN = 96
_STACKING = 0.01
"""Inverse regularisation of the regression that joins the views; chosen on folds of the train split
and with one source left out."""
_OTHER_HARM = 0.1
"""Weight of a harmful row as a negative example for a category that it was not labelled with."""

_RELATED = {
    "violence": {"gore", "illegal", "disturbing", "self_harm", "deception"},
    "gore": {"violence", "disturbing", "self_harm"},
    "disturbing": {"gore", "violence", "self_harm"},
    "hate": {"harassment"},
    "harassment": {"hate", "sexual"},
    "illegal": {"violence"},
    "self_harm": {"gore", "disturbing"},
    "sexual": {"harassment"},
    "deception": {"violence", "illegal"},
}
"""Categories that overlap: such rows say nothing either way."""


def targets(rows: Sequence[Row]) -> tuple[Array, Array]:
    """Labels and weights for each row and column, both (n, C)."""
    labels = np.zeros((len(rows), len(COLUMNS)), np.float32)
    weights = np.zeros_like(labels)
    for index, row in enumerate(rows):
        for column, category in enumerate(COLUMNS):
            positive = row.harmful if category == GENERAL else category in row.categories
            labels[index, column] = positive
            weights[index, column] = row.weight * _relevance(row, category, positive)
    return labels, weights


def _relevance(row: Row, category: str, positive: bool) -> float:
    if positive or not row.harmful or category == GENERAL:
        return 1.0
    if not row.categories or row.categories & _RELATED[category]:
        return 0.0
    return _OTHER_HARM


def fit(rows: Sequence[Row], embeddings: Array, extractor: Extractor, seed: int = 0) -> Heads:
    """Heads trained on ``rows`` with their ``embeddings`` (n, 384), not yet calibrated."""
    labels, weights = targets(rows)
    documents = [extractor.features(row.text) for row in rows]
    vocabulary = _vocabulary(documents, _MANY)
    matrix = _matrix(vocabulary, documents)
    strength = np.abs(_linear(matrix, labels[:, -1], weights[:, -1], 4.0)[0])
    kept = set(np.argsort(-strength)[:_VOCABULARY].tolist())
    names = [key for key, column in vocabulary.index.items() if column in kept]
    vocabulary = _vocabulary(documents, len(names), set(names))
    matrix = _matrix(vocabulary, documents)
    wording = [_linear(matrix, *column, 4.0) for column in zip(labels.T, weights.T, strict=True)]
    linear = [
        _linear(embeddings, *column, 10.0) for column in zip(labels.T, weights.T, strict=True)
    ]
    hidden, hidden_bias, output, output_bias = _bent(embeddings, labels, weights, seed)
    count = len(COLUMNS)
    return Heads(
        categories=COLUMNS,
        vocabulary=vocabulary,
        wording=np.stack([w for w, _ in wording], 1).astype(np.float32),
        wording_bias=np.array([b for _, b in wording], np.float32),
        linear=np.stack([w for w, _ in linear], 1).astype(np.float32),
        linear_bias=np.array([b for _, b in linear], np.float32),
        hidden=hidden,
        hidden_bias=hidden_bias,
        output=output,
        output_bias=output_bias,
        views=np.tile(np.array([1.0, 0.0], np.float32), (2, count, 1)),
        joint=_mean_of_views(count),
    )


def _mean_of_views(count: int) -> Array:
    half = np.eye(count, dtype=np.float32) / 2
    return np.concatenate([half, half, np.zeros((count, 1), np.float32)], 1)


_MANY = 400_000


def _vocabulary(
    documents: Sequence[Sequence[str]], most: int, allowed: set[str] | None = None
) -> Vocabulary:
    seen: Counter[str] = Counter()
    for document in documents:
        seen.update(set(document))
    common = sorted(
        key for key, n in seen.items() if (n >= 3 if allowed is None else key in allowed)
    )[:most]
    counts = np.array([seen[key] for key in common], np.float64)
    idf = np.log((1 + len(documents)) / (1 + counts)) + 1
    return Vocabulary({key: i for i, key in enumerate(common)}, idf.astype(np.float32))


def _matrix(vocabulary: Vocabulary, documents: Sequence[Sequence[str]]) -> scipy.sparse.csr_matrix:
    columns: list[int] = []
    values: list[float] = []
    ends = [0]
    for document in documents:
        vector = vocabulary.vector(document)
        columns.extend(vector.keys())
        values.extend(vector.values())
        ends.append(len(columns))
    shape = (len(documents), len(vocabulary.index))
    return scipy.sparse.csr_matrix((values, columns, ends), shape=shape, dtype=np.float32)


def _linear(
    matrix: object, label: Array, weight: Array, strength: float
) -> tuple[NDArray[np.float64], float]:
    used = np.flatnonzero(weight > 0)
    model = LogisticRegression(C=strength, max_iter=300, class_weight="balanced", tol=1e-3)
    model.fit(matrix[used], label[used], sample_weight=weight[used])  # type: ignore[index]
    return model.coef_[0], float(model.intercept_[0])


def _bent(
    embeddings: Array, labels: Array, weights: Array, seed: int
) -> tuple[Array, Array, Array, Array]:
    torch.manual_seed(seed)
    inputs, wanted, weight = (torch.from_numpy(a) for a in (embeddings, labels, weights))
    share = (wanted * weight).sum(0) / weight.sum(0)
    weight = weight * torch.where(wanted > 0, (1 - share) / share, 1.0).clamp(max=30.0)
    first = torch.nn.Linear(inputs.shape[1], _HIDDEN)
    second = torch.nn.Linear(_HIDDEN, labels.shape[1])
    parameters = [*first.parameters(), *second.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=3e-3, weight_decay=1e-2)
    epochs, batch = 12, 128
    steps = epochs * (len(inputs) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps)
    for _ in range(steps):
        chosen = torch.randint(len(inputs), (batch,))
        hidden = F.dropout(torch.relu(first(inputs[chosen] * 8)), 0.3)
        loss = F.binary_cross_entropy_with_logits(
            second(hidden), wanted[chosen], weight[chosen], reduction="mean"
        )
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    with torch.no_grad():
        return (
            first.weight.T.numpy() * 8, first.bias.numpy(), second.weight.T.numpy(),
            second.bias.numpy(),
        )  # fmt: skip


def calibrate(heads: Heads, wording: Array, meaning: Array, rows: Sequence[Row]) -> Heads:
    """``heads`` with Platt scaling of each view and of both jointly, fitted on other rows.

    Args:
        heads: uncalibrated.
        wording, meaning: raw logits of ``rows``, (n, C).
        rows: the calibration split.
    """
    labels, weights = targets(rows)
    views = np.zeros_like(heads.views)
    joint = np.zeros_like(heads.joint)
    both = np.concatenate([wording, meaning], 1)
    for column in range(len(COLUMNS)):
        label, weight = labels[:, column], weights[:, column]
        used = weight > 0
        for view, logits in enumerate((wording, meaning)):
            views[view, column] = _platt(logits[used, column, None], label[used], weight[used])
        joint[column] = _platt(both[used], label[used], weight[used], _STACKING)
    return Heads(
        heads.categories, heads.vocabulary, heads.wording, heads.wording_bias, heads.linear,
        heads.linear_bias, heads.hidden, heads.hidden_bias, heads.output, heads.output_bias,
        views, joint,
    )  # fmt: skip


def _platt(logits: Array, label: Array, weight: Array, strength: float = 10.0) -> Array:
    model = LogisticRegression(C=strength, max_iter=500)
    model.fit(logits, label, sample_weight=weight)
    return np.append(model.coef_[0], model.intercept_[0]).astype(np.float32)
