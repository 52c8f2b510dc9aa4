"""The ways to make a clip, in words: what each does, and why one may not be on offer."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from accounts.models import Person
from config.errors import UserFault
from generation import STYLES, Ability, Limits
from studio import origins
from studio.models import Clip, Way

HEADINGS = {
    Way.NEW: _lazy("A new clip"),
    Way.TAKE: _lazy("Another take"),
    Way.VARIATION: _lazy("Variations"),
    Way.LOOP: _lazy("Make it a loop"),
    Way.REMIX: _lazy("Remix"),
    Way.EXTEND: _lazy("Carry it on"),
}
SENTENCES = {
    Way.TAKE: _lazy("Change one thing. The seed stays, so the rest stays close."),
    Way.VARIATION: _lazy("The same words, drawn anew from other seeds."),
    Way.LOOP: _lazy("The same recipe, with an end that leads back into its beginning."),
    Way.REMIX: _lazy("The model draws the clip again, in other words or another style."),
    Way.EXTEND: _lazy("The clip goes on where it ends. You get one longer clip."),
}
BUTTONS = {
    Way.NEW: _lazy("Make the clip"),
    Way.TAKE: _lazy("Render again"),
    Way.VARIATION: _lazy("Make the variations"),
    Way.LOOP: _lazy("Make the loop"),
    Way.REMIX: _lazy("Remix the clip"),
    Way.EXTEND: _lazy("Carry the clip on"),
}
LACKING = {
    Ability.FIRST_FRAME: _lazy("The model of this studio cannot start from a picture."),
    Ability.CONTINUE: _lazy("The model of this studio cannot carry clips on."),
    Ability.RESTYLE: _lazy("The model of this studio cannot draw a clip again."),
    Ability.LOOP: _lazy("The model of this studio cannot make loops."),
    Ability.NEGATIVE: _lazy("The model of this studio cannot be told what to leave out."),
}
FOR_ALL = (Way.REMIX, Way.EXTEND)
"""What may be made of anybody's published clip, and of one that has no recipe of a single shot."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing to do with a clip; without an address, `why_not` says why."""

    way: str
    word: str
    sentence: str
    url: str
    why_not: str


def offers(person: Person, clip: Clip, limits: Limits) -> list[Offer]:
    """What can be made of a clip by this person."""
    recipe = clip.owner_id == person.pk and "storyboard" not in clip.job.generation
    ways = (Way.TAKE, Way.VARIATION, Way.LOOP, Way.REMIX, Way.EXTEND) if recipe else FOR_ALL
    return [_offer(person, clip, limits, way) for way in ways]


def lacking(limits: Limits, ability: Ability) -> str:
    """Why the model cannot, or an empty string when it can."""
    return "" if ability in limits.abilities else str(LACKING[ability])


def require(limits: Limits, way: Way) -> None:
    """Raises `UserFault` with the engine's code for a way that the model does not know."""
    ability = origins.NEEDS.get(way)
    if ability and (why := lacking(limits, ability)):
        advice = _("Choose another way, or ask whoever runs this studio for another model.")
        raise UserFault(f"generation.ability-{ability}", why, advice)


def all_lacking(limits: Limits) -> list[str]:
    """Everything that the model cannot do, each with a sentence."""
    return [why for ability in LACKING if (why := lacking(limits, ability))]


def styles_not_here(limits: Limits) -> list[str]:
    """Presets that another model could do."""
    return [name for name in STYLES if name not in limits.styles]


def address(way: Way, clip: Clip) -> str:
    return f"{reverse('studio:home')}?way={way}&clip={clip.pk}"


def _offer(person: Person, clip: Clip, limits: Limits, way: Way) -> Offer:
    why_not = _why_not(person, clip, limits, way)
    return Offer(
        way=way,
        word=str(HEADINGS[way]),
        sentence=str(SENTENCES[way]),
        url="" if why_not else address(way, clip),
        why_not=why_not,
    )


def _why_not(person: Person, clip: Clip, limits: Limits, way: Way) -> str:
    if (ability := origins.NEEDS.get(way)) and (why := lacking(limits, ability)):
        return why
    if way is Way.EXTEND and clip.seconds + limits.min_seconds > origins.MOST_SECONDS:
        return _("It is as long as a clip can be.")
    try:
        origins.parent_for(person, way, str(clip.pk))
    except UserFault as fault:
        return str(fault.message)
    return ""
