"""The registry as the provenance engine asks it: mark ID or looks in, record out."""

from collections.abc import Sequence

from django.db import connection

from jobs.signing import mark_keys
from provenance import KeyRing, Names, Near, RegisteredClip, View
from registry import looks
from registry.known import known_names
from registry.models import Record
from registry.selectors import why_taken_down


class DatabaseRegistry:
    """Fulfils `provenance.Registry`."""

    def find(self, mark_id: int) -> RegisteredClip | None:
        record = Record.objects.filter(mark_id=mark_id).select_related("clip").first()
        return registered(record) if record else None

    def names(self, keys: KeyRing) -> Names:
        return known_names(keys)

    def look_alikes(self, views: Sequence[View]) -> Sequence[Near]:
        return looks.nearest(views)


def warm_up() -> None:
    """Reads marks and looks of all records, so that the first visitor need not wait for it."""
    try:
        known_names(mark_keys()).packed  # noqa: B018  worked out once and kept
        looks.warm_up()
    finally:
        connection.close()


def registered(record: Record) -> RegisteredClip:
    """A record in the engine's words."""
    return RegisteredClip(
        manifest_id=record.manifest_id,
        manifest=bytes(record.manifest),
        reference=bytes(record.reference),
        taken_down=record.clip.taken_down_at is not None,
        taken_down_reason=why_taken_down(record.clip.taken_down_reason),
    )
