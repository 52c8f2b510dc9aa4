"""The rule that has no second opinion: a minor and anything sexual in the same text.

It works on term pairs after normalising, anywhere in the text, and blocks without explanation. A
false alarm costs one refused prompt; a miss may cost a child.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from safety.policy import DATA
from safety.prompt.lexicon import Lexicon
from safety.prompt.normalise import Normalised
from safety.verdict import Decision, Finding

CATEGORY = "csae"
TERMS = DATA / "csae_terms.json"
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
        self._lexicon = Lexicon(pairs, fold_l=True)
        self._age = _age_pattern(terms["age"]["words"], int(terms["age"]["largest"]))
        minor = {_squeeze(phrase) for phrase in terms["minor"]}
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
        if {"minor", "sexual"} <= self.kinds(text.text) | self.kinds(text.original):
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


def _age_pattern(names: Sequence[str], largest: int) -> re.Pattern[str]:
    numbers = "|".join([*(str(number) for number in range(1, largest + 1)), *names])
    return re.compile(
        rf"\b(?:{numbers})[\s\-]*(?:years?|yrs?|y)[\s\-./]*(?:olds?|o)\b|"
        rf"\baged?\s+(?:of\s+)?(?:{numbers})\b|\b(?:girl|boy)\s+of\s+(?:{numbers})\b",
        re.I,
    )


def _squeeze(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower()).replace("l", "i")
