"""Words and pieces of words as numbers.

Two blocks of TF-IDF (sublinear term frequency, each block scaled to unit length): character n-grams
inside words, and words, word pairs and word-list groups. Training and screening share this code.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from safety.policy import DATA
from safety.prompt.lexicon import Lexicon, words

WORD_LISTS = DATA / "lexicon" / "weak_words.json"
_SIZES = (3, 4, 5)
_CHARACTER = "c"


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

    def features(self, text: str) -> list[str]:
        """Keys of the features of ``text``, one for each place that has it, in no special order."""
        found = [word for word, _, _ in words(text)]
        keys = [f"w:{word}" for word in found]
        keys += [f"w:{left} {right}" for left, right in pairwise(found)]
        keys += [f"x:{hit.entry}" for hit in self._lexicon.find(text)]
        for word in found:
            keys += _pieces(word)
        return keys


@lru_cache(maxsize=1 << 14)
def _pieces(word: str) -> tuple[str, ...]:
    padded = f" {word[:40]} "
    return tuple(
        f"{_CHARACTER}:{padded[at : at + size]}"
        for size in _SIZES
        for at in range(max(1, len(padded) - size + 1))
    )


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Known features with their rarity.

    Attributes:
        index: key -> column.
        idf: inverse document frequency of each column, shape (V,).
    """

    index: Mapping[str, int]
    idf: NDArray[np.float32]

    def vector(self, features: Sequence[str]) -> dict[int, float]:
        """Column -> TF-IDF value; both blocks have unit length."""
        blocks: tuple[dict[int, float], dict[int, float]] = ({}, {})
        for key, count in Counter(features).items():
            column = self.index.get(key)
            if column is not None:
                value = (1 + math.log(count)) * float(self.idf[column])
                blocks[key[0] == _CHARACTER][column] = value
        scaled: dict[int, float] = {}
        for block in blocks:
            length = math.hypot(*block.values()) or 1.0
            scaled.update((column, value / length) for column, value in block.items())
        return scaled
