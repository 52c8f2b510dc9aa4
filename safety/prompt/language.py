"""Our classifiers read English; other languages go to a person or to a multilingual guard."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from safety.policy import DATA
from safety.prompt.english import known_words
from safety.prompt.lexicon import words
from safety.prompt.normalise import Normalised
from safety.verdict import Decision, Finding

CATEGORY = "language"
_FOREIGN_LETTERS = 0.2
_KNOWN_WORDS = 0.6
_FOREIGN_WORDS = 0.2
_WINDOW = 40

# Frequent small words of other languages in Latin script that are no English words.
SMALL_WORDS = DATA / "foreign_small_words.txt"


class LanguageGate:
    """Asks for review when the text is not legible English.

    The text is judged in windows of 40 words, so that a foreign sentence cannot hide in a long
    English one.
    """

    name = "rule.language"

    def __init__(self) -> None:
        self._known = known_words()
        self._small = known_words(SMALL_WORDS)

    def find(self, text: Normalised, field: str) -> Sequence[Finding]:
        """One finding, or nothing."""
        reason = self.objection(text)
        if reason is None:
            return []
        return [Finding(CATEGORY, 1.0, Decision.REVIEW, self.name, reason, None, field)]

    def objection(self, text: Normalised) -> str | None:
        """Why the text cannot be judged, or None when it can."""
        letters = [character for character in text.text if character.isalpha()]
        tokens = [word for word, _, _ in words(text.text) if not word.isdigit()]
        if not letters or not tokens:
            return "There are no words here that we can read. Describe the clip in English words."
        foreign = sum(not _is_latin(character) for character in letters)
        if foreign > _FOREIGN_LETTERS * len(letters) or foreign > _WINDOW:
            return "We can only check English text automatically. Write it in English."
        for start in range(0, max(1, len(tokens) - _WINDOW // 2), _WINDOW // 2):
            if not self._is_english(tokens[start : start + _WINDOW]):
                return "We cannot read this as English. Check the spelling, or write it in English."
        return None

    def _is_english(self, tokens: Sequence[str]) -> bool:
        known = sum(self._knows(word) for word in tokens)
        small = sum(word in self._small for word in tokens)
        enough = known >= _KNOWN_WORDS * len(tokens)
        return enough and not (small >= 2 and small > _FOREIGN_WORDS * len(tokens))

    def _knows(self, word: str) -> bool:
        if word in self._small:
            return False
        if word in self._known or any(c.isdigit() for c in word):
            return True
        stems = [word.removesuffix(ending) for ending in ("s", "es", "ed", "d", "ing", "ly", "'t")]
        return any(len(stem) > 2 and stem in self._known for stem in stems)


def _is_latin(character: str) -> bool:
    return character.isascii() or unicodedata.name(character, "").startswith("LATIN")
