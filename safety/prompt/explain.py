"""Which words a score came from."""

from __future__ import annotations

import numpy as np

from safety.prompt.features import Extractor
from safety.prompt.heads import Heads
from safety.prompt.lexicon import words

_RELATED = 0.4
_LONGEST = 6


def heaviest_words(heads: Heads, extractor: Extractor, text: str, column: int) -> tuple[int, int]:
    """The run of words that raised category ``column`` most, as a half-open character range.

    Each feature's share of the wording logit is spread over its characters; from the heaviest word
    the run grows while neighbours carry at least 40 % of its weight. Without any word that raised
    the score (the meaning alone did) the whole text is returned.
    """
    found = words(text)
    features = list(extractor.features(text))
    values = heads.vocabulary.vector(features)
    counts: dict[int, int] = {}
    for feature in features:
        known = heads.vocabulary.index.get(feature.key)
        if known is not None:
            counts[known] = counts.get(known, 0) + 1
    weight = np.zeros(len(text) + 1)
    for feature in features:
        known = heads.vocabulary.index.get(feature.key)
        if known is not None:
            share = values[known] * float(heads.wording[known, column]) / counts[known]
            weight[feature.start : feature.end] += share / max(1, feature.end - feature.start)
    totals = [float(weight[start:end].sum()) for _, start, end in found]
    if not totals or max(totals) <= 0:
        return (0, len(text))
    first = last = int(np.argmax(totals))
    least = _RELATED * totals[first]
    while last - first < _LONGEST:
        if first > 0 and totals[first - 1] >= least:
            first -= 1
        elif last + 1 < len(totals) and totals[last + 1] >= least:
            last += 1
        else:
            break
    return (found[first][1], found[last][2])
