"""`python -m safety.training --data DIR`: trains everything that ships, in one go."""

from __future__ import annotations

import argparse
import datetime
import sys
from pathlib import Path

import torch

from safety.integrity import sha256_of
from safety.policy import DEFAULT_POLICY, Policy
from safety.prompt.classifier import ENCODER_MODEL, HEADS, HEADS_MODEL
from safety.prompt.encoder import MODEL_DIR, WEIGHTS
from safety.prompt.english import WORDS
from safety.training.card import write_card
from safety.training.prompt import train
from safety.training.thresholds import fitted_on, fixed_rules, prompt_rules
from safety.training.words import english_words


def main(arguments: list[str] | None = None) -> int:
    """Train the text classifier, fit the thresholds, write policy, model card and tables."""
    parser = argparse.ArgumentParser(prog="python -m safety.training", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the given data sets")
    parser.add_argument("--work", type=Path, default=Path("runs/safety"), help="caches")
    parser.add_argument("--date", default=datetime.date.today().isoformat(), help="of the policy")
    chosen = parser.parse_args(arguments)
    if not chosen.data.is_dir():
        parser.error(f"{chosen.data} is no folder")
    torch.manual_seed(0)
    words = english_words(chosen.data, MODEL_DIR / "vocab.txt")
    WORDS.write_text("\n".join(words) + "\n", encoding="utf-8")
    heads, calibration, test = train(chosen.data, chosen.work)
    previous = Policy.load_or_empty(DEFAULT_POLICY)
    models = {HEADS_MODEL: sha256_of(HEADS), ENCODER_MODEL: sha256_of(WEIGHTS)}
    policy = Policy(
        name="default",
        date=chosen.date,
        audience="general",
        prompt={**prompt_rules(calibration), **fixed_rules()},
        frames=previous.frames,
        cannot_produce=previous.cannot_produce,
        fitted_on={
            **previous.fitted_on,
            "prompt": fitted_on("calibration split of the prompt corpus", calibration.rows),
        },
        models={**previous.models, **models},
    )
    policy.save(DEFAULT_POLICY)
    write_card(heads, policy, calibration, test)
    return 0


if __name__ == "__main__":
    sys.exit(main())
