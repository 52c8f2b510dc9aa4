"""A storyboard that can still be changed, as a page: settings, shots, what is wrong with them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from generation import Ability, Limits
from generation.storyboard import MAX_SHOTS, MIN_SHOTS, Transition
from storyboards.drafts import Draft, DraftShot
from storyboards.services import Problem
from studio.forms import ASPECT_WORDS

CARRIES_ON = frozenset({Ability.CONTINUE, Ability.FIRST_FRAME})
TRANSITIONS = {
    Transition.CUT: gettext_lazy("Cut"),
    Transition.CROSSFADE: gettext_lazy("Crossfade"),
    Transition.FADE: gettext_lazy("Fade through black"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    word: str
    chosen: bool
    shape: str = ""


@dataclass(frozen=True, slots=True)
class ShotView:
    shot: DraftShot
    number: int
    first: bool
    last: bool
    problems: list[Problem]
    fresh: bool
    """It was just added: whoever added it goes on writing there."""

    def wrong(self, field: str) -> bool:
        return any(problem.field == field for problem in self.problems)

    @property
    def prompt_wrong(self) -> bool:
        return self.wrong("prompt")

    @property
    def seconds_wrong(self) -> bool:
        return self.wrong("seconds")


@dataclass(frozen=True, slots=True)
class BoardView:
    draft: Draft
    shots: list[ShotView]
    aspects: list[Choice]
    styles: list[Choice]
    transitions: list[Choice]
    seconds: tuple[float, float]
    problems: list[Problem]
    """Those of the whole board, and of each shot: with the address of their field."""
    said: str
    """What the last button did, for those who cannot see it."""
    carries_on: bool
    may_add: bool
    may_remove: bool


def board_view(
    draft: Draft, limits: Limits, problems: Sequence[Problem] = (), action: str = ""
) -> BoardView:
    shots = [
        ShotView(
            shot=shot,
            number=place + 1,
            first=place == 0,
            last=place == len(draft.shots) - 1,
            problems=[problem for problem in problems if problem.key == shot.key],
            fresh=action == "add" and place == len(draft.shots) - 1,
        )
        for place, shot in enumerate(draft.shots)
    ]
    return BoardView(
        draft=draft,
        shots=shots,
        aspects=[
            Choice(
                each.value,
                str(ASPECT_WORDS[each]),
                each.value == draft.aspect,
                "shape-" + each.value.replace(":", "-"),
            )
            for each in limits.aspects
        ],
        styles=[
            Choice("", _("None"), not draft.style),
            *(Choice(name, name.capitalize(), name == draft.style) for name in limits.styles),
        ],
        transitions=[
            Choice(each.value, str(TRANSITIONS[each]), each.value == draft.transition)
            for each in Transition
        ],
        seconds=(limits.min_seconds, limits.max_seconds),
        problems=list(problems),
        said=_said(draft, action),
        carries_on=bool(limits.abilities & CARRIES_ON),
        may_add=len(shots) < MAX_SHOTS,
        may_remove=len(shots) > MIN_SHOTS,
    )


def _said(draft: Draft, action: str) -> str:
    verb, _key, key = action.partition(":")
    place = next((at for at, shot in enumerate(draft.shots, 1) if shot.key == key), None)
    if verb in {"up", "down"} and place:
        return _("This is now shot %(place)d of %(of)d.") % {"place": place, "of": len(draft.shots)}
    if verb == "add":
        return _("Shot %(n)d added.") % {"n": len(draft.shots)}
    if verb == "remove":
        return _("Removed. %(n)d shots are left.") % {"n": len(draft.shots)}
    return _("Saved.") if verb == "save" else ""
