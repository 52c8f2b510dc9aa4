"""Imports open_clip, also where torchvision is absent or does not import.

torchvision's wheels are built for one build of torch; beside another, such as a CPU build, the
import fails. open_clip needs it for the transforms of its training and for frozen batch norms
only. We bring our own preparation of pictures, so plain stand-ins are enough; they are gone again
once open_clip is imported, and nobody else meets them. Towers that timm or transformers supply are
then not to be had; open_clip's own (ViT, ResNet) are.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from safety.errors import ModelUnavailable

_STAND_INS = (
    "torchvision",
    "torchvision.transforms",
    "torchvision.transforms.functional",
    "torchvision.ops",
    "torchvision.ops.misc",
)
_LEFT_OUT = ("timm", "transformers")
"""What would itself look for torchvision, and keep in mind that it found some."""

_lock = threading.Lock()


class _Anything(type):
    """Of a class whose every attribute is its name, as `InterpolationMode.BICUBIC`."""

    def __getattr__(cls, name: str) -> str:
        if name.startswith("__"):
            raise AttributeError(name)
        return name


class _StandIn(ModuleType):
    """A module in which every name is an empty class."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Anything(name, (), {})


def library() -> ModuleType:
    """The module `open_clip`.

    Raises:
        ModelUnavailable: it is not installed.
    """
    with _lock:
        if "open_clip" in sys.modules:
            return sys.modules["open_clip"]
        try:
            importlib.import_module("torchvision")
        except Exception:  # it raises ImportError or RuntimeError, as the builds differ
            _forget("torchvision")
            with _stand_ins():
                return _import()
        return _import()


def _import() -> ModuleType:
    try:
        return importlib.import_module("open_clip")
    except Exception as error:
        _forget("open_clip")
        raise ModelUnavailable(
            "The package open_clip_torch is not installed, or does not import."
        ) from error


@contextmanager
def _stand_ins() -> Iterator[None]:
    kept = {name: sys.modules.get(name) for name in (*_LEFT_OUT, *_STAND_INS)}
    for name in _LEFT_OUT:
        sys.modules[name] = None  # type: ignore[assignment]  # "not installed"
    for name in _STAND_INS:
        sys.modules[name] = _StandIn(name)
        parent, _, last = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], last, sys.modules[name])
    try:
        yield
    finally:
        for name, module in kept.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module


def _forget(package: str) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        del sys.modules[name]
