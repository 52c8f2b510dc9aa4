"""What a person chooses about a new key."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, Scope
from config.forms import CodedForm

DAYS = {30: _("30 days"), 90: _("90 days"), 365: _("a year")}


class KeyForm(CodedForm):
    namespace = "accounts"

    name = forms.CharField(
        label=_("What will use it?"),
        max_length=60,
        help_text=_("For example: newsroom archive. Only you see this."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What may it do?"), widget=forms.CheckboxSelectMultiple
    )
    days = forms.TypedChoiceField(
        label=_("How long does it last?"), choices=DAYS.items(), coerce=int, initial=90
    )

    def __init__(self, *args: Any, owner: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [
            (scope.value, scope.label) for scope in owner.grantable_scopes
        ]
        self.fields["scopes"].initial = [Scope.FETCH_MANIFESTS.value]
