"""A chain: every event carries the digest of the one before it."""

from django.db import models


class Event(models.Model):
    """One thing that happened. Never changed, never deleted."""

    seq = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=32)
    """A person's pseudonym, or "studio"."""
    action = models.CharField(max_length=64, db_index=True)
    subject = models.CharField(max_length=64, db_index=True)
    details = models.JSONField()
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ("seq",)

    def __str__(self) -> str:
        return f"{self.seq} {self.action} {self.subject}"


class Head(models.Model):
    """Where the chain ends: one row, locked by whoever adds an event."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seq = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="audit_one_head"),)

    def __str__(self) -> str:
        return f"head at {self.seq}"
