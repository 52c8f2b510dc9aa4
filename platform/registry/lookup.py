"""The registry as the provenance engine asks it: mark ID in, record out."""

from provenance import KeyRing, Names, RegisteredClip
from registry.known import known_names
from registry.models import Record


class DatabaseRegistry:
    """Fulfils `provenance.Registry`."""

    def find(self, mark_id: int) -> RegisteredClip | None:
        record = Record.objects.filter(mark_id=mark_id).select_related("clip").first()
        return registered(record) if record else None

    def names(self, keys: KeyRing) -> Names:
        return known_names(keys)


def registered(record: Record) -> RegisteredClip:
    """A record in the engine's words."""
    return RegisteredClip(
        manifest_id=record.manifest_id,
        manifest=bytes(record.manifest),
        reference=bytes(record.reference),
        taken_down=record.clip.taken_down_at is not None,
    )
