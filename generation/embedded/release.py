"""Turn training runs into the weights that ship.

python -m generation.embedded.release --version 2
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from generation.embedded.denoiser import Denoiser
from generation.embedded.perception import Perceiver
from generation.embedded.train_codec import load_trainee
from generation.embedded.weights import FOLDER, Manifest, Networks, save_weights


def release(runs: Path, version: str, folder: Path = FOLDER) -> Manifest:
    """Write the averaged denoiser, the codec and the perceiver to the weights folder."""
    denoiser, perceiver = Denoiser(), Perceiver()
    denoiser.load_state_dict(torch.load(runs / "base" / "ema.pt", weights_only=True))
    perceiver.load_state_dict(torch.load(runs / "perception" / "perception.pt", weights_only=True))
    codec = load_trainee(runs / "codec").codec
    steps = torch.load(runs / "base" / "last.pt", weights_only=True)["step"]
    return save_weights(
        Networks(denoiser, codec, perceiver), version, {"denoiser_steps": steps}, folder
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--version", required=True)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options = parser.parse_args()
    print(json.dumps(release(options.runs, options.version, options.folder).files, indent=2))
