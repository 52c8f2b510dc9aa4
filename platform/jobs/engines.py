"""The engines as the settings want them, loaded once a process, on first use."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, wraps
from pathlib import Path
from typing import ParamSpec, TypeVar, cast

import structlog
from django.conf import settings
from django.utils.module_loading import import_string

from config.errors import explain
from generation import Generator, embedded, load_generator
from generation.base import CHECKPOINT
from generation.quality import Judge
from generation.storyboard import Embed
from safety import (
    GuardSettings,
    MediaGate,
    MediaSettings,
    PromptGate,
    load_media_gate,
    load_policy,
    load_prompt_gate,
)
from safety.bank_folder import BankFolder
from safety.uploads import UploadGate

log = structlog.get_logger()
T = TypeVar("T")
P = ParamSpec("P")


def once(load: Callable[P, T]) -> Callable[P, T]:
    """Loads when first asked and only once, however many threads ask; a failure is not kept."""
    kept, lock = cache(load), threading.Lock()

    @wraps(load)
    def get(*args: P.args, **kwargs: P.kwargs) -> T:
        with lock:
            return kept(*args, **kwargs)  # type: ignore[arg-type]

    return get


def generator() -> Generator:
    """The generator named by `settings.GENERATOR`: one of ours, diffusers: and the folder of a
    checkpoint, or package.module:callable."""
    return _generator_named(settings.GENERATOR)


@once
def _generator_named(name: str) -> Generator:
    if ":" in name and not name.startswith(CHECKPOINT):
        make = cast(Callable[[], Generator], import_string(name.replace(":", ".")))
        return make()
    return load_generator(name)


@once
def prompt_gate() -> PromptGate:
    folder, family = settings.SAFETY_GUARD, settings.SAFETY_GUARD_FAMILY
    guard = GuardSettings(Path(folder), family, settings.SAFETY_DEVICE) if folder else None
    return load_prompt_gate(guard=guard)


@once
def media_gate() -> MediaGate:
    named = (settings.SAFETY_BANKS, settings.SAFETY_CHECKPOINT, settings.SAFETY_PROBES)
    banks, checkpoint, probes = (Path(name) if name else None for name in named)
    device, nudenet = settings.SAFETY_DEVICE, settings.SAFETY_NUDENET
    return load_media_gate(added=MediaSettings(banks, checkpoint, probes, device, nudenet))


@once
def upload_gate() -> UploadGate:
    folder = settings.SAFETY_BANKS
    return UploadGate(banks=[BankFolder.load(Path(folder), load_policy())] if folder else ())


def judge() -> Judge | None:
    """What tells how much of a prompt a clip shows: the embedded model's own eye, for its own
    drawings only; None where there is nothing that could tell."""
    return getattr(embedded, "judge", None) if settings.GENERATOR == "embedded" else None


def identity() -> Embed | None:
    """What tells whether two shots show the same, as `judge` does."""
    return getattr(embedded, "identity", None) if settings.GENERATOR == "embedded" else None


def warm_up(*loads: Callable[[], object]) -> None:
    """Loads models before anybody waits for them. Whoever needs a missing one is told then."""
    for load in loads:
        try:
            load()
        except Exception as error:
            log.error("engines.model-unavailable", code=explain(error).code, error=error)


@dataclass(frozen=True, slots=True)
class Engines:
    """What the pipeline calls. Each is loaded when a stage first needs it."""

    generator: Callable[[], Generator] = field(default=generator)
    prompt_gate: Callable[[], PromptGate] = field(default=prompt_gate)
    media_gate: Callable[[], MediaGate] = field(default=media_gate)
    upload_gate: Callable[[], UploadGate] = field(default=upload_gate)
    judge: Callable[[], Judge | None] = field(default=judge)
    identity: Callable[[], Embed | None] = field(default=identity)
