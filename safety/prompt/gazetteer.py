"""Names in prompts: people in public life, brands, characters, living artists.

A name is not harm. It is a question of consent or licence, so a hit asks for review and names its
subject; `safety/likeness.py` settles those that were agreed to.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from safety.policy import DATA, CategoryRule, Policy
from safety.prompt.lexicon import Hit, Lexicon, words
from safety.prompt.normalise import Normalised
from safety.verdict import Finding

LISTS = DATA / "gazetteer"
FILES = {
    "public_figure": ("public_figures.txt",),
    "copyright": ("brands.txt", "works.txt"),
    "artist": ("artists.txt",),
}
_REACH = 60  # characters to either side in which a companion word counts
_OFFICE = re.compile(
    r"\b(?:the|a|former|current|us|american|russian|chinese|french|ukrainian|north korean)\s+"
    r"(?:president|prime minister|chancellor|supreme leader|first lady|pope|king|queen)"
    r"(?=\s+(?:of\s+(?:the\s+)?(?:united|us|usa|america|russia|china|france|germany|ukraine|north"
    r"|south|england|britain|india|israel|iran)|giving|kissing|fighting|being|arrested|fleeing"
    r"|in\s+(?:prison|jail|handcuffs)|declar|announc))"
    r"|\b(?:famous|hollywood|real|well-known)\s+(?:celebrit(?:y|ies)|actors?|actress(?:es)?"
    r"|politicians?|pop stars?|singers?)\b",
    re.I,
)


class Gazetteer:
    """Finds listed names.

    Args:
        rules: category -> rule; categories without a rule are not looked for.
        entries: category -> lines of its lists.
        companions: condition -> words, one of which must stand near a name with that condition.
        other_words: lower-case words that are a listed name only without their accents, e.g.
            German “über”; written so they count only beside a word such as logo.
    """

    name = "rule.gazetteer"

    def __init__(
        self,
        rules: Mapping[str, CategoryRule],
        entries: Mapping[str, Sequence[str]],
        companions: Mapping[str, Sequence[str]],
        other_words: Sequence[str] = (),
    ) -> None:
        self._other_words = frozenset(other_words)
        self._companions = {key: frozenset(words) for key, words in companions.items()}
        self._rules = {key: rules[key] for key in entries if key in rules}
        self._lexicons = {key: Lexicon(_forms(entries[key])) for key in self._rules}

    @classmethod
    def load(cls, policy: Policy, folder: Path = LISTS) -> Gazetteer:
        """The gazetteer with the lists that ship."""
        entries = {
            key: [line for name in names for line in _lines(folder / name)]
            for key, names in FILES.items()
        }
        companions = json.loads((folder / "companions.json").read_text(encoding="utf-8"))
        others = _lines(folder / "other_words.txt")
        return cls(policy.prompt, entries, companions, others)

    def find(self, text: Normalised, field: str) -> Sequence[Finding]:
        """One finding for each listed name in ``text``."""
        found = [
            self._finding(key, name, text.span(start, end), field)
            for key, name, start, end in self._hits(text)
        ]
        return list(dict.fromkeys(found))

    def _hits(self, text: Normalised) -> Iterator[tuple[str, str, int, int]]:
        for key, lexicon in self._lexicons.items():
            for hit in lexicon.find(text.text):
                name, _, condition = hit.entry.partition("+")
                if self._is_other_word(text, hit):
                    condition = "logo"
                if self._meets(condition, text.text, hit):
                    yield key, name, hit.start, hit.end
        if "public_figure" in self._rules and (office := _OFFICE.search(text.text)):
            yield "public_figure", office.group(), office.start(), office.end()

    def _is_other_word(self, text: Normalised, hit: Hit) -> bool:
        start, end = text.span(hit.start, hit.end)
        end += _combining(text.original[end:])
        written = unicodedata.normalize("NFC", text.original[start:end])
        return written.lower() in self._other_words

    def _meets(self, condition: str, text: str, hit: Hit) -> bool:
        if not condition:
            return True
        if condition == "capital":
            return text[hit.start].isupper()
        left, right = text[max(0, hit.start - _REACH) : hit.start], text[hit.end :][:_REACH]
        return any(word in self._companions[condition] for word, _, _ in words(f"{left} {right}"))

    def _finding(self, key: str, name: str, span: tuple[int, int], field: str) -> Finding:
        rule = self._rules[key]
        decision = rule.decide(1.0, agreed=False)
        reason = f"“{name}” is on our list of {rule.label}. {rule.advice}"
        return Finding(key, 1.0, decision, self.name, reason, span, field, subject=name)


def _combining(text: str) -> int:
    """How many combining marks ``text`` begins with."""
    return next((i for i, c in enumerate(text) if not unicodedata.combining(c)), len(text))


def _lines(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip() and not line.startswith("#")]


def _forms(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        entry = line.split("|")[0].partition("+")[0].strip()
        for form in line.split("|"):
            surface, _, condition = form.partition("+")
            yield surface, f"{entry}+{condition}"
