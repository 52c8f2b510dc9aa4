"""What anybody may read of records and deposits."""

import hashlib
from datetime import datetime

from provenance import MARK_ALGORITHM
from registry.models import Binding, Deposit, Record


def record_of(manifest_id: str) -> Record | None:
    return Record.objects.filter(manifest_id=manifest_id).select_related("clip").first()


def record_with_mark(mark_id: int) -> Record | None:
    return Record.objects.filter(mark_id=mark_id).select_related("clip").first()


def manifest_ids_bound_to(algorithm: str, value: bytes, most: int) -> list[str]:
    """Manifests that a soft binding leads to, the oldest binding first. Under our own algorithm
    only publication makes bindings, so that nobody can point a mark of ours at something else."""
    if algorithm == MARK_ALGORITHM:
        mark_id = int.from_bytes(value, "big")
        found = Record.objects.filter(mark_id=mark_id).values_list("manifest_id", flat=True)
        return list(found[:most])
    bound = Binding.objects.filter(digest=digest(value), algorithm__in=(algorithm, ""))
    ids = bound.order_by("pk").values_list("manifest_id", flat=True)
    return list(dict.fromkeys(ids[: 2 * most]))[:most]


def stored_manifest(manifest_id: str) -> tuple[bytes, datetime | None] | None:
    """A manifest store, and when its clip was taken down; None if there is none."""
    record = (
        Record.objects.filter(manifest_id=manifest_id)
        .exclude(manifest=b"")
        .values_list("manifest", "clip__taken_down_at")
        .first()
    )
    if record is not None:
        return bytes(record[0]), record[1]
    deposit = Deposit.objects.filter(manifest_id=manifest_id).values_list("manifest", flat=True)
    found = deposit.first()
    return None if found is None else (bytes(found), None)


def manifest_exists(manifest_id: str) -> bool:
    return any(kind.objects.filter(manifest_id=manifest_id).exists() for kind in (Record, Deposit))


def digest(value: bytes) -> str:
    """By which a binding's value is found."""
    return hashlib.sha256(value).hexdigest()
