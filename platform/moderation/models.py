"""Cases, decisions, and what the person concerned is told."""

import uuid

from django.conf import settings
from django.db import models

from jobs.models import Gate
from studio.models import TakenDown


class CaseState(models.TextChoices):
    OPEN = "open", "Open"
    DECIDED = "decided", "Decided"
    CLOSED = "closed", "Closed without a decision"  # its creator cancelled the job


class Outcome(models.TextChoices):
    APPROVE = "approve", "Approve"
    REJECT = "reject", "Reject"


class Reason(models.TextChoices):
    """Why a case was decided so. The first is for approvals, the rest are grounds to reject."""

    WITHIN_POLICY = "within-policy", "Within the policy"
    SEXUAL = "sexual", "Sexual content"
    MINORS = "minors", "Endangers minors"
    VIOLENCE = "violence", "Violence or cruelty"
    HATE = "hate", "Hate or harassment"
    SELF_HARM = "self-harm", "Self-harm"
    PERSON = "person", "Depicts a real person without consent"
    DECEPTION = "deception", "Made to deceive"
    WEAPONS = "weapons", "Weapons, drugs or crime"
    OTHER = "other", "Another part of the policy"


class Case(models.Model):
    """One job that waits for one person's decision, at one gate."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.ForeignKey("jobs.Job", on_delete=models.CASCADE, related_name="cases")
    gate = models.CharField(max_length=8, choices=Gate)
    state = models.CharField(max_length=8, choices=CaseState, default=CaseState.OPEN)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="claimed_cases",
    )
    claim_until = models.DateTimeField(null=True, blank=True)
    queue = models.CharField(max_length=40, default="general")
    """Where the policy sends it, e.g. "rights"."""
    second_reviewer = models.BooleanField(default=False)
    """Whether the policy wants two people to approve it."""
    first_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="first_approvals",
    )
    """Who approved it first, where two must."""
    first_note = models.TextField(blank=True)
    opened_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("opened_at",)
        constraints = (
            models.UniqueConstraint(
                fields=("job",), condition=models.Q(state="open"), name="one_open_case_a_job"
            ),
        )

    def __str__(self) -> str:
        return f"case {str(self.id)[:8]} ({self.gate})"


class Decision(models.Model):
    case = models.OneToOneField(Case, on_delete=models.CASCADE, related_name="decision")
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions"
    )
    outcome = models.CharField(max_length=8, choices=Outcome)
    reason = models.CharField(max_length=16, choices=Reason)
    note = models.TextField(blank=True)
    """For colleagues; the creator never sees it."""
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.outcome}: {self.reason}"


class Statement(models.Model):
    """Statement of reasons: what a creator is told whose job was refused, or whose clip was taken
    down (DSA, article 17). Never changed; a later one is told besides."""

    job = models.ForeignKey("jobs.Job", on_delete=models.CASCADE, related_name="statements")
    facts = models.TextField()
    ground = models.CharField(max_length=200)
    automated = models.BooleanField()
    redress = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return self.ground


class Takedown(models.Model):
    """A ground on which a clip is down. It is published again when none stands any more."""

    clip = models.ForeignKey("studio.Clip", on_delete=models.CASCADE, related_name="takedowns")
    reason = models.CharField(max_length=12, choices=TakenDown)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="takedowns",
    )
    """None when the studio did it by itself, e.g. because a consent ended."""
    note = models.TextField(blank=True)
    """For colleagues; the creator never sees it."""
    cause = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="effects"
    )
    """The takedown of the clip that this one was made from, if that is why."""
    statement = models.OneToOneField(
        Statement, on_delete=models.PROTECT, null=True, blank=True, related_name="takedown"
    )
    """What the creator was told; None for a creator's own wish."""
    created_at = models.DateTimeField(auto_now_add=True)
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("created_at",)

    def __str__(self) -> str:
        return f"{self.reason}: {str(self.clip_id)[:8]}"
