"""The rule that has no second opinion: a minor and anything sexual in the same text.

It works on term pairs after normalising, anywhere in the text, and blocks without explanation. A
false alarm costs one refused prompt; a miss may cost a child.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from safety.policy import DATA
from safety.prompt.lexicon import Lexicon
from safety.prompt.normalise import LEET, Normalised
from safety.verdict import Decision, Finding

CATEGORY = "csae"
TERMS = DATA / "csae_terms.json"
_REACH = 16
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}", re.I)
REASON = "This text cannot be used."


class PairRule:
    """Blocks, in hiding, a text that names a minor and something sexual.

    Args:
        terms: term lists ``minor``, ``sexual``, ``whole`` (also matched with all separators
            removed), ``exceptions`` (phrases that count as neither) and ``age``.
    """

    name = "rule.csae"

    def __init__(self, terms: Mapping[str, Any]) -> None:
        pairs = [
            *((phrase, "exception") for phrase in terms["exceptions"]),
            *((phrase, "minor") for phrase in terms["minor"]),
            *((phrase, "sexual") for phrase in terms["sexual"]),
        ]
        self._lexicon = Lexicon(pairs, _fold)
        self._stretched = Lexicon(pairs, _fold_stretched)
        self._age = _age_pattern(terms["age"]["words"], int(terms["age"]["largest"]))
        minor = {_squeeze(phrase) for phrase in terms["minor"]}
        self._inside = [(_squeeze(phrase), kind) for phrase, kind in pairs if kind != "exception"]
        self._squeezed = [
            (_squeeze(word), "minor" if _squeeze(word) in minor else "sexual")
            for word in terms["whole"]
        ]

    @classmethod
    def load(cls, path: Path = TERMS) -> PairRule:
        """The rule with the term lists that ship."""
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def find(self, text: Normalised, field: str) -> Sequence[Finding]:
        """One hidden block, or nothing."""
        found = self.kinds(text.text) | self.kinds(text.original)
        found |= self.kinds(text.text.translate(LEET)) | self._run_together(text)
        if _STRETCHED.search(text.original):
            found |= {hit.entry for hit in self._stretched.find(text.text)}
        if {"minor", "sexual"} <= found:
            return [
                Finding(CATEGORY, 1.0, Decision.BLOCK, self.name, REASON, None, field, None, True)
            ]
        return []

    def kinds(self, text: str) -> set[str]:
        """Which of ``minor`` and ``sexual`` the text names."""
        found = {hit.entry for hit in self._lexicon.find(text)} - {"exception"}
        if self._age.search(text):
            found.add("minor")
        squeezed = _squeeze(text)
        found.update(kind for word, kind in self._squeezed if word in squeezed)
        return found

    def _run_together(self, text: Normalised) -> set[str]:
        """Terms inside letters that had been set apart, where the gaps between words are lost."""
        found: set[str] = set()
        for start, end in _stretches(text):
            around = _squeeze(text.text[max(0, start - _REACH) : end + _REACH])
            found.update(kind for term, kind in self._inside if term in around)
        return found


def _fold(word: str) -> str:
    """A digit one in a disguised word may stand for i or for l."""
    return word.replace("l", "i")


def _fold_stretched(word: str) -> str:
    """As above, with every letter once: "teeeen" and "teen" are one."""
    return "".join(letter for letter, _ in itertools.groupby(_fold(word)))


def _stretches(text: Normalised) -> Iterator[tuple[int, int]]:
    start = None
    for index, origin in enumerate((*text.origin, -1)):
        if origin in text.joined:
            start = index if start is None else start
        elif start is not None:
            yield start, index
            start = None


def _age_pattern(names: Sequence[str], largest: int) -> re.Pattern[str]:
    numbers = "|".join([*(str(number) for number in range(1, largest + 1)), *names])
    return re.compile(
        rf"\b(?:{numbers})[\s\-]*(?:years?|yrs?|y)[\s\-./]*(?:olds?|o)\b|"
        rf"\baged?\s+(?:of\s+)?(?:{numbers})\b|\b(?:girl|boy)\s+of\s+(?:{numbers})\b",
        re.I,
    )


def _squeeze(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower()).replace("l", "i")
