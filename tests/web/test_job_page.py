"""A job's page in every state, its stream and its poll."""

import json

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient
from django.urls import reverse
from django.utils.timezone import now

from jobs.models import Gate, State
from moderation.services import state_reasons
from studio.progress import progress_of, rail
from tests.making import make_job
from tests.web.conftest import finding, screen

SECRET = "the hidden rule"


@pytest.fixture
def desk(client_of, creator):
    return client_of(creator)


def page(desk, job) -> str:
    response = desk.get(reverse("studio:job", args=[job.pk]))
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("state", [s for s in State if s != State.PUBLISHED])
def test_every_state_has_a_page_with_its_sentence(desk, creator, state):
    job = make_job(creator, state)
    assert progress_of(job).sentence in page(desk, job)


def states_of(job) -> list[str]:
    return [stop.state for stop in rail(job)]


def test_rail_while_rendering(creator):
    job = make_job(creator, State.RENDERING)
    assert states_of(job) == ["done", "done", "now", "next", "next", "next"]


def test_rail_of_a_held_job_waits_at_its_gate(creator):
    job = make_job(creator, State.HELD, held_at_stage=Gate.MEDIA)
    assert states_of(job) == ["done", "done", "done", "waiting", "next", "next"]


def test_rail_of_a_refused_job_stops_at_the_gate_that_refused(creator):
    job = make_job(creator, State.REFUSED)
    screen(job, Gate.PROMPT, "block")
    assert states_of(job)[0] == "stopped"


def test_rail_of_a_published_job_is_complete(creator):
    assert set(states_of(make_job(creator, State.PUBLISHED))) == {"done"}


def test_progress_shows_step_and_picture(desk, creator):
    job = make_job(creator, State.RENDERING, step=3, steps=20, preview="preview.jpg")
    text = page(desk, job)
    assert "Step 3 of 20" in text
    assert f"{reverse('studio:preview', args=[job.pk])}?step=3" in text


def test_a_retry_is_told_while_it_runs(desk, creator):
    job = make_job(creator, State.RENDERING, step=3, steps=20, stage="drawing, again")
    assert "The first try was weak, so it is drawn again: step 3 of 20" in page(desk, job)


def test_a_held_job_shows_no_picture(creator):
    job = make_job(creator, State.HELD, held_at_stage=Gate.MEDIA, preview="preview.jpg")
    assert progress_of(job).preview == ""


def test_a_refusal_shows_its_statement_of_reasons(desk, creator):
    job = make_job(creator, State.REFUSED)
    state_reasons(job, Gate.PROMPT, "Violence or cruelty", automated=True)
    text = page(desk, job)
    assert "Statement of reasons" in text
    assert "Violence or cruelty" in text
    assert "a program" in text


def test_hidden_findings_stay_hidden(desk, creator):
    job = make_job(creator, State.REFUSED)
    screen(job, Gate.PROMPT, "block", finding(hidden=True, reason=SECRET, category=SECRET))
    assert SECRET not in page(desk, job)


def test_a_failure_shows_code_advice_and_retry(desk, creator):
    fault = {"fault_code": "jobs.disk-full", "fault_message": "Full.", "fault_advice": "Wait."}
    job = make_job(creator, State.FAILED, fault_retryable=True, **fault)
    text = page(desk, job)
    assert all(part in text for part in fault.values())
    assert reverse("studio:retry", args=[job.pk]) in text


def test_what_cannot_be_retried_offers_no_retry(desk, creator):
    job = make_job(creator, State.FAILED, fault_code="x", fault_message="y", fault_advice="z")
    assert reverse("studio:retry", args=[job.pk]) not in page(desk, job)


def test_cancel_ends_a_waiting_job(desk, creator):
    job = make_job(creator, State.QUEUED)
    desk.post(reverse("studio:cancel", args=[job.pk]))
    job.refresh_from_db()
    assert job.state == State.CANCELLED


def test_cancelling_what_is_over_is_told_in_words(desk, creator):
    job = make_job(creator, State.PUBLISHED)
    response = desk.post(reverse("studio:cancel", args=[job.pk]))
    assert response.status_code == 409
    assert b"jobs.already-over" in response.content


def test_the_poll_tells_the_same_as_the_page(desk, creator):
    job = make_job(creator, State.RENDERING, step=3, steps=20)
    told = desk.get(reverse("studio:status", args=[job.pk])).json()
    assert (told["state"], told["step"], told["over"]) == ("rendering", 3, False)


def test_without_scripts_the_page_reloads_itself(desk, creator):
    running, over = make_job(creator, State.RENDERING), make_job(creator, State.FAILED)
    assert '<meta http-equiv="refresh"' in page(desk, running)
    assert '<meta http-equiv="refresh"' not in page(desk, over)


def test_the_stream_tells_the_end_and_ends(creator):
    job = make_job(creator, State.CANCELLED, updated_at=now())

    @async_to_sync
    async def listen() -> tuple[str, str]:
        client = AsyncClient()
        await client.aforce_login(creator)
        response = await client.get(reverse("studio:events", args=[job.pk]))
        text = b"".join([part async for part in response]).decode()
        return response["Content-Type"], text

    kind, text = listen()
    assert kind == "text/event-stream"
    event, data = text.strip().split("\n")
    assert event == "event: job"
    assert json.loads(data.removeprefix("data: "))["over"] is True
