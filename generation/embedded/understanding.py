"""Which words of a prompt the embedded model was trained on, and which it was not.

This only reports. What is drawn is decided by the diffusion model alone, from the whole prompt.
"""

from __future__ import annotations

import re
from typing import Final

from generation.embedded.vocabulary import PHRASES
from generation.output import Understanding

_WORD: Final = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")

# Forms of the same word that training also used, or that mean just the same to the text encoder.
_ALSO: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("subject", "ball"): ("balls", "spheres"),
    ("subject", "star"): ("stars",),
    ("subject", "heart"): ("hearts",),
    ("subject", "balloon"): ("balloons",),
    ("subject", "fish"): ("fishes",),
    ("subject", "bird"): ("birds",),
    ("subject", "rocket"): ("rockets", "spaceships"),
    ("subject", "car"): ("cars", "automobiles"),
    ("subject", "cat"): ("cats", "kittens"),
    ("subject", "ghost"): ("ghosts",),
    ("motion", "bounce"): ("bounces", "bounce", "hops", "jumps"),
    ("motion", "left"): ("moves left", "from right to left", "to the left"),
    ("motion", "right"): ("moves right", "from left to right", "to the right"),
    ("motion", "rise"): ("rises", "rise", "upwards", "floats up", "floating up"),
    ("motion", "fall"): ("falls", "fall", "sinks", "drops down"),
    ("motion", "spin"): ("spins", "spin", "rotates"),
    ("motion", "grow"): ("grows", "grow", "gets bigger"),
    ("motion", "shrink"): ("shrinks", "shrink", "gets smaller"),
    ("motion", "circle"): ("circles", "flies in circles", "in circles", "in a circle"),
    ("motion", "still"): ("stands still", "rests"),
    ("scene", "meadow"): ("green meadow", "meadow", "hills", "grassy hills", "field"),
    ("scene", "desert"): ("desert", "sand dunes", "dunes"),
    ("scene", "ocean"): ("ocean", "waves", "sea"),
    ("scene", "city"): ("city", "skyscrapers"),
    ("scene", "mountains"): ("snowy mountains", "mountains"),
    ("scene", "space"): ("outer space", "space"),
    ("time", "day"): ("daylight", "sunny day", "day"),
    ("time", "sunset"): ("sunset", "dusk", "evening"),
    ("time", "night"): ("night", "moonlight", "midnight"),
    ("weather", "clear"): (),
    ("weather", "rain"): ("rain", "rainy", "raining"),
    ("weather", "snow"): ("snow", "snowing"),
    ("camera", "static"): ("fixed camera",),
    ("camera", "pan_left"): ("pan left",),
    ("camera", "pan_right"): ("pan right",),
    ("camera", "zoom_in"): ("zooms in", "zoom in", "zooming in"),
    ("style", "watercolour"): ("watercolor painting",),
    ("style", "pixel"): ("pixel",),
}

_NAMES: Final[dict[str, str]] = {
    "bounce": "bouncing", "left": "moving left", "right": "moving right", "rise": "rising",
    "fall": "falling", "spin": "spinning", "grow": "growing", "shrink": "shrinking",
    "circle": "circling", "still": "standing still", "space": "outer space",
    "clear": "clear weather",
    "static": "static camera", "pan_left": "camera pans left",
    "pan_right": "camera pans right",
    "zoom_in": "camera zooms in", "pixel": "pixel art",
}  # fmt: skip

# Words without a picture of their own.
_SILENT: Final = frozenset(
    _WORD.findall(
        "a an the one of in on at over with and or that is are it its it's to from by into above"
        " below under up down while as for this these there some very style art painting game"
        " retro camera shot weather front clip video film movie animation scene showing show shows"
        " picture make please me during happy little toy party friendly smiling love going flying"
        " floating moving gliding travelling thing something sky ground"
    )
)


def _known_phrases() -> list[tuple[tuple[str, ...], str, str]]:
    phrases = [
        (tuple(_WORD.findall(phrase.lower())), attribute, value)
        for attribute, by_value in PHRASES.items()
        for value, trained in by_value.items()
        for phrase in (*trained, *_ALSO.get((attribute, value), ()))
    ]
    return sorted(phrases, key=lambda p: len(p[0]), reverse=True)


_KNOWN: Final = _known_phrases()


def _find(words: list[str]) -> tuple[list[tuple[int, str, str]], set[int]]:
    """[(position, attribute, value)] of known phrases, and the places of their words."""
    found, taken = [], set[int]()
    for phrase, attribute, value in _KNOWN:
        for at in range(len(words) - len(phrase) + 1):
            span = set(range(at, at + len(phrase)))
            if tuple(words[at : at + len(phrase)]) == phrase and not span & taken:
                found.append((at, attribute, value))
                taken |= span
    return sorted(found), taken


def asked(prompt: str) -> dict[str, str]:
    """What a prompt asks for, by attribute: the first value where it names several."""
    wanted: dict[str, str] = {}
    for _, attribute, value in _find([w.lower().replace("’", "'") for w in _WORD.findall(prompt)])[
        0
    ]:
        wanted.setdefault(attribute, value)
    return wanted


def understand(prompt: str) -> Understanding:
    """Report what a prompt asks for, in its order: known things by name, other words as written.

    A colour is joined to the subject if the prompt has one of each ("red balloon").
    """
    written = _WORD.findall(prompt)
    words = [w.lower().replace("’", "'") for w in written]
    found, taken = _find(words)
    unknown = dict.fromkeys(
        w for i, w in enumerate(written) if i not in taken and words[i] not in _SILENT
    )
    colours = [v for _, a, v in found if a == "colour"]
    subjects = [v for _, a, v in found if a == "subject"]
    joined = len(set(colours)) == 1 and len(set(subjects)) == 1
    drawn = []
    for _, attribute, value in found:
        if joined and attribute == "colour":
            continue
        name = _NAMES.get(value, value)
        drawn.append(f"{colours[0]} {name}" if joined and attribute == "subject" else name)
    return Understanding(tuple(dict.fromkeys(drawn)), tuple(unknown))
