"""What may follow what, and who wins."""

from uuid import uuid4

import pytest
from django.utils.timezone import now
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from audit.models import Event
from audit.services import verify_chain
from jobs.lifecycle import TRANSITIONS, WORKED_ON, LostRace, move
from jobs.models import Job, State

pytestmark = pytest.mark.django_db
in_database = hypothesis_settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def test_every_state_has_its_row():
    assert set(TRANSITIONS) == set(State)


def test_published_refused_and_cancelled_are_final():
    assert {s for s in State if not TRANSITIONS[s]} == {
        State.PUBLISHED,
        State.REFUSED,
        State.CANCELLED,
    }


def test_only_marking_leads_to_publication():
    assert [s for s in State if State.PUBLISHED in TRANSITIONS[s]] == [State.MARKING]


def test_every_state_before_the_end_can_be_cancelled():
    over = {State.PUBLISHED, State.REFUSED, State.CANCELLED, State.FAILED}
    assert all(State.CANCELLED in TRANSITIONS[s] for s in set(State) - over)


@in_database
@given(came_from=st.sampled_from(State), to=st.sampled_from(State))
def test_moves_exactly_what_the_table_allows(job_in, came_from, to):
    job = job_in(came_from)
    if to in TRANSITIONS[came_from]:
        move(job, to)
        assert Job.objects.get(pk=job.pk).state == to
    else:
        with pytest.raises(ValueError, match="cannot go"):
            move(job, to)
        assert Job.objects.get(pk=job.pk).state == came_from


@in_database
@given(moves=st.lists(st.tuples(st.booleans(), st.sampled_from(State)), max_size=12))
def test_of_two_who_think_they_own_a_job_only_the_one_with_the_token_moves_it(job_in, moves):
    """Any interleaving: the owner always succeeds, the one with an old token never."""
    token = uuid4()
    job = job_in(State.SCREENING, token=token, lease_until=now())
    for by_owner, to in moves:
        if to not in TRANSITIONS[State(job.state)]:
            continue
        before = Job.objects.get(pk=job.pk)
        if by_owner:
            move(job, to, token=job.token)
            assert Job.objects.get(pk=job.pk).state == to
        else:
            with pytest.raises(LostRace):
                move(before, to, token=uuid4())
            assert Job.objects.get(pk=job.pk).state == job.state


def test_wrong_token_loses(job_in):
    job = job_in(State.RENDERING, token=uuid4(), lease_until=now())
    with pytest.raises(LostRace):
        move(job, State.INSPECTING, token=uuid4())
    assert Job.objects.get(pk=job.pk).state == State.RENDERING


def test_at_rest_a_job_has_no_lease(job_in):
    for came_from in WORKED_ON:
        for to in TRANSITIONS[came_from] - set(WORKED_ON):
            token = uuid4()
            job = job_in(came_from, token=token, lease_until=now())
            move(job, to, token=token)
            job.refresh_from_db()
            assert (job.token, job.lease_until) == (None, None)


def test_a_cancelled_job_is_not_published(job_in):
    job = job_in(State.MARKING, cancel_requested=True)
    with pytest.raises(LostRace):
        move(job, State.PUBLISHED)


def test_every_move_is_in_the_audit_log(job_in, creator):
    job = job_in(State.QUEUED)
    move(job, State.CANCELLED, actor=creator)
    event = Event.objects.get(action="job.cancelled", subject=str(job.pk))
    assert event.details == {"came_from": "queued"}
    assert verify_chain().ok


def test_without_its_audit_event_nothing_moves(job_in, monkeypatch):
    def broken(*args, **kwargs):
        raise OSError("the audit log cannot be written")

    monkeypatch.setattr("jobs.lifecycle.audit.record", broken)
    job = job_in(State.QUEUED)
    with pytest.raises(OSError, match="audit"):
        move(job, State.RENDERING)
    assert Job.objects.get(pk=job.pk).state == State.QUEUED
