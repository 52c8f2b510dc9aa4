"""The engines as the settings want them, loaded once a process, on first use."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, wraps
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
from policies.selectors import live_content, read
from safety import (
    GuardSettings,
    InvalidPolicy,
    MediaGate,
    MediaSettings,
    Policy,
    PromptGate,
    UploadGate,
    load_media_gate,
    load_prompt_gate,
    load_upload_gate,
)
from safety.bank_folder import stamp

log = structlog.get_logger()
T = TypeVar("T")
P = ParamSpec("P")


def once(load: Callable[P, T]) -> Callable[P, T]:
    """Loads when first asked and only once, however many threads ask; a failure is not kept. Of
    several, e.g. under an earlier and the live policy, the last two are."""
    kept, lock = lru_cache(maxsize=2)(load), threading.Lock()

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


def prompt_gate() -> PromptGate:
    """Under the policy that is live now; one that cannot be read leaves everything to people."""
    try:
        return _prompt_gate_under(live_content())
    except InvalidPolicy as error:
        return PromptGate(None, (), missing=[error.message])


def media_gate() -> MediaGate:
    """As `prompt_gate`."""
    try:
        return _media_gate_under(live_content(), _hash_lists())
    except InvalidPolicy as error:
        return MediaGate(None, (), missing=[error.message])


def upload_gate() -> UploadGate:
    """As `prompt_gate`."""
    try:
        return _upload_gate_under(live_content(), _hash_lists())
    except InvalidPolicy as error:
        return UploadGate(MediaGate(None, (), missing=[error.message]))


@once
def _prompt_gate_under(content: str) -> PromptGate:
    folder, family = settings.SAFETY_GUARD, settings.SAFETY_GUARD_FAMILY
    guard = GuardSettings(Path(folder), family, settings.SAFETY_DEVICE) if folder else None
    return load_prompt_gate(_policy(content), guard=guard)


@once
def _media_gate_under(content: str, _lists: object) -> MediaGate:
    return load_media_gate(_policy(content), added=_added_checks())


@once
def _upload_gate_under(content: str, _lists: object) -> UploadGate:
    return load_upload_gate(_policy(content), added=_added_checks())


def _hash_lists() -> object:
    """Another value whenever a hash list was changed: the gates then read them anew."""
    return stamp(Path(settings.SAFETY_BANKS)) if settings.SAFETY_BANKS else ()


def _policy(content: str) -> Policy | None:
    """A stored policy; None for the one that ships. Raises `InvalidPolicy`."""
    return read(content) if content else None


def _added_checks() -> MediaSettings:
    named = (settings.SAFETY_BANKS, settings.SAFETY_CHECKPOINT, settings.SAFETY_PROBES)
    banks, checkpoint, probes = (Path(name) if name else None for name in named)
    device, nudenet = settings.SAFETY_DEVICE, settings.SAFETY_NUDENET
    return MediaSettings(banks, checkpoint, probes, device, nudenet)


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
