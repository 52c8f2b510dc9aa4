from django import forms
from django.utils.translation import gettext_lazy as _

from config.forms import CodedForm
from moderation.models import Outcome, Reason


class DecisionForm(CodedForm):
    """What a moderator decides. The service judges whether reason and outcome fit."""

    namespace = "moderation"

    outcome = forms.ChoiceField(label=_("Decision"), choices=Outcome, widget=forms.RadioSelect)
    reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", _("Choose a reason")), *Reason.choices], required=False
    )
    note = forms.CharField(
        label=_("Note for colleagues"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The creator never sees it."),
    )
