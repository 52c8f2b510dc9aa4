"""What somebody has typed into a storyboard, and what their buttons do to it.

A draft keeps text as it was typed, however wrong: what can be made of it is decided by
`storyboards.services.check`.
"""

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from generation.storyboard import MAX_SHOTS, MIN_SHOTS, Transition

_KEY = re.compile(r"[0-9a-f]{8}")
_LONGEST = 5_000
"""Characters of one field that are kept."""


def new_key() -> str:
    return secrets.token_hex(4)


@dataclass(frozen=True, slots=True)
class DraftShot:
    """One shot as typed; `key` names it on the page, wherever it moves."""

    key: str = field(default_factory=new_key)
    prompt: str = ""
    seconds: str = "2"


@dataclass(frozen=True, slots=True)
class Draft:
    shots: tuple[DraftShot, ...] = ()
    aspect: str = "1:1"
    style: str = ""
    seed: str = ""
    transition: str = Transition.CUT.value
    continuity: bool = False

    @classmethod
    def empty(cls, aspect: str) -> "Draft":
        return cls(tuple(DraftShot() for _ in range(MIN_SHOTS)), aspect=aspect)

    @classmethod
    def posted(cls, data: Any) -> "Draft":
        """The draft in a form's `QueryDict`; shots in the order of its `shot` fields."""
        keys = [key for key in data.getlist("shot") if _KEY.fullmatch(key)]
        shots = tuple(
            DraftShot(key, _text(data, f"prompt-{key}"), _text(data, f"seconds-{key}"))
            for key in dict.fromkeys(keys)
        )
        return cls(
            shots=shots[:MAX_SHOTS],
            aspect=_text(data, "aspect"),
            style=_text(data, "style"),
            seed=_text(data, "seed"),
            transition=_text(data, "transition"),
            continuity="continuity" in data,
        )

    @classmethod
    def from_json(cls, text: str) -> "Draft":
        stored = json.loads(text)
        return cls(**stored | {"shots": tuple(DraftShot(**shot) for shot in stored["shots"])})

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    def copied(self) -> "Draft":
        """The same with names of its own."""
        return replace(self, shots=tuple(replace(shot, key=new_key()) for shot in self.shots))


def act(draft: Draft, action: str) -> Draft:
    """What a button does: "add", or "up", "down", "remove" and the key of a shot.

    Anything else, or what cannot be done at this end of the list, changes nothing.
    """
    verb, _, key = action.partition(":")
    shots = list(draft.shots)
    place = next((at for at, shot in enumerate(shots) if shot.key == key), None)
    if verb == "add" and len(shots) < MAX_SHOTS:
        shots.append(DraftShot(seconds=shots[-1].seconds if shots else "2"))
    elif verb == "remove" and place is not None and len(shots) > MIN_SHOTS:
        del shots[place]
    elif verb in {"up", "down"} and place is not None:
        other = place + (-1 if verb == "up" else 1)
        if 0 <= other < len(shots):
            shots[place], shots[other] = shots[other], shots[place]
    return replace(draft, shots=tuple(shots))


def _text(data: Mapping[str, Any], name: str) -> str:
    return str(data.get(name) or "")[:_LONGEST]
