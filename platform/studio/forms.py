"""The one form of the studio. What may be asked for is decided by `studio.services.check`."""

from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from config.errors import UserFault
from config.forms import CodedForm
from generation import Ability, Aspect, GenerationRequest, Limits, Tier
from studio import pictures, services
from studio.models import Clip, Picture, Way
from studio.origins import FROM_NOTHING, Origin

ASPECT_WORDS = {
    Aspect.SQUARE: _("Square"),
    Aspect.LANDSCAPE: _("Landscape"),
    Aspect.PORTRAIT: _("Portrait"),
}
TIER_WORDS = {Tier.DRAFT: _("Draft"), Tier.FINAL: _("Final")}
RECIPE = frozenset({"prompt", "aspect", "seconds", "style", "tier", "negative", "seed"})
ASKED = {
    Way.NEW: RECIPE | {"loop", "picture"},
    Way.TAKE: RECIPE | {"loop"},
    Way.VARIATION: frozenset({"count"}),
    Way.LOOP: RECIPE,
    Way.REMIX: RECIPE - {"aspect", "seconds"} | {"strength"},
    Way.EXTEND: RECIPE - {"aspect"},
}
"""What each way asks for; the rest goes along as it is."""
ABILITIES = {
    "negative": Ability.NEGATIVE,
    "loop": Ability.LOOP,
    "picture": Ability.FIRST_FRAME,
}
"""Fields that only some models have a use for."""


class AnyChoice(forms.ChoiceField):
    """Offers its choices but judges none: the service does, with a stable code."""

    def validate(self, value: object) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Radio:
    """One radio button; `shape` is the class of the little picture before its word."""

    value: str
    word: str
    checked: bool
    shape: str = ""


