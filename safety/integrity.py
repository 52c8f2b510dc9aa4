"""Models are read only when they are the very files that the policy was fitted to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from safety.errors import ModelUnavailable


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, hex.

    Raises:
        ModelUnavailable: the file cannot be read.
    """
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise ModelUnavailable(f"The model file {path.name} cannot be read.") from error


def verified(name: str, path: Path, expected: Mapping[str, str]) -> Path:
    """``path``, once its digest equals ``expected[name]``.

    Raises:
        ModelUnavailable: unreadable, unknown to the policy, or changed.
    """
    if name not in expected:
        raise ModelUnavailable(f"The policy does not know the model “{name}”.")
    if sha256_of(path) != expected[name]:
        raise ModelUnavailable(f"The model file {path.name} is not the one the policy names.")
    return path
