"""Mark IDs, and the record that each published clip leaves."""

import secrets

from jobs.models import Job
from provenance import Reference, hashes_of, parts_of
from registry.models import Record
from studio.models import Clip

MARK_BITS = 48


def allocate_mark_id() -> int:
    """A random number of 48 bits, above zero, that no job and no record uses.

    Random, so that an ID tells nothing about when or for whom a clip was made. The unique
    columns settle the race that this look cannot.
    """
    while True:
        mark_id = secrets.randbelow(2**MARK_BITS - 1) + 1
        taken = Job.objects.filter(mark_id=mark_id) or Record.objects.filter(mark_id=mark_id)
        if not taken:
            return mark_id


def keep(clip: Clip, manifest: bytes, reference: bytes) -> Record:
    """Stores the record of a clip, in the transaction that publishes it. Raises `ValueError` for
    what is no reference: the clip could never be compared with an upload."""
    kept = Reference.from_bytes(reference)
    return Record.objects.create(
        clip=clip,
        mark_id=clip.mark_id,
        manifest_id=clip.manifest_id,
        manifest=manifest,
        reference=reference,
        hashes=hashes_of(kept.hashes),
        parts=parts_of(kept.thumbnails),
        sha256=clip.sha256,
    )
