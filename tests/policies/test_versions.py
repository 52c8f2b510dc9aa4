"""A candidate is uploaded, tried on the past, made live by an administrator, and then followed."""

import json

import pytest

from audit.models import Event
from config.errors import Conflict, Forbidden, UserFault
from jobs import engines
from jobs.models import Gate, Screening, State
from policies import replays, selectors, services
from policies.models import Activation, PolicyVersion, Replay, ReplayState
from safety import Decision, InvalidPolicy, load_policy
from tests.making import make_job
from tests.web.conftest import finding, screen

pytestmark = pytest.mark.django_db


def candidate_of(**changes) -> bytes:
    """The policy that ships, with one category of words changed."""
    data = load_policy().as_dict() | {"date": "2026-12-01"}
    data["prompt"]["violence"] |= {"review": 0.9, "block": 0.95, "queue": "senior"} | changes
    return json.dumps(data).encode()


@pytest.fixture
def candidate(admin) -> PolicyVersion:
    return services.upload(candidate_of(), admin)


@pytest.fixture
def past(creator):
    """Screenings under the policy that ships: one of a milder score, one of a graver one, one
    without findings, and one of an older policy."""
    version = load_policy().version

    def add(score: float | None, policy: str = version) -> Screening:
        job = make_job(creator, State.HELD)
        found = [finding(score=score)] if score else []
        made = screen(job, Gate.PROMPT, "review" if score else "allow", *found)
        Screening.objects.filter(pk=made.pk).update(policy_version=policy)
        return made

    return [add(0.6), add(0.92), add(None), add(0.6, "older")]


def rehearse(version: PolicyVersion, by) -> Replay:
    made = replays.start(version, by)
    while replays.step():
        pass
    made.refresh_from_db()
    return made


def test_until_somebody_makes_one_live_it_is_the_one_that_ships():
    assert selectors.live_policy() == load_policy()
    assert services.live().version == load_policy().version


def test_an_upload_changes_nothing(candidate):
    assert selectors.live_policy() == load_policy()
    assert selectors.read(candidate.content).prompt["violence"].queue == "senior"


def test_the_same_policy_is_one_version(candidate, admin):
    assert services.upload(candidate_of(), admin) == candidate


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "safety.invalid-policy"),
        (b"[]", "safety.invalid-policy"),
        (b"{}", "safety.invalid-policy"),
        (b"[" * 100_000, "safety.invalid-policy"),
        (b"\xff\xfe", "policies.not-text"),
        (b" " * (services.MOST_BYTES + 1), "policies.too-large"),
        (candidate_of(review=2.0), "safety.invalid-policy"),
        (candidate_of(block=0.1), "safety.invalid-policy"),
        (candidate_of(review="low"), "safety.invalid-policy"),
        (candidate_of(second_reviewer="no"), "safety.invalid-policy"),
        (candidate_of(unknown=1), "safety.invalid-policy"),
        (candidate_of().replace(b'"timeout": 10.0', b'"timeout": 0'), "safety.invalid-policy"),
        (candidate_of().replace(b"prompt-heads", b"other-heads"), "policies.other-models"),
        (candidate_of().replace(b'"default"', b'"' + b"n" * 60 + b'"'), "policies.name-too-long"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_policy_is_refused_with_its_code(admin, content, code):
    with pytest.raises((UserFault, InvalidPolicy)) as fault:
        services.upload(content, admin)
    assert fault.value.code == code
    assert not PolicyVersion.objects.exists()


def test_only_administrators_change_it(candidate, moderator):
    for change in (
        lambda: services.upload(candidate_of(queue="x"), moderator),
        lambda: services.make_live(candidate, moderator),
    ):
        with pytest.raises(Forbidden):
            change()


def test_a_replay_says_what_would_change(candidate, moderator, past):
    found = rehearse(candidate, moderator)
    assert (found.state, found.done, found.total) == (ReplayState.DONE, 4, 4)
    assert found.transitions == {"review>allow": 1, "review>review": 1, "allow>allow": 1}
    assert found.moved == [[past[0].pk, "review", "allow", ["violence"]]]
    assert found.unknowable == 1


def test_a_killed_worker_loses_one_part_and_counts_nothing_twice(
    candidate, moderator, past, monkeypatch
):
    monkeypatch.setattr("policies.replays.PART", 1)
    run = replays.start(candidate, moderator)
    replays.step()
    stale = Replay.objects.get(pk=run.pk)
    replays.step()
    part = list(Screening.objects.order_by("pk")[1:2])  # counted already by somebody else
    same = Replay.objects.filter(pk=run.pk, cursor=stale.cursor)
    assert same.update(**replays._counted(stale, part)) == 0
    while replays.step():
        pass
    run.refresh_from_db()
    assert (run.done, sum(run.transitions.values()) + run.unknowable) == (4, 4)


def test_a_cancelled_replay_stops(candidate, moderator, past):
    run = replays.start(candidate, moderator)
    with pytest.raises(Conflict) as fault:
        replays.start(candidate, moderator)
    assert fault.value.code == "policies.replay-running"
    assert services.cancel_replays(candidate, moderator)
    assert not replays.step()
    run.refresh_from_db()
    assert (run.state, run.done) == (ReplayState.CANCELLED, 0)


def test_what_cannot_be_read_is_counted_not_fatal(candidate, moderator, past):
    Screening.objects.filter(pk=past[0].pk).update(findings=[{"category": "violence"}])
    assert rehearse(candidate, moderator).unknowable == 2


def test_a_score_that_is_none_ends_the_replay_not_the_worker(candidate, moderator, past):
    Screening.objects.filter(pk=past[0].pk).update(findings=[finding(score=7.0)])
    assert rehearse(candidate, moderator).state == ReplayState.FAILED


def test_nothing_goes_live_untried(candidate, admin, past):
    with pytest.raises(UserFault) as fault:
        services.make_live(candidate, admin)
    assert fault.value.code == "policies.replay-first"
    rehearse(candidate, admin)
    services.make_live(candidate, admin)
    assert selectors.live_policy().version == candidate.version
    with pytest.raises(Conflict) as fault:
        services.make_live(candidate, admin)
    assert fault.value.code == "policies.already-live"
    assert Event.objects.get(action="policy.live").details["version"] == candidate.version


def test_what_was_live_before_can_come_back_at_once(candidate, admin):
    rehearse(candidate, admin)
    services.make_live(candidate, admin)
    services.make_live(services.shipped(), admin)
    services.make_live(candidate, admin)
    assert Activation.objects.count() == 3


def test_the_gates_follow_what_is_live_without_a_restart(candidate, admin):
    text = "a red balloon over the hills"
    assert engines.prompt_gate().screen(text).policy_version == load_policy().version
    rehearse(candidate, admin)
    services.make_live(candidate, admin)
    assert engines.prompt_gate().screen(text).policy_version == candidate.version
    assert engines.media_gate().policy.version == candidate.version


@pytest.mark.parametrize("content", ["not JSON", "{}"])
def test_a_stored_policy_that_cannot_be_read_leaves_everything_to_people(candidate, admin, content):
    Activation.objects.create(version=candidate, by=admin)
    PolicyVersion.objects.update(content=content)
    verdict = engines.prompt_gate().screen("a red balloon over the hills")
    assert verdict.decision is Decision.REVIEW
    assert selectors.live_policy() is None
    assert engines.media_gate().policy is None
    assert engines.upload_gate().screen(b"no picture").decision is Decision.REVIEW
