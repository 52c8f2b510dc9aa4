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
from torch import nn

from generation.embedded.codec import Codec
from generation.embedded.denoiser import Denoiser, Shape
from generation.embedded.judging import ClipProbe, Judge, SubjectProbe
from generation.embedded.perception import Perceiver
from generation.errors import ModelUnavailable

FOLDER: Final = Path(__file__).parent / "weights"
_MANIFEST, _JUDGE = "manifest.json", "judge"


@dataclass(frozen=True, slots=True)
class Networks:
    """All that a generator computes with."""

    denoiser: Denoiser
    codec: Codec
    perceiver: Perceiver

    def by_name(self) -> dict[str, nn.Module]:
        """File name (without suffix) to network."""
        return {"denoiser": self.denoiser, "codec": self.codec, "perceiver": self.perceiver}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the shipped weights are: sha256 by file, the denoiser's sizes, how it was trained."""

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
    networks: Networks, judge: Judge, version: str, training: dict[str, int | float | str],
    folder: Path = FOLDER,
) -> Manifest:  # fmt: skip
    """Write all networks in half precision and their manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    states = {name: net.state_dict() for name, net in networks.by_name().items()}
    states[_JUDGE] = {
        f"{name}.{key}": value
        for name, net in judge.by_name().items()
        for key, value in net.state_dict().items()
    }
    for name, state in states.items():
        content = save({key: value.half().contiguous() for key, value in state.items()})
        (folder / f"{name}.safetensors").write_bytes(content)
        files[f"{name}.safetensors"] = _digest(content)
    manifest = Manifest(version, files, networks.denoiser.shape.as_dict(), training)
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


def load_judge(folder: Path = FOLDER) -> Judge:
    """Load and check the judge. Raises ModelUnavailable as `load_weights` does."""
    manifest = read_manifest(folder)
    judge = Judge(ClipProbe(), SubjectProbe())
    tensors = _tensors(folder, f"{_JUDGE}.safetensors", manifest)
    for name, net in judge.by_name().items():
        net.load_state_dict(
            {k.removeprefix(f"{name}."): v for k, v in tensors.items() if k.startswith(f"{name}.")}
        )
        net.eval().requires_grad_(False)
    return judge


def load_weights(folder: Path = FOLDER) -> tuple[Networks, Manifest]:
    """Load and check all networks, ready to run on the CPU in float32.

    Raises ModelUnavailable: generation.weights-missing, -unreadable, -changed or -architecture.
    """
    manifest = read_manifest(folder)
    try:
        with torch.device("meta"):
            networks = Networks(Denoiser(Shape(**manifest.shape)), Codec(), Perceiver())
        for name, net in networks.by_name().items():
            net.load_state_dict(_tensors(folder, f"{name}.safetensors", manifest), assign=True)
            net.eval().requires_grad_(False)
    except (RuntimeError, TypeError):
        raise _unavailable(
            "weights-architecture", "The weights belong to another architecture."
        ) from None
    return networks, manifest
