"""Consents, the people who need one that names its holder, and the clips that rest on them."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.timezone import now

EVERYBODY, ANY = "*", "*"


class Consent(models.Model):
    """Somebody agreed that their likeness, or their work, is shown."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.CharField(max_length=120)
    subject_key = models.CharField(max_length=120, db_index=True)
    """What all spellings of the subject have in common: `safety.likeness.name_key`."""
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="consents",
    )
    """Who may use it; None for everybody in the studio."""
    purpose = models.CharField(max_length=60, blank=True)
    """Empty for any. A consent for one purpose lets nothing pass by itself: a person judges it."""
    starts = models.DateTimeField()
    ends = models.DateTimeField(null=True, blank=True)
    evidence = models.CharField(max_length=300)
    """Where the agreement can be found, e.g. the number of a contract."""
    file_name = models.CharField(max_length=120, blank=True)
    """Of the document that was kept with it, sealed (`rights.evidence`); empty for none."""
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"consent {str(self.id)[:8]}"

    @property
    def is_over(self) -> bool:
        return bool(self.revoked_at or (self.ends and self.ends <= now()))


class ProtectedPerson(models.Model):
    """Somebody for whom a consent counts only if it names its holder, e.g. after a deepfake."""

    name = models.CharField(max_length=120)
    key = models.CharField(max_length=120, unique=True)
    other_names = models.TextField(blank=True)
    """Other spellings and nicknames, one a line."""
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return f"protected person {self.pk}"


class Reliance(models.Model):
    """A published clip rests on a consent, until that ends or another one takes its place."""

    clip = models.ForeignKey("studio.Clip", on_delete=models.CASCADE, related_name="reliances")
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="reliances")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("created_at",)
        constraints = (
            models.UniqueConstraint(fields=("clip", "consent"), name="one_reliance_a_consent"),
        )

    def __str__(self) -> str:
        return f"{str(self.clip_id)[:8]} rests on {str(self.consent_id)[:8]}"
