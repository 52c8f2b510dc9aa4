"""The moderator's pages: evidence, claims, decisions, the next case."""

import pytest
from django.urls import reverse
from django.utils.timezone import now

from audit.models import Event
from jobs.models import Gate, State
from moderation.models import Case, CaseState
from moderation.services import claim, open_case
from rights.services import add_consent
from tests.making import make_job
from tests.web.conftest import finding, screen

QUEUE = "/review/"


@pytest.fixture
def desk(client_of, moderator):
    return client_of(moderator)


@pytest.fixture
def case(creator, db) -> Case:
    job = make_job(creator, State.HELD, prompt="a man with a knife", held_at_stage=Gate.PROMPT)
    screen(job, Gate.PROMPT, "review", finding(span=[6, 18]))
    return open_case(job, Gate.PROMPT)


def at(name: str, case: Case) -> str:
    return reverse(f"moderation:{name}", args=[case.pk])


def test_the_queue_is_oldest_first(desk, case, world):
    rows = desk.get(QUEUE).context["rows"]
    assert [row.case for row in rows] == list(Case.objects.order_by("opened_at"))


def test_an_empty_queue_says_so(desk):
    assert "Nothing waits for you" in desk.get(QUEUE).content.decode()


def test_the_case_shows_what_weighed(desk, case):
    text = desk.get(at("case", case)).content.decode()
    assert '<mark class="review">with a knife</mark>' in text
    assert "This reads like violence." in text
    assert "80 %" in text
    assert "test-1" in text


def test_moderators_see_hidden_findings(desk, case):
    screen(case.job, Gate.MEDIA, "review", finding(hidden=True, reason="A hash matched."))
    assert "A hash matched." in desk.get(at("case", case)).content.decode()


def test_each_finding_comes_with_what_it_rests_on(desk, case):
    page = desk.get(at("case", case))
    [proof] = page.context["page"].evidence[0].findings
    assert (proof.quoted, proof.rule, proof.score) == ("with a knife", "test", "score 80 %")
    assert "“with a knife” · score 80 %" in page.content.decode()


def test_of_a_hidden_finding_only_that_it_is_there_is_told(desk, creator):
    job = make_job(creator, State.HELD, prompt="a man with a knife", held_at_stage=Gate.PROMPT)
    hidden = finding(hidden=True, span=[6, 18], source="rule.secret", category="csae")
    screen(job, Gate.PROMPT, "review", hidden)
    text = desk.get(at("case", open_case(job, Gate.PROMPT))).content.decode()
    assert "This reads like violence." in text
    assert "kept back" in text
    for detail in ("rule.secret", "80 %", "<mark"):
        assert detail not in text


def test_likeness_of_a_work_and_the_consents_for_it_are_shown(desk, case, moderator):
    consent = add_consent(moderator, "The Fox", None, "parody", now(), None, "contract 7")
    alike = finding(subject="the fox", source="reference-bank", field="frames", score=0.93)
    screen(case.job, Gate.MEDIA, "review", alike)
    text = desk.get(at("case", case)).content.decode()
    assert "93 % alike" in text
    assert "Consent of The Fox for parody" in text
    assert reverse("rights:consent", args=[consent.pk]) in text


def test_frames_come_blurred_and_nothing_plays_by_itself(desk, world):
    text = desk.get(at("case", world.case)).content.decode()
    assert 'class="frames"' in text
    assert "autoplay" not in text
    assert "0.0 s · violence 80%" in text.replace("\n", "")


def test_a_frame_that_is_not_there(desk, world):
    assert desk.get(reverse("moderation:frame", args=[world.case.pk, 99])).status_code == 404


def test_only_who_holds_the_case_can_decide_it(desk, client_of, admin, case):
    claim(case, admin)
    text = desk.get(at("case", case)).content.decode()
    assert "Somebody else has this case" in text
    response = desk.post(at("decide", case), {"outcome": "approve"})
    assert response["Location"] == at("case", case)
    case.refresh_from_db()
    assert case.state == CaseState.OPEN


def test_approval_lets_the_job_go_on(desk, case):
    desk.post(at("claim", case))
    desk.post(at("decide", case), {"outcome": "approve", "reason": "within-policy"})
    case.job.refresh_from_db()
    assert case.job.state == State.QUEUED


def test_rejection_gives_the_creator_the_reason(desk, client_of, creator, case):
    desk.post(at("claim", case))
    desk.post(at("decide", case), {"outcome": "reject", "reason": "violence", "note": "private"})
    text = client_of(creator).get(reverse("studio:job", args=[case.job_id])).content.decode()
    assert "Violence or cruelty" in text
    assert "private" not in text


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({}, "moderation.outcome-required"),
        ({"outcome": "maybe"}, "moderation.outcome-invalid-choice"),
        ({"outcome": "reject"}, "moderation.reason-missing"),
        ({"outcome": "reject", "reason": "within-policy"}, "moderation.reason-missing"),
        ({"outcome": "reject", "reason": "whim"}, "moderation.reason-invalid-choice"),
        ({"outcome": "approve", "note": "x" * 5000}, "moderation.note-max-length"),
    ],
)
def test_half_a_decision_is_told_with_its_code(desk, case, given, code):
    desk.post(at("claim", case))
    response = desk.post(at("decide", case), given)
    assert response.status_code == 422
    assert code in response.content.decode()
    case.refresh_from_db()
    assert case.state == CaseState.OPEN


def test_after_a_decision_comes_the_next_case(desk, case, world):
    desk.post(at("claim", case))
    response = desk.post(at("decide", case), {"outcome": "approve"})
    assert response["Location"] == at("case", world.case)
    world.case.refresh_from_db()
    assert world.case.claimed_by is not None


def test_after_the_last_case_comes_the_queue(desk, case):
    desk.post(at("claim", case))
    assert desk.post(at("decide", case), {"outcome": "approve"})["Location"] == QUEUE


def test_a_case_can_be_given_back(desk, case):
    desk.post(at("claim", case))
    desk.post(at("release", case))
    case.refresh_from_db()
    assert case.claimed_by is None


def test_the_trail_of_a_case_is_shown_without_names(desk, case, moderator):
    desk.post(at("claim", case))
    trail = desk.get(at("case", case)).context["page"].trail
    assert [step.action for step in trail][-1] == "case.claimed"
    assert trail[-1].actor == "you"
    assert len(trail) == Event.objects.filter(subject__in=[str(case.pk), str(case.job_id)]).count()


def test_a_decided_case_shows_the_decision(desk, case):
    desk.post(at("claim", case))
    desk.post(at("decide", case), {"outcome": "reject", "reason": "hate", "note": "see guide"})
    text = desk.get(at("case", case)).content.decode()
    assert "Hate or harassment" in text
    assert "see guide" in text
