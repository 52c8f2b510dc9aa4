"""`python -m safety.training`: trains what ships, in one go.

    python -m benchmarks.safety.world_frames --out runs/safety/world.npz
    python -m benchmarks.safety.generated_frames --out runs/safety/generated.npz
    python -m safety.training --data DIR --world runs/safety/world.npz \\
        --generated runs/safety/generated.npz

Text needs `--data`, a folder with the sets that MODEL_CARD.md lists. Pictures need `--world`,
frames drawn by the generator's own renderer, and take `--generated`, frames that it made. Either
part can be trained alone, also while the other is: each writes only its own part of the policy.
"""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from safety.integrity import sha256_of
from safety.media import drawn, nsfwjs
from safety.policy import DEFAULT_POLICY, CategoryRule, FittedOn, Policy
from safety.prompt.classifier import ENCODER_MODEL, HEADS, HEADS_MODEL
from safety.prompt.encoder import MODEL_DIR, WEIGHTS
from safety.prompt.english import WORDS
from safety.training import media, prompt, reading
from safety.training.card import write_card
from safety.training.media_card import write_media_card
from safety.training.studio import Captioned, Studio
from safety.training.thresholds import fitted_on, fixed_rules, prompt_rules
from safety.training.words import english_words

_WORLD = (
    "the embedded generator draws ten kinds of friendly figures in six landscapes and knows no "
)
CANNOT_PRODUCE = {
    "sexual": _WORLD + "people or bodies",
    "violence": _WORLD + "people, attacks or weapons; weapons, blood and explosions are looked for",
    "gore": _WORLD + "wounds; blood is looked for",
    "hate": _WORLD + "symbols or people; emblems are looked for",
    "self_harm": _WORLD + "people",
    "illegal": _WORLD + "drugs or crime; drugs and weapons are looked for",
    "disturbing": _WORLD + "horror",
    "deception": _WORLD + "real places, events or footage",
    "public_figure": _WORLD + "people",
    "copyright": _WORLD + "brands or characters of others",
}
"""Why no classifier is needed on frames that conform to the drawn world."""


def main(arguments: list[str] | None = None) -> int:
    """Train, fit the thresholds, write policy, model cards and tables."""
    parser = argparse.ArgumentParser(
        prog="python -m safety.training",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, help="folder of the text data sets")
    parser.add_argument("--world", type=Path, help="npz of rendered frames")
    parser.add_argument("--generated", type=Path, help="npz of generated frames")
    parser.add_argument("--steps", type=int, default=2200, help="of the picture model")
    parser.add_argument("--continue", dest="go_on", action="store_true", help="from these weights")
    parser.add_argument("--calibrate", action="store_true", help="keep the weights")
    parser.add_argument("--work", type=Path, default=Path("runs/safety"), help="caches")
    parser.add_argument("--date", default=datetime.date.today().isoformat(), help="of the policy")
    chosen = parser.parse_args(arguments)
    if not (chosen.data or chosen.world):
        parser.error("nothing to train: give --data, --world, or both")
    torch.set_num_threads(1)
    if chosen.data:
        _train_text(chosen)
    if chosen.world:
        _train_pictures(chosen)
    return 0


def _train_text(chosen: argparse.Namespace) -> None:
    words = english_words(chosen.data, MODEL_DIR / "vocab.txt")
    WORDS.write_text("\n".join(words) + "\n", encoding="utf-8")
    heads, calibration, test = prompt.train(chosen.data, chosen.work, chosen.calibrate)
    rules = {**prompt_rules(calibration), **fixed_rules()}
    fitted = fitted_on("calibration split of the prompt corpus", calibration.rows)
    models = {HEADS_MODEL: HEADS, ENCODER_MODEL: WEIGHTS}
    policy = _written(chosen.date, "prompt", rules, fitted, models)
    write_card(heads, policy, calibration, test)


def _train_pictures(chosen: argparse.Namespace) -> None:
    generated = Captioned.load(chosen.generated) if chosen.generated else None
    studio = Studio(Captioned.load(chosen.world), generated)
    if not chosen.calibrate:
        media.train(studio, chosen.steps, drawn.FOLDER, go_on=chosen.go_on)
    reading.fit_heads(studio, drawn.FOLDER)
    model = reading.load_model(drawn.FOLDER)
    rules = reading.frame_rules(studio, model)
    name = chosen.world.name + (f" and {chosen.generated.name}" if chosen.generated else "")
    fitted = FittedOn(f"calibration part of {name}", sha256_of(chosen.world), studio.fitted)
    models = {
        drawn.TOWER_MODEL: drawn.FOLDER / drawn.TOWER_FILE,
        drawn.HEADS_MODEL: drawn.FOLDER / drawn.HEADS_FILE,
        nsfwjs.MODEL: nsfwjs.WEIGHTS,
    }
    policy = _written(chosen.date, "frames", rules, fitted, models, cannot_produce=CANNOT_PRODUCE)
    write_media_card(policy, studio, model)


def _written(
    date: str,
    part: str,
    rules: Mapping[str, CategoryRule],
    fitted: FittedOn,
    models: Mapping[str, Path],
    **more: Any,
) -> Policy:
    """The policy with one part, "prompt" or "frames", made anew; read now, so that what was written
    to the other during the training stays."""
    policy = Policy.load_or_empty(DEFAULT_POLICY)
    digests = {name: sha256_of(path) for name, path in models.items()}
    more[part] = dict(rules)
    policy = replace(
        policy,
        name="default",
        audience="general",
        date=date,
        fitted_on={**policy.fitted_on, part: fitted},
        models={**policy.models, **digests},
        **more,
    )
    policy.save(DEFAULT_POLICY)
    return policy


if __name__ == "__main__":
    sys.exit(main())
