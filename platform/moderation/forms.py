from django import forms
from django.utils.translation import gettext_lazy as _

from config.forms import CodedForm
from moderation.models import Outcome, Reason
from studio.models import TakenDown


def _note() -> forms.CharField:
    return forms.CharField(
        label=_("Note for colleagues"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The creator never sees it."),
    )


class DecisionForm(CodedForm):
    """What a moderator decides. The service judges whether reason and outcome fit."""

    namespace = "moderation"

    outcome = forms.ChoiceField(label=_("Decision"), choices=Outcome, widget=forms.RadioSelect)
    reason = forms.ChoiceField(
        label=_("Reason"), choices=[("", _("Choose a reason")), *Reason.choices], required=False
    )
    note = _note()


class TakedownForm(CodedForm):
    """Why a published clip goes. That its creator wants so is not for moderators to say."""

    namespace = "moderation"

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[
            ("", _("Choose a reason")),
            *(each for each in TakenDown.choices if each[0] != TakenDown.WITHDRAWN),
        ],
        help_text=_("Its creator and the public read it."),
    )
    note = _note()
    sure = forms.BooleanField(label=_("I have looked at the clip and want it gone."))
