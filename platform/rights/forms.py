"""What moderators write down about an agreement, and about people who need one."""

from datetime import UTC, datetime, time, timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from config.forms import CodedForm


class ConsentForm(CodedForm):
    namespace = "rights"

    subject = forms.CharField(
        label=_("Who or what may be shown"),
        max_length=120,
        help_text=_("The name as it is known, of a person or of a work."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    holder = forms.EmailField(
        label=_("Who may use it"),
        required=False,
        help_text=_("The address of a creator here. Empty: everybody in this studio."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    purpose = forms.CharField(
        label=_("What for"),
        max_length=60,
        required=False,
        help_text=_("Empty: anything. With a purpose, a moderator looks at each clip."),
    )
    starts = forms.DateField(
        label=_("From"),
        required=False,
        help_text=_("Empty: now."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    ends = forms.DateField(
        label=_("Up to and including"),
        required=False,
        help_text=_("Empty: until it is revoked."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    evidence = forms.CharField(
        label=_("Where the agreement is"),
        max_length=300,
        help_text=_("For example the number of a contract. Moderators read it."),
    )
    document = forms.FileField(
        label=_("The document itself"),
        required=False,
        help_text=_("Kept sealed, up to 10 MB; never opened by the studio."),
    )

    def clean_holder(self) -> Person | None:
        address = self.cleaned_data["holder"]
        if not address:
            return None
        person = Person.objects.filter(email=address.lower(), is_active=True).first()
        if person is None:
            raise ValidationError(_("Nobody here has this address."), "rights.holder-unknown")
        return person

    def clean_starts(self) -> datetime:
        day = self.cleaned_data["starts"]
        return datetime.combine(day, time.min, UTC) if day else now()

    def clean_ends(self) -> datetime | None:
        day = self.cleaned_data["ends"]
        return datetime.combine(day, time.min, UTC) + timedelta(days=1) if day else None


class ProtectedForm(CodedForm):
    namespace = "rights"

    name = forms.CharField(
        label=_("Name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    other_names = forms.CharField(
        label=_("Other spellings and nicknames"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line."),
    )
