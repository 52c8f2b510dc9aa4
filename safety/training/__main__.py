"""`python -m safety.training`: trains what ships, in one go.

    python -m benchmarks.safety.world_frames --out runs/safety/world.npz
    python -m benchmarks.safety.generated_frames --out runs/safety/generated.npz
    python -m safety.training --data DIR --world runs/safety/world.npz \\
        --generated runs/safety/generated.npz

Text needs `--data`, a folder with the sets that MODEL_CARD.md lists. Pictures need `--world`,
frames drawn by the generator's own renderer, and take `--generated`, frames that it made. Either
part can be trained alone; the policy keeps what it knew about the other.
"""

from __future__ import annotations

import argparse
import datetime
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from safety.integrity import sha256_of
from safety.media import drawn
from safety.media.network import load
from safety.policy import DEFAULT_POLICY, FittedOn, Policy
from safety.prompt.classifier import ENCODER_MODEL, HEADS, HEADS_MODEL
from safety.prompt.encoder import MODEL_DIR, WEIGHTS
from safety.prompt.english import WORDS
from safety.training import media, prompt
from safety.training.card import write_card
from safety.training.media_card import write_media_card
from safety.training.thresholds import fitted_on, fixed_rules, prompt_rules
from safety.training.words import english_words

Frames = NDArray[np.uint8]

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
    parser.add_argument("--steps", type=int, default=2500, help="of the picture classifier")
    parser.add_argument("--continue", dest="go_on", action="store_true", help="from these weights")
    parser.add_argument("--calibrate", action="store_true", help="keep the weights")
    parser.add_argument("--work", type=Path, default=Path("runs/safety"), help="caches")
    parser.add_argument("--date", default=datetime.date.today().isoformat(), help="of the policy")
    chosen = parser.parse_args(arguments)
    if not (chosen.data or chosen.world):
        parser.error("nothing to train: give --data, --world, or both")
    policy = Policy.load_or_empty(DEFAULT_POLICY)
    policy = replace(policy, name="default", audience="general", date=chosen.date)
    if chosen.data:
        policy = _train_text(policy, chosen)
    if chosen.world:
        with np.load(chosen.world) as stored:
            world = stored["frames"]
        policy = _train_pictures(policy, world, _generated(chosen.generated), chosen)
    policy.save(DEFAULT_POLICY)
    return 0


def _train_text(policy: Policy, chosen: argparse.Namespace) -> Policy:
    words = english_words(chosen.data, MODEL_DIR / "vocab.txt")
    WORDS.write_text("\n".join(words) + "\n", encoding="utf-8")
    heads, calibration, test = prompt.train(chosen.data, chosen.work, chosen.calibrate)
    models = {HEADS_MODEL: sha256_of(HEADS), ENCODER_MODEL: sha256_of(WEIGHTS)}
    fitted = fitted_on("calibration split of the prompt corpus", calibration.rows)
    policy = replace(
        policy,
        prompt={**prompt_rules(calibration), **fixed_rules()},
        fitted_on={**policy.fitted_on, "prompt": fitted},
        models={**policy.models, **models},
    )
    write_card(heads, policy, calibration, test)
    return policy


def _train_pictures(
    policy: Policy, world: Frames, generated: Frames | None, chosen: argparse.Namespace
) -> Policy:
    torch.manual_seed(0)
    outputs = media.Outputs.of(generated)
    network = load(drawn.WEIGHTS)[0] if chosen.calibrate or chosen.go_on else None
    if network is None or not chosen.calibrate:
        network = media.train(world, outputs.train, chosen.steps, network=network)
    media.finish(network, world, outputs.calibration, drawn.WEIGHTS)
    rules = media.frame_rules(world, outputs.calibration)
    name = chosen.world.name + (f" and {chosen.generated.name}" if chosen.generated else "")
    fitted = FittedOn(f"calibration part of {name}", sha256_of(chosen.world), len(world) // 10)
    policy = replace(
        policy,
        frames=rules,
        cannot_produce=CANNOT_PRODUCE,
        fitted_on={**policy.fitted_on, "frames": fitted},
        models={**policy.models, drawn.MODEL: sha256_of(drawn.WEIGHTS)},
    )
    write_media_card(policy, world, outputs.test)
    return policy


def _generated(path: Path | None) -> Frames | None:
    if path is None:
        return None
    with np.load(path) as stored:
        frames: Frames = stored["frames"]
    return frames


if __name__ == "__main__":
    sys.exit(main())
