"""Turn training checkpoints into the weights that ship.

    python -m generation.embedded.release --version 1 \\
        --base runs/base/ema.pt --refiner runs/refiner/refiner.pt
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from generation.embedded.model import ClipTransformer
from generation.embedded.refiner import Refiner
from generation.embedded.weights import FOLDER, Manifest, save_weights


def release(base: Path, refiner: Path, version: str, folder: Path = FOLDER) -> Manifest:
    """Write the averaged base weights and the upscaler to the weights folder."""
    net, upscaler = ClipTransformer(), Refiner()
    net.load_state_dict(torch.load(base, weights_only=True))
    refined = torch.load(refiner, weights_only=True)
    upscaler.load_state_dict(refined["net"])
    steps = torch.load(base.with_name("last.pt"), weights_only=True)["step"]
    training = {"base_steps": steps, "refiner_steps": refined["step"]}
    return save_weights(net, upscaler, version, training, folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--base", type=Path, default=Path("runs/base/ema.pt"))
    parser.add_argument("--refiner", type=Path, default=Path("runs/refiner/refiner.pt"))
    parser.add_argument("--version", required=True)
    parser.add_argument("--folder", type=Path, default=FOLDER)
    options = parser.parse_args()
    manifest = release(options.base, options.refiner, options.version, options.folder)
    print(json.dumps(manifest.files, indent=2))
