"""The weights that ship: `weights/*.safetensors` and the manifest that vouches for them.

Only safetensors are read (a pickle can run code), and only if each file has the digest that the
manifest gives.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import torch
from safetensors.torch import load, save

from generation.embedded.model import ClipTransformer, Shape
from generation.embedded.refiner import Refiner
from generation.errors import ModelUnavailable

FOLDER: Final = Path(__file__).parent / "weights"
_BASE, _REFINER, _MANIFEST = "base.safetensors", "refiner.safetensors", "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the shipped weights are: sha256 by file, the base model's sizes, how it was trained."""

    version: str
    files: dict[str, str]
    shape: dict[str, int]
    training: dict[str, int | float | str]

    @property
    def sha256(self) -> str:
        """One digest for all the files, in the order of their names."""
        return hashlib.sha256(
            "".join(self.files[n] for n in sorted(self.files)).encode()
        ).hexdigest()


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _unavailable(code: str, message: str) -> ModelUnavailable:
    return ModelUnavailable(
        f"generation.{code}",
        message,
        "Install Kinemark again, or train the model with `make train`.",
    )


def save_weights(
    base: ClipTransformer, refiner: Refiner, version: str, training: dict[str, int | float | str],
    folder: Path = FOLDER,
) -> Manifest:  # fmt: skip
    """Write both networks in half precision and their manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for name, net in ((_BASE, base), (_REFINER, refiner)):
        content = save({k: v.half().contiguous() for k, v in net.state_dict().items()})
        (folder / name).write_bytes(content)
        files[name] = _digest(content)
    manifest = Manifest(version, files, base.shape.as_dict(), training)
    (folder / _MANIFEST).write_text(json.dumps(asdict(manifest), indent=2) + "\n")
    return manifest


def read_manifest(folder: Path = FOLDER) -> Manifest:
    """Read the manifest. Raises ModelUnavailable if it is missing or unreadable."""
    try:
        return Manifest(**json.loads((folder / _MANIFEST).read_text()))
    except FileNotFoundError:
        raise _unavailable("weights-missing", "The embedded model's weights are missing.") from None
    except (ValueError, TypeError, OSError):
        raise _unavailable(
            "weights-unreadable", "The embedded model's manifest is damaged."
        ) from None


def _tensors(folder: Path, name: str, manifest: Manifest) -> dict[str, Any]:
    try:
        content = (folder / name).read_bytes()
    except OSError:
        raise _unavailable("weights-missing", f"The file {name} is missing.") from None
    if _digest(content) != manifest.files.get(name):
        raise _unavailable("weights-changed", f"The file {name} is not the one that was released.")
    return {key: value.float() for key, value in load(content).items()}


def load_weights(folder: Path = FOLDER) -> tuple[ClipTransformer, Refiner, Manifest]:
    """Load and check both networks, ready to run on the CPU in float32.

    Raises ModelUnavailable: generation.weights-missing, -unreadable, -changed or -architecture.
    """
    manifest = read_manifest(folder)
    try:
        with torch.device("meta"):
            base, refiner = ClipTransformer(Shape(**manifest.shape)), Refiner()
        base.load_state_dict(_tensors(folder, _BASE, manifest), assign=True)
        refiner.load_state_dict(_tensors(folder, _REFINER, manifest), assign=True)
    except (RuntimeError, TypeError):
        raise _unavailable(
            "weights-architecture", "The weights belong to another architecture."
        ) from None
    return base.eval().requires_grad_(False), refiner.eval().requires_grad_(False), manifest
