"""Names of all records: complete after each publication, and worked out once."""

from datetime import timedelta

import numpy as np
import pytest
from django.utils.timezone import now

from jobs.signing import mark_keys
from provenance import KeyRing, MarkKey, Names
from registry import known
from registry.models import Record
from tests.registry.test_records import _record

pytestmark = pytest.mark.django_db


@pytest.fixture
def worked_out(monkeypatch) -> list[int]:
    """How many words had to be worked out, one entry for each occasion."""
    counts: list[int] = []
    of = Names.of

    def counting(ids, keys):
        ids = list(ids)
        counts.append(len(ids))
        return of(ids, keys)

    monkeypatch.setattr(known.Names, "of", counting)
    return counts


@pytest.fixture
def settled(monkeypatch, creator):
    """Two records that have been there for an hour, and a file for so few."""
    monkeypatch.setattr(known, "_WORTH_KEEPING", 2)
    for mark_id in (300, 100):
        _record(creator, mark_id)
    Record.objects.update(created_at=now() - timedelta(hours=1))


def ids() -> list[int]:
    return known.known_names(mark_keys()).ids.tolist()


def forget() -> None:
    """As a process that has just begun."""
    known._known.clear()


def test_every_record_has_a_name(settled):
    assert ids() == [100, 300]


def test_names_are_written_as_the_detector_expects(settled):
    keys = mark_keys()
    words = known.known_names(keys).under(keys.current)
    assert words.tolist() == Names.of([100, 300], keys).under(keys.current).tolist()


def test_a_new_record_has_a_name_at_once_and_costs_one_word(settled, creator, worked_out):
    ids()
    _record(creator, 200)
    assert ids() == [100, 200, 300]
    assert sum(worked_out) == 3
    ids()
    assert sum(worked_out) == 3


def test_a_record_that_shows_itself_late_is_not_missed(settled, creator):
    """A transaction that took its number early may commit after a later one."""
    late = _record(creator, 50)
    later = _record(creator, 60)
    fields = Record.objects.filter(pk=late.pk).values().get()
    Record.objects.filter(pk=late.pk).delete()
    assert 60 in ids()
    Record.objects.create(**fields)
    assert later.pk > late.pk
    assert ids() == [50, 60, 100, 300]


def test_the_next_process_begins_with_what_is_kept(settled, creator, worked_out):
    ids()
    forget()
    _record(creator, 200)
    assert ids() == [100, 200, 300]
    assert sum(worked_out) == 3


def test_what_is_kept_of_another_database_is_not_believed(settled, home):
    ids()
    forget()
    Record.objects.filter(mark_id=100).update(mark_id=101)
    assert ids() == [101, 300]


@pytest.mark.parametrize("damage", [b"", b"{", b"{}\nxx", b'{"count": 5}\n' + bytes(8)])
def test_a_damaged_file_is_made_anew(settled, home, damage):
    ids()
    forget()
    (file,) = (home / "registry").glob("names-*.words")
    file.write_bytes(damage)
    assert ids() == [100, 300]


def test_a_full_disk_costs_nothing_but_time(settled, home):
    (home / "registry").write_text("in the way")
    assert ids() == [100, 300]


def test_after_a_rotation_there_are_words_under_both_keys(settled):
    keys = mark_keys().rotated()
    names = known.known_names(keys)
    assert len(names.words) == 2
    assert all(len(words) == 2 for words in names.words.values())


def test_names_survive_the_way_to_the_child():
    keys = KeyRing.of([MarkKey.generate(1), MarkKey.generate(2)])
    names = Names.of([7, 5, 7], keys)
    there = Names.unpacked(names.packed)
    assert there.ids.tolist() == [5, 7]
    for key in keys.keys:
        assert np.array_equal(there.under(key), names.under(key))
