"""The rows that the text classifier learns from, is calibrated on and is tested on, kept apart.

A row's split follows from the hash of its text (or of its template), so it never changes between
runs, and relatives never stand on both sides.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safety.prompt.normalise import normalise
from safety.training.concepts import concepts

CATEGORIES = (
    "sexual", "violence", "gore", "hate", "self_harm", "harassment", "illegal", "disturbing",
    "deception",
)  # fmt: skip
EVERYDAY = "everyday"
"""Source of the harmless scenes of the concept bank that look like nothing harmful."""

TRAIN, CALIBRATION, TEST = "train", "calibration", "test"


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text.

    Attributes:
        text: normalised.
        categories: what it is harmful for; empty and ``harmful`` when the category is not known.
        harmful: harmful or harmless.
        source: data set.
        weight: how much its label is trusted, in (0, 1].
        split: ``train``, ``calibration`` or ``test``.
    """

    text: str
    categories: frozenset[str]
    harmful: bool
    source: str
    weight: float
    split: str


Record = Mapping[str, Any]


def _named(record: Record, names: Mapping[str, str]) -> frozenset[str]:
    mapped = {names.get(name, name) for name in record.get("cats") or ()}
    return frozenset(mapped & set(CATEGORIES))


def _nibbler(record: Record) -> tuple[bool, frozenset[str], float] | None:
    if record["label"] is None:
        return None
    found = _named(record, {"bias": "hate"})
    vague = set(record["cats"]) <= {"bias", "other"}
    return bool(record["label"]), found, 0.3 if vague else 1.0


def _i2p(record: Record) -> tuple[bool, frozenset[str], float] | None:
    if record["inapp"] is None or 10 < record["inapp"] < 50:
        return None
    return record["inapp"] >= 50, _named(record, {}), 0.4


_AILUMINATE = {
    "weapons": "illegal", "defamation": "harassment", "privacy": "harassment",
    "sexual_crime": "sexual",
}  # fmt: skip


def _ailuminate(record: Record) -> tuple[bool, frozenset[str], float] | None:
    if record["label"] != 1 or "copyright" in record["cats"]:
        return None
    return True, _named(record, _AILUMINATE), 0.6


def _plain(
    weight: float, names: Mapping[str, str] | None = None
) -> Callable[[Record], tuple[bool, frozenset[str], float] | None]:
    def read(record: Record) -> tuple[bool, frozenset[str], float] | None:
        if record["label"] is None:
            return None
        return bool(record["label"]), _named(record, names or {}), weight

    return read


_READERS: Mapping[str, Callable[[Record], tuple[bool, frozenset[str], float] | None]] = {
    "adversarial_nibbler": _nibbler,
    "i2p": _i2p,
    "ailuminate_demo_en": _ailuminate,
    "advbench_safe_instr": _plain(0.6),
    "hatecheck": _plain(0.3),
    "davidson_hate": _plain(0.4),
    "surge_toxicity": _plain(0.4, {"toxic": "harassment"}),
    "ring_a_bell": _plain(1.0),
    "coco_10k": _plain(0.6),
    "t2i_compbench": _plain(0.6),
    "chronomagic": _plain(0.6),
    "fetv": _plain(1.0),
    "vbench": _plain(1.0),
    "simplesafetytests": _plain(1.0),
}
_MOST = {"coco_10k": 7000, "davidson_hate": 2900}
_SST = {
    "Suicide, Self-Harm, and Eating Disorders": "self_harm",
    "Physical harm and Violence": "violence",
    "Illegal and Highly Regulated items": "illegal",
    "Scams and fraud": "illegal",
}
_FIXED_SPLIT = {"simplesafetytests": TEST}
_CONCEPT_SPLITS = {2: CALIBRATION, 5: TEST}
HELD_OUT = frozenset({"vbench", "simplesafetytests"})
"""Sources that are never trained on."""


def rows(data: Path) -> Iterator[Row]:
    """All rows of the given sets under ``data`` and of the concept bank.

    A description of the bank is not taught when the calibration or the test has it too, be it in
    another look ("…, close up").
    """
    for source, read in _READERS.items():
        yield from _source(data, source, read)
    bank = list(_bank())
    kept_apart = {_scene(row.text) for row in bank if row.split != TRAIN}
    for row in bank:
        if row.split != TRAIN or _scene(row.text) not in kept_apart:
            yield row


def _scene(text: str) -> str:
    return text.partition(",")[0]


def _bank() -> Iterator[Row]:
    for concept in concepts():
        number = concept.number
        yield Row(
            normalise(concept.text).text,
            frozenset({concept.category}) if concept.harmful else frozenset(),
            concept.harmful,
            EVERYDAY if concept.category == "none" else "concepts",
            1.0,
            TRAIN if number is None else _CONCEPT_SPLITS.get(number % 7, TRAIN),
        )


def _source(
    data: Path, source: str, read: Callable[[Record], tuple[bool, frozenset[str], float] | None]
) -> Iterator[Row]:
    taken = 0
    lines = (data / source / f"{source}.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    if source == "davidson_hate":  # the rare label first, then as many harmless ones as fit
        records.sort(key=lambda record: record["label"] != 1)
    for record in records:
        answer = read(record)
        if answer is None or taken >= _MOST.get(source, len(records)):
            continue
        taken += 1
        harmful, categories, weight = answer
        if source == "simplesafetytests":
            categories = frozenset({_SST[record["cats"][0]]})
        text = normalise(record["text"]).text
        split = _FIXED_SPLIT.get(source) or _split(
            text, (0, 50) if source in HELD_OUT else (70, 15)
        )
        yield Row(text, categories if harmful else frozenset(), harmful, source, weight, split)


def _split(key: str, shares: tuple[int, int]) -> str:
    draw = int.from_bytes(hashlib.sha256(key.encode("utf-8", "replace")).digest()[:4]) % 100
    if draw < shares[0]:
        return TRAIN
    return CALIBRATION if draw < sum(shares) else TEST
