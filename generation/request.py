"""What a creator asks for."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeGuard

from generation.errors import InvalidRequest
from generation.references import CLIP, PICTURE, check
from generation.references import Frames as Frames

MAX_PROMPT: Final = 2000
MAX_NEGATIVE: Final = 1000
MIN_SECONDS: Final = 1.0
MAX_SECONDS: Final = 8.0
MAX_SEED: Final = 2**32 - 1


class Aspect(StrEnum):
    """The shape of the picture. A model may round it to its own grid (`Limits.sizes`)."""

    SQUARE = "1:1"
    LANDSCAPE = "16:9"
    PORTRAIT = "9:16"


class Tier(StrEnum):
    """How much work goes into a clip: a quick look, or the result."""

    DRAFT = "draft"
    FINAL = "final"


class Ability(StrEnum):
    """What a generator can take beyond a prompt (`Limits.abilities`)."""

    FIRST_FRAME = "first-frame"
    LAST_FRAME = "last-frame"
    CONTINUE = "continue"
    RESTYLE = "restyle"
    LOOP = "loop"
    NEGATIVE = "negative-prompt"


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """One clip to make. Validates and normalises itself.

    References are (H,W,3) or (T,H,W,3) uint8 sRGB of any size; a generator fits them to its own
    (`references.fit`). Clips are taken to run at the generator's `limits.fps`. Two requests that
    differ only in the pixels of a reference compare equal.

    Attributes:
        prompt: 1 to 2,000 characters after stripping; line breaks and tabs become spaces, other
            control characters are refused.
        seed: 0 to 2**32 - 1.
        aspect: an Aspect or its value.
        seconds: 1 to 8; a generator's limits may be narrower.
        style: a name in the generator's `limits.styles`, or None to leave it to the prompt.
        tier: a Tier or its value.
        negative: what should not be seen; at most 1,000 characters, cleaned as the prompt is.
        first_frame, last_frame: pictures that the clip begins and ends with.
        continues: a clip to carry on from its last frames; the result is the new frames only.
        source: a clip to draw again; the result is no longer than it.
        strength: how far from `source`: 0 keeps it, 1 ignores it.
        loop: the end leads back into the beginning.

    Raises:
        InvalidRequest: with one of the codes generation.prompt-empty, -prompt-too-long,
            -prompt-control, -seed, -aspect, -seconds, -style, -tier, -negative-too-long,
            -negative-control, -strength, -loop, -starts (references that exclude each other),
            -reference-type, -reference-empty, -reference-small, -reference-large.
    """

    prompt: str
    seed: int = 0
    aspect: Aspect = Aspect.SQUARE
    seconds: float = 2.0
    style: str | None = None
    tier: Tier = Tier.FINAL
    negative: str = ""
    first_frame: Frames | None = field(default=None, compare=False, repr=False)
    last_frame: Frames | None = field(default=None, compare=False, repr=False)
    continues: Frames | None = field(default=None, compare=False, repr=False)
    source: Frames | None = field(default=None, compare=False, repr=False)
    strength: float = 0.6
    loop: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "prompt", _clean_prompt(self.prompt))
        object.__setattr__(self, "seed", _whole(self.seed))
        object.__setattr__(self, "aspect", _aspect(self.aspect))
        object.__setattr__(self, "seconds", _seconds(self.seconds))
        object.__setattr__(self, "tier", _tier(self.tier))
        object.__setattr__(self, "negative", _clean_negative(self.negative))
        object.__setattr__(self, "strength", _strength(self.strength))
        if self.style is not None and (not isinstance(self.style, str) or not self.style.strip()):
            raise InvalidRequest(
                "generation.style", "The style has no name.", "Choose a style or leave it out."
            )
        self._check_references()
        self._check_starts()

    def needs(self) -> frozenset[Ability]:
        """The abilities that a generator must have to meet this request."""
        asked = {
            Ability.FIRST_FRAME: self.first_frame is not None,
            Ability.LAST_FRAME: self.last_frame is not None,
            Ability.CONTINUE: self.continues is not None,
            Ability.RESTYLE: self.source is not None,
            Ability.LOOP: self.loop,
            Ability.NEGATIVE: bool(self.negative),
        }
        return frozenset(ability for ability, is_asked in asked.items() if is_asked)

    def _check_references(self) -> None:
        for picture in (self.first_frame, self.last_frame):
            if picture is not None:
                check(picture, (PICTURE,))
        for clip in (self.continues, self.source):
            if clip is not None:
                check(clip, (CLIP,))

    def _check_starts(self) -> None:
        """A clip has one beginning and one end: refuse references that claim the same one."""
        if not isinstance(self.loop, bool):
            raise InvalidRequest("generation.loop", "Loop is yes or no.", "Choose one of the two.")
        asked = self.needs()
        for together in _EXCLUSIVE:
            if together <= asked:
                named = " and ".join(sorted(_WORDS[ability] for ability in together))
                raise InvalidRequest(
                    "generation.starts",
                    f"The request combines {named}, which exclude each other.",
                    "Leave one of them out.",
                )


_WORDS: Final = {
    Ability.FIRST_FRAME: "a first frame",
    Ability.LAST_FRAME: "a last frame",
    Ability.CONTINUE: "a clip to continue",
    Ability.RESTYLE: "a clip to redraw",
    Ability.LOOP: "a loop",
}
_EXCLUSIVE: Final = (
    {Ability.FIRST_FRAME, Ability.CONTINUE},
    {Ability.LAST_FRAME, Ability.LOOP},
    {Ability.CONTINUE, Ability.LOOP},
    *({Ability.RESTYLE, other} for other in _WORDS if other is not Ability.RESTYLE),
)


def _has_controls(text: str) -> bool:
    return any(unicodedata.category(c) in ("Cc", "Cs") for c in text)


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
    if _has_controls(text):
        raise InvalidRequest(
            "generation.prompt-control",
            "The prompt contains control characters.",
            "Type it again as plain text.",
        )
    return text


def _clean_negative(negative: object) -> str:
    if not isinstance(negative, str) or _has_controls(text := " ".join(negative.split())):
        raise InvalidRequest(
            "generation.negative-control",
            "What should not be seen is not plain text.",
            "Type it again, or leave it out.",
        )
    if len(text) > MAX_NEGATIVE:
        raise InvalidRequest(
            "generation.negative-too-long",
            f"What should not be seen has {len(text):,} characters; the most is {MAX_NEGATIVE:,}.",
            "Shorten it: a few words are best.",
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


def _tier(tier: object) -> Tier:
    try:
        return Tier(tier)  # type: ignore[arg-type]
    except ValueError:
        known = " or ".join(Tier)
        raise InvalidRequest(
            "generation.tier", "There is no such tier.", f"Choose {known}."
        ) from None


def _within(number: object, low: float, high: float) -> TypeGuard[float]:
    """Whether it is a finite number from low to high."""
    return (
        isinstance(number, int | float)
        and not isinstance(number, bool)
        and math.isfinite(number)
        and low <= number <= high
    )


def _seconds(seconds: object) -> float:
    if not _within(seconds, MIN_SECONDS, MAX_SECONDS):
        raise InvalidRequest(
            "generation.seconds",
            f"A clip lasts from {MIN_SECONDS:g} to {MAX_SECONDS:g} seconds.",
            "Choose a length in that range.",
        )
    return float(seconds)


def _strength(strength: object) -> float:
    if not _within(strength, 0, 1):
        raise InvalidRequest(
            "generation.strength",
            "The strength is a number from 0 (keep the clip) to 1 (ignore it).",
            "Choose a number in that range.",
        )
    return float(strength)
