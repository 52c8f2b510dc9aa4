"""A storyboard is a draft until it is sent; from then on its shots are rows and it has a job."""

import uuid

from django.conf import settings
from django.db import models


class Storyboard(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="storyboards"
    )
    draft_sealed = models.BinaryField()
    """What was typed, as `storyboards.drafts.Draft`: also what cannot be made as it stands."""
    job = models.OneToOneField(
        "jobs.Job", on_delete=models.PROTECT, null=True, blank=True, related_name="storyboard"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-updated_at",)

    def __str__(self) -> str:
        return f"storyboard {str(self.id)[:8]}"


class Scene(models.Model):
    """One shot of a storyboard that was sent."""

    storyboard = models.ForeignKey(Storyboard, on_delete=models.CASCADE, related_name="scenes")
    position = models.PositiveSmallIntegerField()
    shot = models.OneToOneField("studio.Shot", on_delete=models.PROTECT, related_name="scene")

    class Meta:
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(
                fields=("storyboard", "position"), name="one_scene_in_each_place"
            ),
        )

    def __str__(self) -> str:
        return f"scene {self.position + 1} of {self.storyboard}"
