"""What every generator offers, and the register of those that exist."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from generation.errors import InvalidRequest, ModelUnavailable
from generation.output import GenerationOutput, ModelInfo, Progress, Understanding
from generation.request import Ability, Aspect, GenerationRequest

OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a generator can be asked for; sizes are (width, height) as delivered.

    `abilities`: what it can take beyond a prompt. `required`: if not empty, a request must use at
    least one of these (models that only set pictures in motion need a picture).
    """

    aspects: tuple[Aspect, ...]
    min_seconds: float
    max_seconds: float
    styles: tuple[str, ...]
    sizes: Mapping[Aspect, tuple[int, int]]
    fps: int
    abilities: frozenset[Ability] = frozenset()
    required: frozenset[Ability] = frozenset()

    def check(self, request: GenerationRequest) -> None:
        """Raise InvalidRequest if the request is outside these limits.

        Codes: generation.aspect, -seconds, -style, -ability- with the name of what the
        model lacks, and -start-missing.
        """
        if request.aspect not in self.aspects:
            raise InvalidRequest(
                "generation.aspect",
                f"This model does not make {request.aspect} clips.",
                f"Choose one of {', '.join(self.aspects)}.",
            )
        if not self.min_seconds <= request.seconds <= self.max_seconds:
            raise InvalidRequest(
                "generation.seconds",
                f"This model makes clips of {self.min_seconds:g} to {self.max_seconds:g} seconds.",
                "Choose a length in that range.",
            )
        if request.style is not None and request.style not in self.styles:
            raise InvalidRequest(
                "generation.style",
                "This model has no such style.",
                f"Choose one of {', '.join(self.styles)}, or leave the style out.",
            )
        for lacking in sorted(request.needs() - self.abilities):
            raise InvalidRequest(
                f"generation.ability-{lacking}",
                f"This model cannot {_DOING[lacking]}.",
                "Leave that out, or choose another model.",
            )
        if self.required and not self.required & request.needs():
            raise InvalidRequest(
                "generation.start-missing",
                "This model does not work from words alone.",
                f"Let it {' or '.join(_DOING[ability] for ability in sorted(self.required))}.",
            )


_DOING: Final[Mapping[Ability, str]] = {
    Ability.FIRST_FRAME: "start from a picture",
    Ability.LAST_FRAME: "end on a picture",
    Ability.CONTINUE: "carry a clip on",
    Ability.RESTYLE: "redraw a clip",
    Ability.LOOP: "make loops",
    Ability.NEGATIVE: "be told what should not be seen",
}


def ignore_progress(progress: Progress) -> None:
    """The default `on_progress`."""


class Generator(Protocol):
    """A model that makes clips."""

    info: ModelInfo
    limits: Limits

    def understand(self, prompt: str) -> Understanding:
        """Say which words of a prompt the model knows, without generating anything."""
        ...

    def generate(
        self, request: GenerationRequest, on_progress: OnProgress = ignore_progress
    ) -> GenerationOutput:
        """Make a clip.

        `on_progress` is called after every step. Whatever it raises ends the generation within that
        step and comes out unchanged; raise `Cancelled` to stop.

        Raises:
            InvalidRequest: the request is outside `limits`.
            GenerationFailed: the system's fault.
        """
        ...


def _embedded() -> Generator:
    from generation.embedded.generator import EmbeddedGenerator  # torch is slow to import

    return EmbeddedGenerator.load()


CHECKPOINT: Final = "diffusers:"  # before the folder of a checkpoint
_LOADERS: Final[Mapping[str, Callable[[], Generator]]] = {"embedded": _embedded}


def generator_names() -> tuple[str, ...]:
    """The names that `load_generator` takes."""
    return tuple(_LOADERS)


def load_generator(name: str = "embedded") -> Generator:
    """Load a generator: "embedded", or "diffusers:" and the folder of a checkpoint.

    Raises ModelUnavailable if there is none of that name or it cannot be loaded.
    """
    if name.startswith(CHECKPOINT):
        from generation.pipelines import load_pipeline  # diffusers is slow to import

        return load_pipeline(Path(name.removeprefix(CHECKPOINT)))
    if name not in _LOADERS:
        raise ModelUnavailable(
            "generation.model-unknown",
            f"There is no generator called {name!r}.",
            f"Choose one of {', '.join(_LOADERS)}, or diffusers: and the folder of a checkpoint.",
        )
    return _LOADERS[name]()
