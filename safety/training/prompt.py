"""Trains the text classifier and fits the thresholds of the policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from safety.prompt.classifier import HEADS
from safety.prompt.encoder import MiniLM
from safety.prompt.features import WORD_LISTS, Extractor
from safety.prompt.heads import Array, Heads
from safety.training import corpus, lexicon
from safety.training.corpus import CALIBRATION, TEST, TRAIN, Row
from safety.training.embeddings import EmbeddingCache
from safety.training.fitting import calibrate, fit


@dataclass(frozen=True, slots=True)
class Scored:
    """Rows with their calibrated probabilities: jointly (n, C), by view (2, n, C)."""

    rows: Sequence[Row]
    joint: Array
    views: Array

    def of(self, chosen: Sequence[bool]) -> Scored:
        """The rows for which ``chosen`` holds."""
        picked = [index for index, taken in enumerate(chosen) if taken]
        return Scored([self.rows[i] for i in picked], self.joint[picked], self.views[:, picked])


class Lab:
    """What training and benchmarks share: the encoder with its cache, and the extractor."""

    def __init__(self, work: Path) -> None:
        self.encoder = MiniLM()
        self.cache = EmbeddingCache(work / "embeddings.npz")
        self.extractor = Extractor.load()

    def logits(self, heads: Heads, texts: Sequence[str]) -> tuple[Array, Array]:
        """Raw logits of both views, each (n, C)."""
        wording = np.stack([heads.wording_logits(self.extractor.features(text)) for text in texts])
        return wording, heads.meaning_logits(self.cache.encode(self.encoder, texts))

    def score(self, heads: Heads, rows: Sequence[Row]) -> Scored:
        """Calibrated probabilities of ``rows``."""
        joint, views = heads.probabilities(*self.logits(heads, [row.text for row in rows]))
        return Scored(rows, joint, views)


def train(data: Path, work: Path, keep: bool = False) -> tuple[Heads, Scored, Scored]:
    """Fit on the train split, calibrate on the calibration split, write the weights.

    With ``keep`` the weights stay as they are.

    Returns:
        The heads as written, and both other splits scored with them.
    """
    lexicon.write(data, WORD_LISTS)
    lab = Lab(work)
    everything = list(dict.fromkeys(corpus.rows(data)))
    split = {
        name: [row for row in everything if row.split == name]
        for name in (TRAIN, CALIBRATION, TEST)
    }
    if not keep:
        HEADS.parent.mkdir(parents=True, exist_ok=True)
        train_rows(lab, split[TRAIN], split[CALIBRATION]).save(HEADS)
    heads = Heads.load(HEADS)
    return heads, lab.score(heads, split[CALIBRATION]), lab.score(heads, split[TEST])


def train_rows(lab: Lab, training: Sequence[Row], calibration: Sequence[Row]) -> Heads:
    """Calibrated heads from two disjoint lists of rows."""
    vectors = lab.cache.encode(lab.encoder, [row.text for row in training])
    heads = fit(training, vectors, lab.extractor)
    return calibrate(heads, *lab.logits(heads, [row.text for row in calibration]), calibration)
