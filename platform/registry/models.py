"""The record of a clip: what lets anyone find it again from its invisible mark."""

from django.db import models


class Record(models.Model):
    clip = models.OneToOneField("studio.Clip", on_delete=models.PROTECT, related_name="record")
    mark_id = models.BigIntegerField(unique=True)
    manifest_id = models.CharField(max_length=120, unique=True)
    manifest = models.BinaryField()
    """The C2PA manifest as signed, to give back to a file that lost it."""
    reference = models.BinaryField()
    """Compact picture of the content (`provenance.fingerprint.Reference`), to compare with."""
    sha256 = models.CharField(max_length=64)
    fingerprint = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"record {self.mark_id:012x}"
