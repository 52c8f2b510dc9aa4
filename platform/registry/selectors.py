"""What anybody may read of records and deposits."""

import hashlib
from datetime import datetime

import numpy as np

from provenance import FINGERPRINT_ALGORITHM, HASH_BYTES, MARK_ALGORITHM, View
from registry import looks
from registry.models import Binding, Deposit, Record
from studio.models import TakenDown

OWN_ALGORITHMS = frozenset({MARK_ALGORITHM, FINGERPRINT_ALGORITHM})
"""Under these only publication makes bindings, so that nobody can point what belongs to a clip of
ours at something else."""
SAME_PICTURE = 31
"""Bits, of 256, up to which PDQ's authors call two pictures the same."""


def record_of(manifest_id: str) -> Record | None:
    return Record.objects.filter(manifest_id=manifest_id).select_related("clip").first()


def record_with_mark(mark_id: int) -> Record | None:
    return Record.objects.filter(mark_id=mark_id).select_related("clip").first()


def manifest_ids_bound_to(algorithm: str, value: bytes, most: int) -> list[str]:
    """Manifests that a soft binding leads to, the oldest binding first."""
    if algorithm == MARK_ALGORITHM:
        mark_id = int.from_bytes(value, "big")
        found = Record.objects.filter(mark_id=mark_id).values_list("manifest_id", flat=True)
        return list(found[:most])
    bound = Binding.objects.filter(digest=digest(value), algorithm__in=(algorithm, ""))
    ids = bound.order_by("pk").values_list("manifest_id", flat=True)
    return list(dict.fromkeys(ids[: 2 * most]))[:most]


def manifest_ids_that_look_like(value: bytes, most: int) -> list[tuple[str, int]]:
    """Manifests of clips with frames like those of a fingerprint, and how like in per cent, the
    likeliest first."""
    frames = np.frombuffer(value, np.uint8).reshape(-1, HASH_BYTES)
    near = looks.nearest([View(frames)], most, SAME_PICTURE)
    ids = dict(
        Record.objects.filter(mark_id__in=[each.mark_id for each in near]).values_list(
            "mark_id", "manifest_id"
        )
    )
    return [(ids[each.mark_id], each.similarity) for each in near if each.mark_id in ids]


def why_taken_down(reason: str) -> str:
    """A reason class of `TakenDown` in the words that everybody may read; "" for none."""
    return str(TakenDown(reason).label) if reason else ""


def stored_manifest(manifest_id: str) -> tuple[bytes, datetime | None, str] | None:
    """A manifest store, when its clip was taken down and why; None if there is none."""
    record = (
        Record.objects.filter(manifest_id=manifest_id)
        .exclude(manifest=b"")
        .values_list("manifest", "clip__taken_down_at", "clip__taken_down_reason")
        .first()
    )
    if record is not None:
        return bytes(record[0]), record[1], why_taken_down(record[2])
    deposit = Deposit.objects.filter(manifest_id=manifest_id).values_list("manifest", flat=True)
    found = deposit.first()
    return None if found is None else (bytes(found), None, "")


def manifest_exists(manifest_id: str) -> bool:
    return any(kind.objects.filter(manifest_id=manifest_id).exists() for kind in (Record, Deposit))


def digest(value: bytes) -> str:
    """By which a binding's value is found."""
    return hashlib.sha256(value).hexdigest()
