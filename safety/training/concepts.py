"""Expands the concept bank: `{a|b}` one of several, `<name>` one of a shared list."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from safety.policy import DATA

BANK = DATA / "concepts"
_OFTEN = 8
"""How many times more of each template of everyday scenes, which most prompts are like."""

_CHOICE = re.compile(r"\{([^{}]*)\}")
_SLOT = re.compile(r"<(\w+)>")


@dataclass(frozen=True, slots=True)
class Concept:
    """One description from the bank.

    Attributes:
        text, category, harmful: what it says.
        number: of its template, which keeps relatives in one split; None where it is only taught.
    """

    text: str
    category: str
    harmful: bool
    number: int | None


def concepts(folder: Path = BANK, per_template: int = 40, seed: int = 7) -> Iterator[Concept]:
    """Up to ``per_template`` distinct descriptions of each template, the same for each run."""
    slots = json.loads((folder / "slots.json").read_text(encoding="utf-8"))
    for path in sorted(folder.glob("*.json")):
        if path.name == "slots.json":
            continue
        bank = json.loads(path.read_text(encoding="utf-8"))
        for template, harmful, number in _templates(bank):
            generator = random.Random(f"{seed}:{template}")  # noqa: S311 - sampling, no secret
            tries = per_template * (_OFTEN if bank["category"] == "none" else 1)
            texts = {expand(template, slots, generator) for _ in range(tries)}
            for text in sorted(texts):
                yield Concept(text, bank["category"], harmful, number)


def _templates(bank: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, bool, int | None]]:
    """Template, harmful, number. What was added later is under `taught_…`: the test stays as is."""
    for key, harmful in (("unsafe", True), ("safe", False)):
        for number, template in enumerate(bank[key]):
            yield template, harmful, number
        for template in bank.get(f"taught_{key}", ()):
            yield template, harmful, None


def expand(template: str, slots: Mapping[str, Sequence[str]], generator: random.Random) -> str:
    """One description; choices inside slots and slots inside choices both work."""
    text = template
    while _SLOT.search(text) or _CHOICE.search(text):
        text = _CHOICE.sub(lambda match: generator.choice(match.group(1).split("|")), text)
        text = _SLOT.sub(lambda match: generator.choice(slots[match.group(1)]), text)
    return re.sub(r"\s+", " ", text).strip()
