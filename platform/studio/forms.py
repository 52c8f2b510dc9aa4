"""The one form of the studio. What may be asked for is decided by `studio.services.check`."""

from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from config.errors import UserFault
from config.forms import CodedForm
from generation import Aspect, GenerationRequest, Limits
from studio import services

ASPECT_WORDS = {
    Aspect.SQUARE: _("Square"),
    Aspect.LANDSCAPE: _("Landscape"),
    Aspect.PORTRAIT: _("Portrait"),
}


class AnyChoice(forms.ChoiceField):
    """Offers its choices but judges none: the service does, with a stable code."""

    def validate(self, value: object) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Format:
    """One radio button of the format; `shape` is the class that draws it."""

    value: str
    word: str
    checked: bool
    shape: str


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
    aspect = AnyChoice(label=_("Format"), required=False)
    seconds = forms.Field(label=_("Seconds"), required=False)
    style = AnyChoice(label=_("Style"), required=False)
    seed = forms.Field(
        label=_("Seed"),
        required=False,
        help_text=_("The same words and seed make the same film. Empty: we draw one."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    request: GenerationRequest
    """What was asked for, once the form is valid."""

    def __init__(self, limits: Limits, data: Any = None) -> None:
        first = next(iter(limits.aspects))
        seconds = max(limits.min_seconds, min(2.0, limits.max_seconds))
        super().__init__(data, initial={"aspect": first.value, "seconds": f"{seconds:g}"})
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

    @property
    def formats(self) -> list[Format]:
        chosen = self["aspect"].value()
        choices = cast(AnyChoice, self.fields["aspect"]).choices
        return [
            Format(value, str(word), value == chosen, "shape-" + value.replace(":", "-"))
            for value, word in choices
        ]

    @property
    def ask(self) -> services.Ask:
        given = {name: self.data.get(name) or "" for name in self.fields}
        return services.Ask(**given)

    def clean(self) -> None:
        try:
            self.request = services.check(self.ask)
        except UserFault as fault:
            field = next((name for name in self.fields if name in fault.code), None)
            self.add_error(field, ValidationError(f"{fault.message} {fault.advice}", fault.code))
