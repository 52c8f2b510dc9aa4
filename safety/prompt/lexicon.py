"""Finding many fixed phrases in a text, on word boundaries, in one pass."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found: its entry and where it stands (half-open, characters)."""

    entry: str
    start: int
    end: int


def words(text: str) -> list[tuple[str, int, int]]:
    """Lower-case words with their positions; a possessive ``'s`` is cut off."""
    found = []
    for match in _WORD.finditer(text):
        word, end = match.group().lower(), match.end()
        if word.endswith(("'s", "’s")):
            word, end = word[:-2], end - 2
        found.append((word.replace("’", "'"), match.start(), end))
    return found


class Lexicon:
    """A set of phrases, each a sequence of words; hyphens and spaces are the same.

    Args:
        phrases: surface form -> entry that it stands for.
        fold: applied to every word of phrases and text before they are compared.
    """

    def __init__(
        self, phrases: Iterable[tuple[str, str]], fold: Callable[[str], str] = str
    ) -> None:
        self._fold = fold
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for phrase, entry in phrases:
            sequence = tuple(self._fold(word) for word, _, _ in words(phrase))
            if sequence:
                self._by_first.setdefault(sequence[0], []).append((sequence, entry))
        for options in self._by_first.values():
            options.sort(key=lambda option: -len(option[0]))

    def find(self, text: str) -> Iterator[Hit]:
        """Longest matches from left to right, without overlap."""
        tokens = [(self._fold(word), start, end) for word, start, end in words(text)]
        index = 0
        while index < len(tokens):
            for sequence, entry in self._by_first.get(tokens[index][0], ()):
                window = tokens[index : index + len(sequence)]
                if tuple(word for word, _, _ in window) == sequence:
                    yield Hit(entry, window[0][1], window[-1][2])
                    index += len(sequence) - 1
                    break
            index += 1
