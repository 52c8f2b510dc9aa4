"""Writes MODEL_CARD.md: what the text classifier is, what it was trained on, what it can do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np

from safety.policy import DATA, Policy
from safety.prompt.heads import Heads
from safety.training.prompt import Scored
from safety.training.statistics import interval

CARD = DATA / "MODEL_CARD.md"

_INTRODUCTION = """# Model card: the prompt classifier

Written by `python -m safety.training`; do not edit. Policy `{version}`.

**What it is.** For each of {count} categories two views of a text: TF-IDF over character n-grams,
words and weak word lists ({features:,} features), and all-MiniLM-L6-v2 sentence embeddings with a
linear and a one-layer head. Platt scaling turns each view into a probability; a regression on the
logits of both views for all categories gives the joint one. A joint probability above `review` goes
to a person; a block needs both views above `block`.

**What it is for.** English prompts for short clips. It does not read other languages (the language
gate holds them), it does not judge the truth of a claim, and it sees no intent across prompts.

**Data.** adversarial_nibbler (CC-BY-4.0), i2p (MIT), ailuminate demo (CC-BY-4.0), AdvBench with
safe instructions (MIT), HateCheck (CC-BY-4.0), Davidson et al. (MIT), Surge toxicity (MIT),
Ring-A-Bell pairs (MIT); harmless: COCO captions (CC-BY-4.0), T2I-CompBench (MIT), ChronoMagic
(Apache-2.0), FETV (CC-BY-4.0); our concept bank (`concepts/`). Never trained on: VBench (half
calibrates, half tests) and SimpleSafetyTests (tests). Splits follow from the hash of a text, for
the concept bank from its template; templates added later are only taught, and no scene is taught
that the calibration or the test has in another look. Rows about minors in sexual contexts were
removed from all sets before they reached us.

**What its authors had seen.** Whoever wrote the later templates knew the concept bank's test. The
safe ones on games, sport, romance, beauty and medicine, and on what people ordinarily do with each
other, were written after the false alarms on FETV had been read: those of its training rows when
FETV is left out of training, one of its calibration rows, and the kinds (not the words) of those of
its test rows. VBench, COCO, T2I-CompBench and ChronoMagic are the cleaner witnesses of false
alarms, and Adversarial Nibbler of recall.
"""


def write_card(heads: Heads, policy: Policy, calibration: Scored, test: Scored) -> None:
    """Write the card with thresholds and with the results on the test split."""
    lines = [
        _INTRODUCTION.format(
            version=policy.version,
            count=len(heads.categories),
            features=len(heads.vocabulary.index),
        ),
        "## Thresholds\n",
        "| category | review | block |",
        "|---|---|---|",
        *(
            f"| {key} | {policy.prompt[key].review:.3f} | {policy.prompt[key].block:.3f} |"
            for key in heads.categories
        ),
        f"\nFitted on {len(calibration.rows):,} rows (digest: `fitted_on` in policy.json).",
        "\n## Test split\n",
        "Share flagged (review or block) and share blocked, with 95 % Wilson intervals.",
        "Text classifier alone, without rules.\n",
        *_table(heads, policy, test),
        "",
    ]
    CARD.write_text("\n".join(lines), encoding="utf-8")


def decisions(heads: Heads, policy: Policy, scored: Scored) -> tuple[list[bool], list[bool]]:
    """Per row: whether it is flagged at all, and whether it is blocked."""
    review = np.array([policy.prompt[key].review for key in heads.categories])
    block = np.array([policy.prompt[key].block for key in heads.categories])
    flagged = (scored.joint >= review).any(1)
    blocked = ((scored.joint >= block) & (scored.views >= block).all(0)).any(1)
    return list(np.atleast_1d(flagged)), list(np.atleast_1d(blocked))


def _table(heads: Heads, policy: Policy, scored: Scored) -> Iterable[str]:
    flagged, blocked = decisions(heads, policy, scored)
    groups: Mapping[tuple[bool, str], list[int]] = defaultdict(list)
    for index, row in enumerate(scored.rows):
        groups[(row.harmful, row.source)].append(index)
    yield "| set | label | rows | flagged | blocked |"
    yield "|---|---|---|---|---|"
    for (harmful, source), members in sorted(groups.items()):
        label = "harmful" if harmful else "harmless"
        shares = [
            interval(sum(answers[index] for index in members), len(members)).text
            for answers in (flagged, blocked)
        ]
        yield f"| {source} | {label} | {len(members)} | {shares[0]} | {shares[1]} |"
