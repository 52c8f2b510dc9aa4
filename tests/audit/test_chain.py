"""Nothing can be changed, removed, added or cut off unnoticed."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from audit.models import Event, Head
from audit.services import record, verify_chain

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain(creator):
    return [record(f"thing.{n}", "subject", creator, n=n) for n in range(5)]


def test_an_empty_chain_is_whole():
    assert verify_chain().ok


def test_an_untouched_chain_is_whole(chain):
    report = verify_chain()
    assert report.ok
    assert (report.events, report.head) == (5, chain[-1].digest)


@pytest.mark.parametrize(
    "change",
    [
        {"action": "thing.else"},
        {"actor": "somebody"},
        {"subject": "another"},
        {"details": {"n": 7}},
        {"at": "2020-01-01T00:00:00Z"},
        {"previous": "f" * 64},
        {"digest": "f" * 64},
    ],
)
def test_a_changed_event_shows(chain, change):
    Event.objects.filter(seq=3).update(**change)
    assert verify_chain().broken_at == 3


def test_a_removed_event_shows(chain):
    Event.objects.filter(seq=2).delete()
    assert verify_chain().broken_at == 3


def test_a_cut_off_end_shows(chain):
    Event.objects.filter(seq=5).delete()
    assert verify_chain().broken_at == 5


def test_a_chain_cut_off_together_with_its_head_shows_in_the_head_kept_elsewhere(chain):
    Event.objects.filter(seq=5).delete()
    Head.objects.update(seq=4, digest=chain[3].digest)
    assert verify_chain().head != chain[-1].digest


def test_people_appear_as_pseudonyms(chain, creator):
    event = Event.objects.first()
    assert str(creator.pk) not in event.actor
    assert creator.email not in event.actor


def test_details_that_a_database_may_rewrite_are_refused():
    with pytest.raises(TypeError):
        record("thing.measured", "subject", score=0.1)


def test_the_command_says_that_the_chain_is_whole(chain):
    out = StringIO()
    call_command("audit_verify", stdout=out)
    assert "whole: 5 events" in out.getvalue()


def test_the_command_fails_on_a_broken_chain(chain):
    Event.objects.filter(seq=1).update(action="other")
    with pytest.raises(CommandError, match="event 1"):
        call_command("audit_verify")
