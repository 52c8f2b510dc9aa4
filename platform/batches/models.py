"""A batch is a table that was sent in; each of its rows stays, whatever became of it."""

import uuid

from django.conf import settings
from django.db import models


class Batch(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="batches"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    """When its rows became jobs; until then it is a preview."""

    class Meta:
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"batch {str(self.id)[:8]}"


class Row(models.Model):
    """One row of the table. Its cells are sealed: they hold the prompt."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()
    """As a spreadsheet counts: the row of column names is 1."""
    sealed = models.BinaryField()
    """The cells as typed, and the request that was read from them; see `selectors.opened`."""
    fault_code = models.CharField(max_length=80, blank=True)
    fault_message = models.TextField(blank=True)
    """Why no job can be made of it; empty if one can."""
    decision = models.CharField(max_length=8, blank=True)
    """What the prompt gate said in the preview; empty if it was not asked."""
    reason = models.TextField(blank=True)
    job = models.OneToOneField(
        "jobs.Job", on_delete=models.PROTECT, null=True, blank=True, related_name="batch_row"
    )

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("batch", "number"), name="one_row_of_each_number"),
        )

    def __str__(self) -> str:
        return f"row {self.number} of {self.batch}"
