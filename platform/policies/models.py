"""Versions of the policy, when each went live, and rehearsals over past items."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class PolicyVersion(models.Model):
    """One policy, as it was uploaded. Never changed."""

    version = models.CharField(max_length=40, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    content = models.TextField()
    """JSON, as `safety.Policy` reads it."""
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    """None for the policy that ships."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return self.version


class Activation(models.Model):
    """A version went live. The last one counts; before the first, the policy that ships does."""

    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="activations")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.version} live since {self.created_at}"


class ReplayState(models.TextChoices):
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")
    FAILED = "failed", _("Failed")


class Replay(models.Model):
    """A candidate tried on past items, a part at a time; a worker that dies repeats one part."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    candidate = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="replays")
    against = models.ForeignKey(PolicyVersion, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=ReplayState, default=ReplayState.RUNNING)
    cursor = models.BigIntegerField(default=0)
    """Key of the last screening that was looked at."""
    until = models.BigIntegerField()
    """Key of the last screening that is to be looked at."""
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    unknowable = models.PositiveIntegerField(default=0)
    transitions = models.JSONField(default=dict)
    """ "before>after" -> number of items, unchanged ones included."""
    moved = models.JSONField(default=list)
    """The first of the items that change: screening, before, after, categories."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("candidate",),
                condition=models.Q(state="running"),
                name="one_running_replay_a_candidate",
            ),
        )

    def __str__(self) -> str:
        return f"replay of {self.candidate_id}: {self.done} of {self.total}"
