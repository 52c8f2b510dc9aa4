"""A copy of each record as plain files, so that `python -m provenance verify` works offline.

The database stays the truth; `write_missing` makes the folder anew from it.
"""

from django.conf import settings

from provenance import FolderRegistry
from registry.lookup import registered
from registry.models import Record


def write(record: Record) -> None:
    """Writes or replaces the files of a record."""
    _folder().store(record.mark_id, registered(record))


def write_missing() -> None:
    """Writes what a crash between publication and export left out."""
    written = set(_folder().known_mark_ids())
    for record in Record.objects.select_related("clip").defer("manifest", "reference").iterator():
        if record.mark_id not in written:
            write(record)


def _folder() -> FolderRegistry:
    return FolderRegistry(settings.REGISTRY_DIR)
