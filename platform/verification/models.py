"""What remains of an examined upload: numbers and a verdict, never the video nor its name."""

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
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"report {str(self.id)[:8]}"

    def get_absolute_url(self) -> str:
        return reverse("verification:report", args=[self.pk])


class Bucket(models.Model):
    """A token bucket. `key` is a keyed digest: nobody can read an address out of it."""

    key = models.CharField(max_length=64, primary_key=True)
    tokens = models.FloatField()
    updated_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"bucket {self.key[:8]}"
