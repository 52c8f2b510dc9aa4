"""What records look like, at hand for each examination."""

from datetime import timedelta
from importlib import import_module

import numpy as np
import pytest
from django.apps import apps
from django.utils.timezone import now

from jobs import signing
from provenance import Near, View
from registry import known, looks, lookup
from registry.models import Record
from tests.registry.test_records import REFERENCE, _record

pytestmark = pytest.mark.django_db
HASHES = np.random.default_rng(2).integers(0, 256, (6, 4, 32), np.uint8)


@pytest.fixture(autouse=True)
def process_that_has_just_begun(monkeypatch):
    monkeypatch.setattr(looks, "_settled", looks._NOTHING)


def kept(owner, number: int, *, settled: bool = False) -> int:
    """The mark ID of a record that looks like clip `number`."""
    record = _record(owner, 100 + number)
    at = now() - timedelta(hours=1) if settled else now()
    Record.objects.filter(pk=record.pk).update(hashes=HASHES[number].tobytes(), created_at=at)
    return record.mark_id


def nearest(number: int) -> list[Near]:
    return looks.nearest([View(HASHES[number])])


def test_settled_and_new_records_are_found(creator):
    old, new = kept(creator, 0, settled=True), kept(creator, 1)
    assert nearest(0) == [Near(old, 0.0)]
    assert nearest(1) == [Near(new, 0.0)]


def test_a_record_is_found_as_soon_as_it_is_there(creator):
    kept(creator, 0, settled=True)
    assert nearest(2) == []
    new = kept(creator, 2)
    assert nearest(2) == [Near(new, 0.0)]


def test_settled_records_are_read_once(creator, django_assert_num_queries):
    for number in range(3):
        kept(creator, number, settled=True)
    looks.warm_up()
    Record.objects.update(hashes=b"")  # as if the table were out of reach
    with django_assert_num_queries(2):
        assert nearest(1)


def test_another_database_has_other_records(creator):
    kept(creator, 0, settled=True)
    looks.warm_up()
    Record.objects.all().delete()
    assert nearest(0) == []


def test_the_likeliest_comes_first_wherever_it_is_kept(creator):
    changed = HASHES[3].copy()
    changed[:, 0] ^= 0xFF
    farther = _record(creator, 7)
    old = now() - timedelta(hours=1)
    Record.objects.filter(pk=farther.pk).update(hashes=changed.tobytes(), created_at=old)
    nearer = kept(creator, 3)
    assert [near.mark_id for near in nearest(3)] == [nearer, 7]


def test_earlier_records_get_their_hashes_from_their_references(creator):
    record = _record(creator, 9)
    Record.objects.update(hashes=b"")
    import_module("registry.migrations.0003_hashes").take_out(apps, None)
    record.refresh_from_db()
    assert bytes(record.reference) == REFERENCE
    assert len(record.hashes) == 32


def test_earlier_records_get_the_hashes_of_their_parts(creator):
    record = _record(creator, 9)
    written = bytes(record.parts)
    Record.objects.update(parts=b"")
    import_module("registry.migrations.0004_parts").take_out(apps, None)
    record.refresh_from_db()
    assert bytes(record.parts) == written
    assert len(written) == 3 * 32


def test_a_broken_record_keeps_none(creator):
    record = _record(creator, 9)
    Record.objects.update(parts=b"", reference=b"broken")
    import_module("registry.migrations.0004_parts").take_out(apps, None)
    record.refresh_from_db()
    assert bytes(record.parts) == b""


def test_a_record_is_found_by_a_part_of_its_picture(creator):
    record = _record(creator, 9)
    upper = np.frombuffer(bytes(record.parts), np.uint8).reshape(-1, 3, 32)[:, 0]
    assert looks.nearest([View(upper, part=1)]) == [Near(9, 0.0)]


def test_the_web_server_begins_with_everything_at_hand(creator, settings, monkeypatch):
    """As `config.asgi` has it done, before the first visitor."""
    kept(creator, 4, settled=True)
    signing.set_up()
    monkeypatch.setattr(lookup.connection, "close", lambda: None)  # the test's own transaction
    lookup.warm_up()
    assert len(looks._settled.clips) == 1
    assert 104 in known.known_names(signing.mark_keys()).ids
