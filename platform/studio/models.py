"""What a creator asks for, and what they get."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from generation import Tier


class Way(models.TextChoices):
    """How a shot came about."""

    NEW = "new", _("New")
    TAKE = "take", _("Another take")  # the same seed, other words or settings
    VARIATION = "variation", _("Variation")  # the same words, another seed
    LOOP = "loop", _("Loop")  # the same recipe, its end leading back to its beginning
    REMIX = "remix", _("Remix")  # the parent's frames drawn again
    EXTEND = "extend", _("Extended")  # the parent, carried on


class TakenDown(models.TextChoices):
    """Why a clip is not published any more, as the public may know it."""

    WITHDRAWN = "withdrawn", _("Withdrawn by its creator")
    CONSENT = "consent", _("A consent that it rested on was withdrawn or has ended")
    LIKENESS = "likeness", _("Shows a real person without consent")
    INTIMATE = "intimate", _("Intimate depiction without consent")
    RIGHTS = "rights", _("Notice of a rights holder")
    POLICY = "policy", _("Against the studio's policy")
    ORDER = "order", _("Order of a court or an authority")


class Picture(models.Model):
    """A picture that somebody sent for a shot to begin with; see `studio.pictures`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="pictures"
    )
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    erased_at = models.DateTimeField(null=True, blank=True)
    """When its owner had the pixels deleted; that there was a picture stays on record."""

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"picture {str(self.id)[:8]}"


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
    tier = models.CharField(max_length=8, default=Tier.FINAL.value)
    negative_sealed = models.BinaryField(default=b"", blank=True)
    """What should not be seen, sealed as the prompt is; empty when nothing was said."""
    loop = models.BooleanField(default=False)
    strength = models.FloatField(default=0.6)
    """Of a remix: 0 keeps its parent, 1 ignores it."""
    way = models.CharField(max_length=12, choices=Way, default=Way.NEW)
    parent = models.ForeignKey(
        "studio.Clip", on_delete=models.SET_NULL, null=True, blank=True, related_name="children"
    )
    picture = models.ForeignKey(
        Picture, on_delete=models.SET_NULL, null=True, blank=True, related_name="shots"
    )
    """What the clip begins with."""
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
    """Written by `moderation.takedowns` alone, and the reason with it."""
    taken_down_reason = models.CharField(max_length=12, choices=TakenDown, blank=True)

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
