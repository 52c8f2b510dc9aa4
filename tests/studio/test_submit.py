"""What may be asked for, and what cannot."""

import pytest

from accounts.sealing import unseal
from config.errors import SystemFault, UserFault
from jobs.models import Job
from studio import selectors
from studio.models import Shot
from studio.services import Ask, preview_screening, prompt_of, submit

PROMPT = "a red balloon rising over the hills"


@pytest.fixture(autouse=True)
def small_generator(settings):
    settings.GENERATOR = "tests.fakes:SmallGenerator"


def test_a_shot_is_screened_and_becomes_a_job(creator):
    job = submit(creator, Ask(PROMPT, aspect="16:9", seconds="3", seed="7"))
    shot = job.shot
    assert (shot.aspect, shot.seconds, shot.seed) == ("16:9", 3.0, 7)
    assert job.screenings.count() == 1
    assert job.token is None


def test_the_prompt_is_sealed(creator):
    shot = submit(creator, Ask(PROMPT)).shot
    assert PROMPT.encode() not in bytes(shot.prompt_sealed)
    assert unseal(shot.prompt_sealed) == prompt_of(shot) == PROMPT


def test_without_a_seed_one_is_drawn(creator):
    seeds = {submit(creator, Ask(PROMPT)).shot.seed for _ in range(3)}
    assert len(seeds) == 3


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (Ask(""), "generation.prompt-empty"),
        (Ask("  \n "), "generation.prompt-empty"),
        (Ask("x" * 10_000), "generation.prompt-too-long"),
        (Ask("a balloon\x00"), "generation.prompt-control"),
        (Ask("a balloon\x1b[31m"), "generation.prompt-control"),
        (Ask(PROMPT, aspect="4:3"), "generation.aspect"),
        (Ask(PROMPT, seconds="0"), "generation.seconds"),
        (Ask(PROMPT, seconds="3600"), "generation.seconds"),
        (Ask(PROMPT, seconds="nan"), "generation.seconds"),
        (Ask(PROMPT, seconds="long"), "generation.seconds"),
        (Ask(PROMPT, seed="seven"), "generation.seed"),
        (Ask(PROMPT, seed="1.5"), "generation.seed"),
        (Ask(PROMPT, seed="-1"), "generation.seed"),
        (Ask(PROMPT, seed=2**32), "generation.seed"),
        (Ask(PROMPT, style="cubist"), "generation.style"),
    ],
)
def test_what_cannot_be_made_has_its_code_and_leaves_nothing(creator, ask, code):
    with pytest.raises(UserFault) as fault:
        submit(creator, ask)
    assert fault.value.code == code
    assert fault.value.message
    assert fault.value.advice
    assert not Shot.objects.exists()


def test_a_nearly_full_disk_takes_no_new_jobs(creator, settings):
    settings.FREE_SPACE_FLOOR_MB = 1e12
    with pytest.raises(SystemFault) as fault:
        submit(creator, Ask(PROMPT))
    assert fault.value.code == "jobs.disk-nearly-full"
    assert fault.value.retryable
    assert not Job.objects.exists()


def test_asking_before_the_spend_stores_nothing(creator):
    assert preview_screening(creator, PROMPT).decision in {"allow", "review"}
    assert not Shot.objects.exists()


def test_everybody_sees_their_own_jobs_only(creator, stranger):
    job = submit(creator, Ask(PROMPT))
    assert selectors.job_of(creator, job.pk) == job
    assert selectors.job_of(stranger, job.pk) is None
    assert not selectors.jobs_of(stranger).exists()
