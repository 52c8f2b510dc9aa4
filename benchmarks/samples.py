"""Film and photographs that packages bring with them, read as files."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path


def folder_of(module: str, package: str) -> Path:
    """The folder of an installed package.

    Raises:
        ModuleNotFoundError: if it is not installed; names the package.
    """
    found = find_spec(module)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"{package} holds clips of this benchmark: make .venv/test.stamp")
    return Path(found.origin).parent
