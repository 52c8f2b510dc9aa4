"""The words that we take for English, one file for the whole engine."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from safety.policy import DATA

WORDS = DATA / "english_words.txt"


@cache
def known_words(path: Path = WORDS) -> frozenset[str]:
    """Lower-case words, one a line in the file; English unless told otherwise."""
    return frozenset(path.read_text(encoding="utf-8").split())
