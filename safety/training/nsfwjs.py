"""`python -m safety.training.nsfwjs FOLDER`: the MobileNetV2 of the npm package nsfwjs.

    npm pack nsfwjs@4.4.0 && tar xzf nsfwjs-4.4.0.tgz
    python -m safety.training.nsfwjs package

The package carries the model as JavaScript: its layers and the list of weights as an object, the
weights (8-bit numbers with a range each) in base64. Neither TensorFlow nor node is needed.
"""

from __future__ import annotations

import argparse
import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from safety.media.nsfwjs import WEIGHTS


def weights(package: Path) -> dict[str, Tensor]:
    """Every weight by name as 8-bit numbers, and as `NAME.range` their step and lowest value.

    Args:
        package: the unpacked npm package.
    """
    folder = package / "dist" / "models" / "mobilenet_v2"
    listed = _listed((folder / "model.min.js").read_text())
    numbers = np.frombuffer(_decoded((folder / "group1-shard1of1.min.js").read_text()), np.uint8)
    return dict(_cut(listed, numbers))


def _listed(script: str) -> list[dict[str, Any]]:
    """The entries of the weights manifest, from a JavaScript object to JSON."""
    start = script.index("exports={modelTopology") + len("exports=")
    text = re.sub(r"([{,])([A-Za-z_]\w*):", r'\1"\2":', script[start:])
    text = text.replace("!0", "true").replace("!1", "false")
    text = re.sub(r"([\[,:\-])\.(\d)", r"\g<1>0.\2", text)
    model, _ = json.JSONDecoder().raw_decode(text)
    (group,) = model["weightsManifest"]
    entries: list[dict[str, Any]] = group["weights"]
    return entries


def _decoded(script: str) -> bytes:
    found = re.search(r'exports="([A-Za-z0-9+/=]+)"', script)
    if found is None:
        raise ValueError("There are no weights in this file.")
    return base64.b64decode(found[1])


def _cut(
    listed: Sequence[Mapping[str, Any]], numbers: np.ndarray[Any, np.dtype[np.uint8]]
) -> Iterator[tuple[str, Tensor]]:
    start = 0
    for entry in listed:
        name, shape, coded = entry["name"], entry["shape"], entry["quantization"]
        end = start + int(np.prod(shape))
        yield name, torch.from_numpy(numbers[start:end].reshape(shape).copy())
        yield f"{name}.range", torch.tensor([coded["scale"], coded["min"]])
        start = end
    if start != len(numbers):
        raise ValueError("The weights do not fit their list.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("package", type=Path, help="the unpacked npm package")
    WEIGHTS.parent.mkdir(parents=True, exist_ok=True)
    save_file(weights(parser.parse_args().package), WEIGHTS)
    WEIGHTS.chmod(0o644)  # safetensors writes for the owner only
