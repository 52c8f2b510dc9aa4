"""Turn training runs into the weights that ship.

python -m generation.embedded.release --version 2
"""

from __future__ import annotations

import argparse
import itertools
import json
from pathlib import Path

import torch

from generation.embedded.codec import on_sphere
from generation.embedded.denoiser import Denoiser
from generation.embedded.perception import Perceiver
from generation.embedded.train_codec import load_trainee
from generation.embedded.train_judge import load_judge
from generation.embedded.weights import FOLDER, Manifest, Networks, save_weights
from generation.embedded.world.render import OUTLINES
from generation.embedded.world.spec import SUBJECTS


def release(runs: Path, version: str, folder: Path = FOLDER) -> Manifest:
    """Write the averaged denoiser, the codec, the perceiver and the judge to the weights folder."""
    denoiser, perceiver = Denoiser(), Perceiver()
    denoiser.load_state_dict(torch.load(runs / "base" / "ema.pt", weights_only=True))
    seen = torch.load(runs / "perception" / "perception.pt", weights_only=True)
    perceiver.load_state_dict(seen | {"known_shapes": known_shapes(runs / "data")})
    codec = load_trainee(runs / "codec").codec
    steps = torch.load(runs / "base" / "last.pt", weights_only=True)["step"]
    return save_weights(
        Networks(denoiser, codec, perceiver),
        load_judge(runs / "judge.pt"),
        version,
        {"denoiser_steps": steps},
        folder,
    )


def known_shapes(data: Path) -> torch.Tensor:
    """The mean code of each subject and way of facing, drawn with the usual outline."""
    kept = torch.load(data / "codes.pt", weights_only=True)
    means = []
    for subject, facing in itertools.product(SUBJECTS, (1, -1)):
        alike = [
            code
            for about, code in zip(kept["about"], kept["shapes"], strict=True)
            if (about["subject"], about["edge"], about["facing"])
            == (subject, OUTLINES["cartoon"], facing)
        ]
        means.append(on_sphere(torch.stack(alike).mean(0)))
    return torch.stack(means)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--version", required=True)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options = parser.parse_args()
    print(json.dumps(release(options.runs, options.version, options.folder).files, indent=2))
