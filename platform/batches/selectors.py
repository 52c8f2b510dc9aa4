"""What is read of batches: always one's own."""

import json
from typing import Any

from django.db.models import QuerySet

from accounts.models import Person
from accounts.sealing import unseal
from batches.models import Batch, Row


def batches_of(owner: Person) -> QuerySet[Batch]:
    """Newest first."""
    return Batch.objects.filter(owner=owner)


def batch_of(owner: Person, batch_id: object) -> Batch | None:
    return batches_of(owner).filter(pk=batch_id).first()


def rows_of(batch: Batch) -> list[Row]:
    """In the order of the table, with job, shot and clip."""
    return list(batch.rows.select_related("job__shot", "job__clip"))


def opened(row: Row) -> dict[str, Any]:
    """`cells` as typed, and `request` with the seed as drawn where the row can be made."""
    return dict(json.loads(unseal(row.sealed)))
