"""Checkpoints on disk: what is refused before a byte of them is loaded, and loading the rest."""

from __future__ import annotations

import hashlib
import importlib
import json
from pathlib import Path
from typing import Any, Final

import torch

from generation.errors import ModelUnavailable
from generation.families import FAMILIES, recognise

_INDEX: Final = "model_index.json"
_PICKLED: Final = (".bin", ".ckpt", ".pt", ".pth", ".pkl", ".pickle")


def _fault(code: str, message: str, advice: str) -> ModelUnavailable:
    return ModelUnavailable(f"generation.{code}", message, advice)


def checked_weights(folder: Path) -> list[Path]:
    """The checkpoint's weight files, sorted.

    Raises ModelUnavailable: generation.checkpoint-missing; generation.checkpoint-pickled if some
    weights are pickled, or none are in safetensors.
    """
    if not (folder / _INDEX).is_file():
        raise _fault(
            "checkpoint-missing",
            f"There is no diffusers checkpoint in {folder.name or folder}.",
            "Download one in diffusers' layout and name its folder in the settings.",
        )
    weights = sorted(folder.rglob("*.safetensors"))
    pickled = [path for path in folder.rglob("*") if path.suffix.lower() in _PICKLED]
    if pickled or not weights:
        raise _fault(
            "checkpoint-pickled",
            "The checkpoint is not in safetensors; pickled weights can run code and are refused.",
            "Choose a checkpoint that has only safetensors files.",
        )
    return weights


def family_name(folder: Path) -> str:
    """The family that a checkpoint belongs to, by its configuration alone.

    Raises ModelUnavailable: generation.model-family if it belongs to none,
    generation.checkpoint-unreadable.
    """
    index, network = _json(folder / _INDEX), _json(folder / "transformer" / "config.json")
    kind = str(index.get("_class_name"))
    name = recognise(kind, index, network)
    if name is None:
        raise unsupported(kind)
    return name


def _json(path: Path) -> dict[str, Any]:
    """An object in a file; empty if there is no file."""
    try:
        content = json.loads(path.read_text()) if path.is_file() else {}
    except (ValueError, OSError) as error:
        raise unreadable() from error
    if not isinstance(content, dict):
        raise unreadable()
    return content


def supported() -> list[str]:
    """The classes of the pipelines that checkpoints may be for."""
    return sorted({kind for family in FAMILIES.values() for kind in family.ways.values()})


def unsupported(kind: str) -> ModelUnavailable:
    """The error for a pipeline of no known family."""
    return _fault(
        "model-family",
        f"{kind[:80]} is not a video pipeline that is supported.",
        f"Choose a checkpoint for one of {', '.join(supported())}.",
    )


def unreadable() -> ModelUnavailable:
    """The error for a checkpoint that does not load."""
    return _fault(
        "checkpoint-unreadable",
        "The checkpoint cannot be loaded: it is damaged or of another architecture.",
        "Download it again, or choose another.",
    )


def digest(weights: list[Path]) -> str:
    """SHA-256 over the SHA-256 of each weight file, in order."""
    whole = hashlib.sha256()
    for path in weights:
        with path.open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()


def read_checkpoint(folder: Path, dtypes: dict[str, torch.dtype]) -> Any:
    """The checkpoint's pipeline, on the CPU. Raises ModelUnavailable (-checkpoint-unreadable)."""
    # Seconds to import, and only this path needs it; untyped.
    diffusers: Any = importlib.import_module("diffusers")
    try:
        return diffusers.DiffusionPipeline.from_pretrained(
            str(folder), dtype=dtypes, use_safetensors=True, local_files_only=True
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RuntimeError) as error:
        raise unreadable() from error
    except Exception as error:  # safetensors' own error derives from Exception alone
        if type(error).__name__ != "SafetensorError":
            raise
        raise unreadable() from error
