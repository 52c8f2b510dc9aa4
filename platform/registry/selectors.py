"""What anybody may read of a record."""

from registry.models import Record


def record_of(manifest_id: str) -> Record | None:
    return Record.objects.filter(manifest_id=manifest_id).select_related("clip").first()


def record_with_mark(mark_id: int) -> Record | None:
    return Record.objects.filter(mark_id=mark_id).select_related("clip").first()
