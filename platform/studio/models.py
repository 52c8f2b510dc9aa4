"""What a creator asks for, and what they get."""

import uuid

from django.conf import settings
from django.db import models


class Shot(models.Model):
    """One prompt with its settings. The prompt is sealed; use `studio.services.prompt_of`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="shots"
    )
    prompt_sealed = models.BinaryField()
    salt = models.BinaryField()
    commitment = models.CharField(max_length=64)
    """Salted digest of the prompt: the only form in which it may leave the studio."""
    aspect = models.CharField(max_length=8)
    seconds = models.FloatField()
    seed = models.PositiveBigIntegerField()
    style = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"shot {str(self.id)[:8]}"


class Clip(models.Model):
    """The finished, immutable video. A row exists exactly if its public file does."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.OneToOneField("jobs.Job", on_delete=models.PROTECT, related_name="clip")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="clips"
    )
    mark_id = models.BigIntegerField(unique=True)
    manifest_id = models.CharField(max_length=120, unique=True)
    file = models.CharField(max_length=80)
    """Name of the video in the public folder."""
    poster = models.CharField(max_length=80)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    fps = models.PositiveIntegerField()
    duration_ms = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    bytes = models.PositiveBigIntegerField()
    published_at = models.DateTimeField()
    taken_down_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-published_at",)

    def __str__(self) -> str:
        return f"clip {str(self.id)[:8]}"

    @property
    def mark_hex(self) -> str:
        """The mark ID as people read it: 12 hex digits."""
        return f"{self.mark_id:012x}"

    @property
    def seconds(self) -> float:
        return self.duration_ms / 1000
