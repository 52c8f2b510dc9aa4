"""Mark IDs are unique, and records travel as plain files."""

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import now

from jobs.models import State
from provenance import FolderRegistry, RegisteredClip, reference
from registry import export
from registry.lookup import DatabaseRegistry
from registry.models import Record
from registry.services import MARK_BITS, allocate_mark_id, keep
from studio.models import Clip
from tests.making import make_job

REFERENCE = reference([np.full((64, 64, 3), 90, np.uint8)]).to_bytes()


@pytest.fixture
def record(creator) -> Record:
    return _record(creator, 0xABCDEF)


def _record(owner, mark_id: int) -> Record:
    clip = Clip.objects.create(
        job=make_job(owner, State.PUBLISHED),
        owner=owner,
        mark_id=mark_id,
        manifest_id=f"urn:c2pa:{mark_id}",
        file="clip.mp4",
        poster="clip.jpg",
        width=256,
        height=256,
        fps=24,
        duration_ms=1000,
        sha256="0" * 64,
        bytes=1,
        published_at=now(),
    )
    return keep(clip, b"manifest", REFERENCE)


def test_mark_ids_fit_their_bits_and_differ(db):
    drawn = {allocate_mark_id() for _ in range(50)}
    assert len(drawn) == 50
    assert all(0 < mark_id < 2**MARK_BITS for mark_id in drawn)


def test_a_mark_id_in_use_is_not_drawn(record, creator, monkeypatch):
    make_job(creator, State.MARKING, mark_id=7)
    draws = iter([record.mark_id - 1, 6, 41])  # one is added to each
    monkeypatch.setattr("registry.services.secrets.randbelow", lambda _: next(draws))
    assert allocate_mark_id() == 42


def test_two_records_never_share_a_mark(record, creator):
    with pytest.raises(IntegrityError), transaction.atomic():
        _record(creator, record.mark_id)


def test_a_record_is_found_by_its_mark(record):
    assert DatabaseRegistry().find(record.mark_id) == RegisteredClip(
        record.manifest_id, b"manifest", REFERENCE
    )
    assert DatabaseRegistry().find(1) is None


def test_a_clip_taken_down_says_so(record):
    Clip.objects.update(taken_down_at=now())
    assert DatabaseRegistry().find(record.mark_id).taken_down


def test_a_clip_taken_down_says_why(record):
    Clip.objects.update(taken_down_at=now(), taken_down_reason="rights")
    found = DatabaseRegistry().find(record.mark_id)
    assert found.taken_down_reason == "Notice of a rights holder"


def test_what_is_no_reference_is_not_kept(record):
    with pytest.raises(ValueError, match="not a reference"):
        keep(record.clip, b"manifest", b"anything")


def test_the_exported_files_say_the_same_as_the_database(record, home):
    export.write(record)
    folder = FolderRegistry(home / "registry")
    assert folder.find(record.mark_id) == DatabaseRegistry().find(record.mark_id)


def test_what_a_crash_left_out_is_exported_later(record, creator, home):
    export.write(record)
    later = _record(creator, 0x123)
    export.write_missing()
    folder = FolderRegistry(home / "registry")
    assert set(folder.known_mark_ids()) == {record.mark_id, later.mark_id}
