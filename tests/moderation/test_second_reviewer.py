"""Where the policy wants two people, one approval is not enough, and nobody counts twice."""

import json

import pytest

from audit.models import Event
from config.errors import Conflict
from jobs import pipeline, queue
from jobs.models import Gate, Job, State
from moderation import selectors, services
from moderation.models import Case, CaseState, Reason
from policies.models import Activation, PolicyVersion
from safety import Decision, load_policy
from tests.gates import deciding
from tests.making import make_job


@pytest.fixture
def case(creator) -> Case:
    job = make_job(creator, State.HELD, held_at_stage=Gate.PROMPT)
    return services.open_case(job, Gate.PROMPT, "senior", second_reviewer=True)


def approved_by(person, case: Case, note: str = "") -> object:
    return services.approve(services.claim(case, person), person, note)


def test_the_first_approval_moves_nothing_and_frees_the_case(case, moderator):
    assert approved_by(moderator, case, "looks fine") is None
    case.refresh_from_db()
    assert (case.state, case.claimed_by, case.first_by) == (CaseState.OPEN, None, moderator)
    assert Job.objects.get(pk=case.job_id).state == State.HELD
    assert Event.objects.filter(action="case.first-approval").exists()


def test_a_second_person_lets_it_go_on(case, moderator, admin):
    approved_by(moderator, case)
    assert approved_by(admin, case).moderator == admin
    assert Job.objects.get(pk=case.job_id).state == State.QUEUED


def test_the_same_person_does_not_count_twice(case, moderator):
    approved_by(moderator, case)
    with pytest.raises(Conflict) as fault:
        services.claim(case, moderator)
    assert fault.value.code == "moderation.second-person"
    assert selectors.next_case(moderator) is None
    Case.objects.update(claimed_by=moderator, claim_until="2999-01-01T00:00Z")  # past the claim
    with pytest.raises(Conflict) as fault:
        services.approve(case, moderator)
    assert fault.value.code == "moderation.second-person"


def test_one_rejection_is_enough(case, moderator, admin):
    approved_by(moderator, case)
    services.reject(services.claim(case, admin), admin, Reason.SELF_HARM)
    assert Job.objects.get(pk=case.job_id).state == State.REFUSED


@pytest.mark.parametrize("second", [True, False])
def test_the_live_policy_says_where_a_held_job_goes_and_who_decides(creator, admin, second):
    data = load_policy().as_dict()
    data["prompt"]["violence"] |= {"queue": "night shift", "second_reviewer": second}
    version = PolicyVersion.objects.create(version="v", digest="d", content=json.dumps(data))
    Activation.objects.create(version=version, by=admin)
    job = make_job(creator, State.SCREENING)
    pipeline.run(queue.claim(job.pk), deciding(prompt=Decision.REVIEW))
    case = Case.objects.get(job=job)
    assert (case.queue, case.second_reviewer) == ("night shift", second)
