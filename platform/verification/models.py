"""What remains of an examined upload: numbers and a verdict, never the video nor its name.

The one exception is an objection to which its author attached the video and agreed in so many
words; it ends by itself.
"""

import secrets
import uuid

from django.db import models
from django.urls import reverse


class Report(models.Model):
    """One verdict, readable by whoever has its address, until it expires."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    examination = models.JSONField()
    verdict = models.JSONField()
    signed = models.TextField(blank=True)
    """The report as a signed JWS; empty in a studio that has no key for reports."""
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"report {str(self.id)[:8]}"

    def get_absolute_url(self) -> str:
        return reverse("verification:report", args=[self.pk])


def new_token() -> str:
    """192 random bits for an address."""
    return secrets.token_urlsafe(24)


class Share(models.Model):
    """An address under which others may read a report, but neither delete nor share it."""

    token = models.CharField(max_length=40, unique=True, default=new_token)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="shares")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("created_at",)

    def __str__(self) -> str:
        return f"share {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("verification:shared", args=[self.token])


class Claim(models.TextChoices):
    """In what way an answer is said to be wrong."""

    MISSED = "missed", "It comes from this studio, and the answer does not say so"
    MISTAKEN = "mistaken", "It does not come from this studio, and the answer says so"
    CHANGES = "changes", "The changes are shown wrongly"
    OTHER = "other", "Something else"


class Objection(models.Model):
    """Somebody says that an answer is wrong. It keeps the report, also when that is deleted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.JSONField()
    """The report as it was, `examination` included."""
    claim = models.CharField(max_length=10, choices=Claim)
    note_sealed = models.BinaryField(blank=True)
    video_until = models.DateTimeField(null=True, blank=True, db_index=True)
    """Set while the video lies in the private folder, by its author's consent."""
    opened_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=300, blank=True)
    """What a moderator found out."""

    class Meta:
        ordering = ("opened_at",)

    def __str__(self) -> str:
        return f"objection {str(self.id)[:8]}"


class Bucket(models.Model):
    """A token bucket. `key` is a keyed digest: nobody can read an address out of it."""

    key = models.CharField(max_length=64, primary_key=True)
    tokens = models.FloatField()
    updated_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"bucket {self.key[:8]}"
