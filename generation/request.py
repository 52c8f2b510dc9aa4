"""What a creator asks for."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from generation.errors import InvalidRequest

MAX_PROMPT: Final = 2000
MIN_SECONDS: Final = 1.0
MAX_SECONDS: Final = 8.0
MAX_SEED: Final = 2**32 - 1


class Aspect(StrEnum):
    """The shape of the picture. A model may round it to its own grid (`Limits.sizes`)."""

    SQUARE = "1:1"
    LANDSCAPE = "16:9"
    PORTRAIT = "9:16"


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """One clip to make. Validates and normalises itself.

    Attributes:
        prompt: 1 to 2,000 characters after stripping; line breaks and tabs become spaces, other
            control characters are refused.
        seed: 0 to 2**32 - 1.
        aspect: an Aspect or its value.
        seconds: 1 to 8; a generator's limits may be narrower.
        style: a name in the generator's `limits.styles`, or None to leave it to the prompt.

    Raises:
        InvalidRequest: with one of the codes generation.prompt-empty, -prompt-too-long,
            -prompt-control, -seed, -aspect, -seconds, -style.
    """

    prompt: str
    seed: int = 0
    aspect: Aspect = Aspect.SQUARE
    seconds: float = 2.0
    style: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "prompt", _clean_prompt(self.prompt))
        object.__setattr__(self, "seed", _whole(self.seed))
        object.__setattr__(self, "aspect", _aspect(self.aspect))
        object.__setattr__(self, "seconds", _seconds(self.seconds))
        if self.style is not None and (not isinstance(self.style, str) or not self.style.strip()):
            raise InvalidRequest(
                "generation.style", "The style has no name.", "Choose a style or leave it out."
            )


def _clean_prompt(prompt: object) -> str:
    if not isinstance(prompt, str) or not prompt.strip():
        raise InvalidRequest(
            "generation.prompt-empty",
            "There is no prompt.",
            "Say in a few words what the clip should show.",
        )
    text = " ".join(prompt.split())
    if len(text) > MAX_PROMPT:
        raise InvalidRequest(
            "generation.prompt-too-long",
            f"The prompt has {len(text):,} characters; the most is {MAX_PROMPT:,}.",
            "Shorten it: one or two sentences are best.",
        )
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in text):
        raise InvalidRequest(
            "generation.prompt-control",
            "The prompt contains control characters.",
            "Type it again as plain text.",
        )
    return text


def _whole(seed: object) -> int:
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= MAX_SEED:
        raise InvalidRequest(
            "generation.seed",
            f"The seed must be a whole number from 0 to {MAX_SEED}.",
            "Choose such a number or leave the seed out.",
        )
    return seed


def _aspect(aspect: object) -> Aspect:
    try:
        return Aspect(aspect)  # type: ignore[arg-type]
    except ValueError:
        known = ", ".join(Aspect)
        raise InvalidRequest(
            "generation.aspect", "There is no such aspect.", f"Choose one of {known}."
        ) from None


def _seconds(seconds: object) -> float:
    number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if (
        not number
        or not math.isfinite(seconds)  # type: ignore[arg-type]
        or not MIN_SECONDS <= seconds <= MAX_SECONDS  # type: ignore[operator]
    ):
        raise InvalidRequest(
            "generation.seconds",
            f"A clip lasts from {MIN_SECONDS:g} to {MAX_SECONDS:g} seconds.",
            "Choose a length in that range.",
        )
    return float(seconds)  # type: ignore[arg-type]
