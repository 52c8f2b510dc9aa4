"""Which words a score came from."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from safety.prompt.heads import Array
from safety.prompt.lexicon import words

_RELATED = 0.4
_MOST_PARTS = 12
_LONGEST = 4
_SMALL = frozenset(
    [
        "a", "an", "the", "this", "that", "of", "in", "on", "at", "to", "by", "for", "from", "with",
        "into", "onto", "over", "under", "and", "or", "but", "as", "is", "are", "was", "were", "be",
        "been", "being", "it", "its", "he", "his", "him", "she", "her", "they", "their", "them",
        "you", "your", "i", "my", "me", "we", "our", "out", "up", "down", "off", "near", "through",
    ]
)  # fmt: skip
"""Words that carry no harm by themselves; never looked at alone."""

Span = tuple[int, int]


def decisive_words(
    text: str, columns: Sequence[int], log_odds: Callable[[Sequence[str]], Array]
) -> list[Span]:
    """For each of ``columns`` the words that its score leans on, half-open, characters.

    Each content word, in a long text each short run of them, counts by what the score loses without
    it and gains by it alone: the first and last step of its Shapley value (Lundberg, Lee 2017). So
    both views of the text have their say. From the heaviest place the answer grows while neighbours
    weigh at least 40 % as much. Where none weighs anything, the score comes from the whole text.

    Args:
        text: what was scored.
        columns: categories to explain.
        log_odds: scores of texts, (n, C).
    """
    parts = _parts(text)
    without = [text[:start] + text[end:] for start, end in parts]
    alone = [text[start:end] for start, end in parts]
    scores = log_odds([text, "", *without, *alone])
    whole, nothing, rest = scores[0], scores[1], scores[2:]
    weight = (whole - rest[: len(parts)]) + (rest[len(parts) :] - nothing)
    return [_grown(text, parts, weight[:, column]) for column in columns]


def _parts(text: str) -> list[Span]:
    """At most twelve places in ``text`` that hold its content words."""
    places = [(start, end) for word, start, end in words(text) if word not in _SMALL]
    runs = np.array_split(np.arange(len(places)), min(len(places), _MOST_PARTS)) if places else []
    return [(places[run[0]][0], places[run[-1]][1]) for run in runs]


def _grown(text: str, parts: Sequence[Span], weight: Array) -> Span:
    if not parts or weight.max() <= 0:
        return (0, len(text))
    first = last = int(weight.argmax())
    enough = weight >= _RELATED * weight[first]
    while first > 0 and enough[first - 1] and last - first < _LONGEST:
        first -= 1
    while last + 1 < len(parts) and enough[last + 1] and last - first < _LONGEST:
        last += 1
    return (parts[first][0], parts[last][1])
