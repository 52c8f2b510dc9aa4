"""A held job waits for one person's decision and goes on where it stopped."""

from datetime import timedelta

import pytest
from django.utils.timezone import now

from audit.models import Event
from config.errors import Conflict, Forbidden, UserFault
from jobs.models import Gate, Job, State
from jobs.services import cancel
from moderation import selectors, services
from moderation.models import Case, CaseState, Reason, Statement
from tests.making import make_job


@pytest.fixture
def held(creator) -> Case:
    job = make_job(creator, State.HELD, held_at_stage=Gate.PROMPT)
    return services.open_case(job, Gate.PROMPT)


@pytest.fixture
def held_frames(creator) -> Case:
    job = make_job(creator, State.HELD, held_at_stage=Gate.MEDIA)
    return services.open_case(job, Gate.MEDIA)


def test_an_approved_prompt_goes_to_the_queue(held, moderator):
    services.approve(services.claim(held, moderator), moderator)
    job = Job.objects.get(pk=held.job_id)
    assert (job.state, job.approved_prompt) == (State.QUEUED, True)


def test_approved_frames_go_to_marking_without_a_second_rendering(held_frames, moderator):
    services.approve(services.claim(held_frames, moderator), moderator)
    job = Job.objects.get(pk=held_frames.job_id)
    assert (job.state, job.approved_media) == (State.MARKING, True)


def test_a_rejection_ends_the_job_with_a_statement_of_reasons(held, moderator):
    services.reject(services.claim(held, moderator), moderator, Reason.VIOLENCE, "a note")
    statement = Statement.objects.get(job_id=held.job_id)
    assert Job.objects.get(pk=held.job_id).state == State.REFUSED
    assert statement.ground == "Violence or cruelty"
    assert not statement.automated
    assert "a note" not in statement.facts + statement.ground + statement.redress


def test_a_rejection_needs_a_ground(held, moderator):
    case = services.claim(held, moderator)
    for reason in ("", "within-policy", "because"):
        with pytest.raises(UserFault) as fault:
            services.reject(case, moderator, reason)
        assert fault.value.code == "moderation.reason-missing"


def test_only_one_person_holds_a_case(held, moderator, admin):
    services.claim(held, moderator)
    with pytest.raises(Conflict) as fault:
        services.claim(held, admin)
    assert fault.value.code == "moderation.case-taken"


def test_an_expired_claim_is_free_again(held, moderator, admin):
    services.claim(held, moderator)
    Case.objects.update(claim_until=now() - timedelta(seconds=1))
    assert services.claim(held, admin).claimed_by == admin


def test_who_lost_the_claim_decides_nothing(held, moderator, admin):
    services.claim(held, moderator)
    Case.objects.update(claim_until=now() - timedelta(seconds=1))
    services.claim(held, admin)
    with pytest.raises(Conflict) as fault:
        services.approve(held, moderator)
    assert fault.value.code == "moderation.claim-lost"
    assert Job.objects.get(pk=held.job_id).state == State.HELD


def test_a_case_is_decided_once(held, moderator):
    case = services.claim(held, moderator)
    services.approve(case, moderator)
    with pytest.raises(Conflict):
        services.reject(case, moderator, Reason.HATE)


def test_a_released_case_is_free(held, moderator, admin):
    services.release_claim(services.claim(held, moderator), moderator)
    assert services.claim(held, admin).claimed_by == admin


@pytest.mark.parametrize("verb", ["claim", "approve"])
def test_creators_decide_nothing(held, creator, verb):
    with pytest.raises(Forbidden):
        getattr(services, verb)(held, creator)


def test_what_its_creator_cancelled_no_longer_waits(held, creator, moderator):
    case = services.claim(held, moderator)
    cancel(held.job, creator)
    assert Case.objects.get(pk=held.pk).state == CaseState.CLOSED
    with pytest.raises(Conflict):
        services.approve(case, moderator)
    assert Job.objects.get(pk=held.job_id).state == State.CANCELLED


def test_each_step_is_in_the_audit_log_without_the_note(held, moderator):
    services.reject(services.claim(held, moderator), moderator, Reason.HATE, "he called me names")
    actions = list(Event.objects.values_list("action", flat=True))
    assert actions == ["case.opened", "case.claimed", "case.reject", "job.refused"]
    assert "names" not in str(list(Event.objects.values_list("details", flat=True)))


def test_without_its_audit_event_a_decision_does_not_count(held, moderator, monkeypatch):
    case = services.claim(held, moderator)

    def broken(*args, **kwargs):
        raise OSError("the audit log cannot be written")

    monkeypatch.setattr("jobs.lifecycle.audit.record", broken)
    with pytest.raises(OSError, match="audit"):
        services.approve(case, moderator)
    assert Case.objects.get(pk=case.pk).state == CaseState.OPEN
    assert Job.objects.get(pk=case.job_id).state == State.HELD


def test_the_oldest_free_case_is_next(held, held_frames, moderator, admin):
    assert selectors.next_case(moderator) == held
    services.claim(held, admin)
    assert selectors.next_case(moderator) == held_frames
    assert selectors.next_case(moderator, after=held_frames) is None


def test_creators_see_no_case(held, creator, moderator):
    assert selectors.case_for(creator, held.pk) is None
    assert selectors.case_for(moderator, held.pk) == held