class ShotForm(CodedForm):
    namespace = "studio"

    prompt = forms.Field(
        label=_("What should we see?"),
        required=False,
        widget=forms.Textarea(
            attrs={
                "rows": 5,
                "autocomplete": "off",
                "placeholder": _("A red balloon rising over green hills at dawn"),
            }
        ),
    )
    negative = forms.Field(
        label=_("What should not be seen?"),
        required=False,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "placeholder": _("text, blur, people")}
        ),
    )
    aspect = AnyChoice(label=_("Format"), required=False)
    seconds = forms.Field(label=_("Seconds"), required=False)
    style = AnyChoice(label=_("Style"), required=False)
    tier = AnyChoice(
        label=_("Quality"),
        required=False,
        choices=[(each.value, word) for each, word in TIER_WORDS.items()],
        help_text=_("A draft is a quick look; the final clip gets all that the model can."),
    )
    seed = forms.Field(
        label=_("Seed"),
        required=False,
        help_text=_("The same words and seed make the same film. Empty: we draw one."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    loop = forms.Field(
        label=_("Loop: the end leads back into the beginning"),
        required=False,
        widget=forms.CheckboxInput(),
    )
    strength = forms.Field(
        label=_("How far from the clip"),
        required=False,
        help_text=_("Left keeps it, right draws it quite anew."),
        widget=forms.NumberInput(attrs={"type": "range", "min": 0, "max": 1, "step": 0.05}),
    )
    count = forms.Field(
        label=_("How many"),
        required=False,
        widget=forms.NumberInput(attrs={"min": 1, "max": services.MOST_VARIATIONS}),
    )
    picture = forms.Field(label=_("Picture to begin with"), required=False)
    way = forms.Field(required=False)
    clip = forms.Field(required=False)

    request: GenerationRequest
    """What was asked for, once the form is valid."""

    def __init__(
        self,
        limits: Limits,
        data: Any = None,
        *,
        person: Person,
        origin: Origin = FROM_NOTHING,
    ) -> None:
        super().__init__(data, initial=_initial(limits, person, origin))
        self._person, self._origin, self._limits = person, origin, limits
        aspect = cast(AnyChoice, self.fields["aspect"])
        aspect.choices = [(each.value, ASPECT_WORDS[each]) for each in limits.aspects]
        style = cast(AnyChoice, self.fields["style"])
        style.choices = [("", _("None")), *((name, name.capitalize()) for name in limits.styles)]
        self.fields["seconds"].widget = forms.NumberInput(
            attrs={"min": limits.min_seconds, "max": limits.max_seconds, "step": 0.5}
        )
        self.fields["seconds"].help_text = _("%(least)g to %(most)g") % {
            "least": limits.min_seconds,
            "most": limits.max_seconds,
        }
        if origin.way is Way.EXTEND:
            self.fields["seconds"].label = _("Seconds more")

    @property
    def shown(self) -> frozenset[str]:
        """Fields that the way asks for and the model has a use for."""
        can = self._limits.abilities
        return frozenset(
            name
            for name in ASKED[self._origin.way]
            if name not in ABILITIES or ABILITIES[name] in can
        )

    @property
    def kept(self) -> list[forms.BoundField]:
        """Fields that go along unseen."""
        unseen = (self[name] for name in self.fields if name not in self.shown)
        return [field for field in unseen if field.value() not in (None, "", False)]

    @property
    def formats(self) -> list[Radio]:
        return [
            Radio(radio.value, radio.word, radio.checked, "shape-" + radio.value.replace(":", "-"))
            for radio in self._radios("aspect")
        ]

    @property
    def styles(self) -> list[Radio]:
        return self._radios("style")

    @property
    def tiers(self) -> list[Radio]:
        return self._radios("tier")

    @property
    def chosen_picture(self) -> Picture | None:
        """The picture that goes with the form as it stands."""
        return pictures.picture_for(self._person, self["picture"].value())

    @property
    def ask(self) -> services.Ask:
        given = {name: self.data.get(name) or "" for name in self.fields}
        defaults = {"tier": Tier.FINAL.value, "strength": 0.6, "count": 1}
        return services.Ask(**{name: given[name] or defaults.get(name, "") for name in given})

    def clean(self) -> None:
        try:
            if fault := self.data.get("picture_fault"):
                raise cast(UserFault, fault)
            services.count_of(self.ask)
            self.request = services.check(self.ask, services.origin_of(self._person, self.ask))
        except UserFault as fault:
            message = f"{fault.message} {fault.advice}"
            self.add_error(_field_of(fault.code), ValidationError(message, fault.code))

    def _radios(self, name: str) -> list[Radio]:
        chosen = self[name].value() or ""
        choices = cast(AnyChoice, self.fields[name]).choices
        return [Radio(value, str(word), value == chosen) for value, word in choices]


_FIELDS_OF_CODES = {
    "generation.prompt": "prompt",
    "generation.negative": "negative",
    "generation.ability-negative": "negative",
    "generation.aspect": "aspect",
    "generation.seconds": "seconds",
    "studio.seconds": "seconds",
    "generation.style": "style",
    "generation.tier": "tier",
    "generation.seed": "seed",
    "generation.loop": "loop",
    "generation.ability-loop": "loop",
    "generation.strength": "strength",
    "studio.count": "count",
    "studio.picture": "picture",
    "provenance.": "picture",
    "generation.reference": "picture",
    "generation.ability-first-frame": "picture",
}


def _field_of(code: str) -> str | None:
    """The field that an error of the services is about; None for the form as a whole."""
    fitting = (name for start, name in _FIELDS_OF_CODES.items() if code.startswith(start))
    return next(fitting, None)


def _initial(limits: Limits, person: Person, origin: Origin) -> dict[str, object]:
    """What the form begins with: the parent's recipe, as far as it may be known and is wanted."""
    first = next(iter(limits.aspects))
    plain: dict[str, object] = {
        "aspect": first.value,
        "seconds": f"{max(limits.min_seconds, min(2.0, limits.max_seconds)):g}",
        "tier": Tier.FINAL.value,
        "strength": 0.6,
        "count": 1,
    }
    if origin.picture:
        plain["picture"] = str(origin.picture.pk)
    if origin.parent is None:
        return plain
    return (
        plain | {"way": origin.way.value, "clip": str(origin.parent.pk)} | _recipe(person, origin)
    )


def _recipe(person: Person, origin: Origin) -> dict[str, object]:
    clip = cast(Clip, origin.parent)
    if clip.owner_id != person.pk:
        return {}
    shot = clip.job.shot
    recipe: dict[str, object] = {
        "prompt": services.prompt_of(shot),
        "negative": services.negative_of(shot),
        "aspect": shot.aspect,
        "style": shot.style,
        "tier": shot.tier,
        "seconds": f"{shot.seconds:g}",
    }
    if origin.way in {Way.TAKE, Way.LOOP, Way.VARIATION}:
        recipe |= {"loop": shot.loop, "picture": str(shot.picture_id or "")}
    if origin.way in {Way.TAKE, Way.LOOP}:
        recipe["seed"] = clip.job.generation.get("seed", shot.seed)
    if origin.way is Way.VARIATION:
        recipe["count"] = 3
    return recipe
