"""What can be found again: the studio's own clips, and manifests that others deposited."""

from django.conf import settings
from django.db import models


class Record(models.Model):
    """The record of a clip: what lets anyone find it again from its invisible mark."""

    clip = models.OneToOneField("studio.Clip", on_delete=models.PROTECT, related_name="record")
    mark_id = models.BigIntegerField(unique=True)
    manifest_id = models.CharField(max_length=120, unique=True)
    manifest = models.BinaryField()
    """The C2PA manifest as signed, to give back to a file that lost it."""
    reference = models.BinaryField()
    """Compact picture of the content (`provenance.fingerprint.Reference`), to compare with."""
    hashes = models.BinaryField(default=b"")
    """PDQ of the reference's frames (`provenance.hashes_of`), by which clips without a mark are
    looked for; empty for a clip that is not to be found that way."""
    parts = models.BinaryField(default=b"")
    """The same of parts of a few frames (`provenance.parts_of`), for uploads with captions."""
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"record {self.mark_id:012x}"


class Deposit(models.Model):
    """A manifest of somebody else's, kept so that a mark or a fingerprint can lead to it."""

    manifest_id = models.CharField(max_length=200, unique=True)
    manifest = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    algorithms = models.JSONField(default=list)
    """Soft-binding algorithms that the manifest itself names."""
    depositor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"deposit {self.manifest_id}"


class Binding(models.Model):
    """A soft binding that leads to a manifest, of ours or deposited.

    Only the digest of its value is kept: values may be long, and are only ever compared.
    """

    digest = models.CharField(max_length=64)
    algorithm = models.CharField(max_length=200, blank=True)
    """Empty when whoever made the binding did not say."""
    manifest_id = models.CharField(max_length=200, db_index=True)
    depositor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("digest", "algorithm", "manifest_id"), name="binding_once"
            ),
        )

    def __str__(self) -> str:
        return f"binding to {self.manifest_id}"
