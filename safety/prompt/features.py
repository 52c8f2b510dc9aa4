"""Words and pieces of words as numbers, each knowing which characters it came from.

Two blocks of TF-IDF (sublinear term frequency, each block scaled to unit length): character n-grams
inside words, and words, word pairs and word-list groups. Training and screening share this code.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from safety.policy import DATA
from safety.prompt.lexicon import Lexicon, words

WORD_LISTS = DATA / "lexicon" / "weak_words.json"
_SIZES = (3, 4, 5)
_CHARACTER = "c"


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature at one place: its key, and its half-open range of characters."""

    key: str
    start: int
    end: int


class Extractor:
    """Turns text into features.

    Args:
        groups: group -> words of the weak word lists.
    """

    def __init__(self, groups: Mapping[str, Sequence[str]]) -> None:
        self._lexicon = Lexicon((term, name) for name, terms in groups.items() for term in terms)

    @classmethod
    def load(cls, path: Path = WORD_LISTS) -> Extractor:
        """The extractor with the word lists that ship."""
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def features(self, text: str) -> Iterator[Feature]:
        """Features of ``text``, in no particular order."""
        found = words(text)
        for word, start, end in found:
            yield Feature(f"w:{word}", start, end)
            yield from _pieces(word, start)
        for (left, start, _), (right, _, end) in pairwise(found):
            yield Feature(f"w:{left} {right}", start, end)
        for hit in self._lexicon.find(text):
            yield Feature(f"x:{hit.entry}", hit.start, hit.end)


def _pieces(word: str, start: int) -> Iterator[Feature]:
    padded = f" {word[:40]} "
    for size in _SIZES:
        for at in range(max(1, len(padded) - size + 1)):
            piece = padded[at : at + size]
            left = start + max(0, at - 1)
            yield Feature(f"{_CHARACTER}:{piece}", left, min(start + len(word), left + len(piece)))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Known features with their rarity.

    Attributes:
        index: key -> column.
        idf: inverse document frequency of each column, shape (V,).
    """

    index: Mapping[str, int]
    idf: NDArray[np.float32]

    def vector(self, features: Sequence[Feature]) -> dict[int, float]:
        """Column -> TF-IDF value; both blocks have unit length."""
        counts: dict[int, int] = {}
        character: set[int] = set()
        for feature in features:
            column = self.index.get(feature.key)
            if column is not None:
                counts[column] = counts.get(column, 0) + 1
                if feature.key[0] == _CHARACTER:
                    character.add(column)
        values = {c: (1 + math.log(n)) * float(self.idf[c]) for c, n in counts.items()}
        scaled: dict[int, float] = {}
        for block in (character, values.keys() - character):
            length = math.sqrt(sum(values[column] ** 2 for column in block)) or 1.0
            scaled.update((column, values[column] / length) for column in block)
        return scaled
