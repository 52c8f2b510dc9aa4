"""Condenses the given word lists into one file of weak features."""

from __future__ import annotations

import csv
import json
from pathlib import Path

_GROUPS = {
    "sexual anatomy / sexual acts": "sexual",
    "sexual orientation / gender": "slur",
    "racial / ethnic slurs": "slur",
    "religious offense": "slur",
    "political": "insult",
    "mental disability": "insult",
    "physical disability": "insult",
    "physical attributes": "insult",
    "other / general insult": "insult",
    "bodily fluids / excrement": "excrement",
    "animal references": "insult",
}


def weak_words(data: Path) -> dict[str, list[str]]:
    """Group -> terms, from the profanity lists under ``data``."""
    groups: dict[str, set[str]] = {}
    with (data / "surge_profanity" / "profanity_en.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            term = row["text"].strip().lower()
            if len(term) > 2 and term.isascii():
                groups.setdefault(_GROUPS.get(row["category_1"], "insult"), set()).add(term)
    general = (data / "ldnoobw" / "en.txt").read_text(encoding="utf-8").split("\n")
    groups["obscene"] = {line.strip().lower() for line in general if len(line.strip()) > 2}
    explicit = (data / "sneakyprompt_nsfw_list" / "nsfw_list.txt").read_text(encoding="utf-8")
    groups["explicit"] = {
        line.strip().lower() for line in explicit.split("\n") if 2 < len(line.strip()) < 40
    }
    return {name: sorted(terms) for name, terms in sorted(groups.items())}


def write(data: Path, path: Path) -> None:
    """Write the condensed list as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(weak_words(data), ensure_ascii=False, indent=0) + "\n")
