"""What administrators send to grow a hash list."""

from django import forms
from django.utils.translation import gettext_lazy as _

from config.forms import CodedForm


class ImportForm(CodedForm):
    namespace = "banks"

    file = forms.FileField(
        label=_("The list"),
        allow_empty_file=True,
        help_text=_("CSV or JSON of ThreatExchange signals. Its name becomes the list's."),
        widget=forms.FileInput(attrs={"accept": ".csv,.json"}),
    )
    works = forms.BooleanField(label=_("It holds works of rights holders"), required=False)


class PictureForm(CodedForm):
    namespace = "banks"
    prefix = "picture"

    picture = forms.FileField(
        label=_("The picture"),
        allow_empty_file=True,
        help_text=_("Only its hash is kept."),
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )
    purpose = forms.ChoiceField(
        label=_("What it is"),
        choices=[
            ("work", _("a work that needs a licence")),
            ("block", _("a picture that must not appear")),
            ("allow", _("a harmless picture that was mistaken")),
        ],
    )
    label = forms.CharField(label=_("Name of the work, or why"), max_length=120)
    source = forms.CharField(label=_("Its holder, or who told us"), max_length=120, required=False)
    name = forms.CharField(label=_("List to put it on"), max_length=60, initial="studio")
