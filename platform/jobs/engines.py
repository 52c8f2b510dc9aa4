"""The engines as the settings want them, loaded once a process, on first use."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from generation import Generator, load_generator
from safety import MediaGate, PromptGate, load_media_gate, load_prompt_gate


@cache
def generator() -> Generator:
    """The generator named by `settings.GENERATOR`: one of ours, or package.module:callable."""
    name: str = settings.GENERATOR
    if ":" in name:
        make = cast(Callable[[], Generator], import_string(name.replace(":", ".")))
        return make()
    return load_generator(name)


@cache
def prompt_gate() -> PromptGate:
    return load_prompt_gate()


@cache
def media_gate() -> MediaGate:
    return load_media_gate()


@dataclass(frozen=True, slots=True)
class Engines:
    """What the pipeline calls. Each is loaded when a stage first needs it."""

    generator: Callable[[], Generator] = field(default=generator)
    prompt_gate: Callable[[], PromptGate] = field(default=prompt_gate)
    media_gate: Callable[[], MediaGate] = field(default=media_gate)
