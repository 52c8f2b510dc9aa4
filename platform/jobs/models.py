"""A job carries one shot to its clip. What may follow what is in `jobs.lifecycle`."""

import uuid

from django.conf import settings
from django.db import models


class State(models.TextChoices):
    SCREENING = "screening", "Reading the prompt"
    REFUSED = "refused", "Refused"
    HELD = "held", "Waiting for a moderator"
    QUEUED = "queued", "In the queue"
    RENDERING = "rendering", "Rendering"
    INSPECTING = "inspecting", "Looking at the frames"
    MARKING = "marking", "Marking and signing"
    PUBLISHED = "published", "Published"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class Gate(models.TextChoices):
    PROMPT = "prompt", "Prompt"
    MEDIA = "media", "Frames"


class Job(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shot = models.OneToOneField("studio.Shot", on_delete=models.PROTECT, related_name="job")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="jobs"
    )
    state = models.CharField(max_length=12, choices=State, default=State.SCREENING)

    # Who works on it: `token` fences off everybody else until `lease_until`.
    token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)
    begun_at = models.DateTimeField(null=True, blank=True)
    """When it last left the queue: whose turn it is follows from this, see `jobs.queue.claim`."""

    # How far it is.
    stage = models.CharField(max_length=40, blank=True)
    step = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    preview = models.CharField(max_length=80, blank=True)
    """Name of the newest preview picture in the job's private folder."""

    # What people decided about it.
    held_at_stage = models.CharField(max_length=8, choices=Gate, blank=True)
    approved_prompt = models.BooleanField(default=False)
    approved_media = models.BooleanField(default=False)

    # Why it failed.
    fault_code = models.CharField(max_length=80, blank=True)
    fault_message = models.TextField(blank=True)
    fault_advice = models.TextField(blank=True)
    fault_retryable = models.BooleanField(default=False)

    # What it found out on the way.
    generation = models.JSONField(default=dict)
    """Model, what it understood, steps: see `generation.GenerationOutput`; empty until rendered."""
    mark_id = models.BigIntegerField(null=True, blank=True, unique=True)
    """Reserved before marking, so that every attempt writes the same mark."""
    timings = models.JSONField(default=dict)
    """Seconds spent in each stage by the attempt that completed it."""
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-created_at",)
        indexes = (
            models.Index(fields=("state", "lease_until", "created_at")),
            models.Index(fields=("owner", "begun_at")),
        )

    def __str__(self) -> str:
        return f"job {str(self.id)[:8]} ({self.state})"

    @property
    def is_over(self) -> bool:
        return self.state in {State.PUBLISHED, State.REFUSED, State.FAILED, State.CANCELLED}


class Screening(models.Model):
    """What a safety gate said about a job, with the versions that said it."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="screenings")
    gate = models.CharField(max_length=8, choices=Gate)
    decision = models.CharField(max_length=8)
    findings = models.JSONField(default=list)
    policy_version = models.CharField(max_length=40)
    created_at = models.DateTimeField(auto_now_add=True)
    models = models.JSONField(default=dict)  # last: from here on the name means the field

    class Meta:
        ordering = ("created_at",)

    def __str__(self) -> str:
        return f"{self.gate}: {self.decision}"
