"""Builds the list of English words from the captions and prompts of the training data."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from safety.prompt.lexicon import words
from safety.prompt.normalise import normalise

SOURCES = {
    "coco_10k": 2,
    "t2i_compbench": 2,
    "fetv": 2,
    "chronomagic": 2,
    "advbench_safe_instr": 2,
    "ailuminate_demo_en": 2,
    "adversarial_nibbler": 2,
    "hatecheck": 2,
    "i2p": 4,
    "surge_toxicity": 3,
}
"""Source -> how often a word must occur there."""


def english_words(data: Path, vocabulary: Path) -> list[str]:
    """Words that occur often enough in at least one English source, sorted.

    Long whole words of the encoder's ``vocabulary`` are added: it was learnt from English books and
    encyclopedias. Its short words are left out, since many are of other languages.
    """
    known: set[str] = set()
    for source, least in SOURCES.items():
        counts: Counter[str] = Counter()
        for line in (data / source / f"{source}.jsonl").read_text(encoding="utf-8").splitlines():
            text = normalise(str(json.loads(line)["text"])).text
            counts.update({word for word, _, _ in words(text) if word.isascii()})
        known.update(w for w, n in counts.items() if n >= least and (len(w) > 1 or w in "ai"))
    entries = vocabulary.read_text(encoding="utf-8").split()
    known.update(entry for entry in entries if len(entry) >= 5 and _plain(entry))
    return sorted(word for word in known if not any(c.isdigit() for c in word))


def _plain(entry: str) -> bool:
    return entry.isascii() and entry.isalpha()
