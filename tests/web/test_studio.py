"""The studio's form and the check before the spend."""

import pytest
from django.urls import reverse

from jobs.models import Job, State

HOME, CHECK = "/studio/", "/studio/check"
GOOD = {"prompt": "a red balloon over the hills", "aspect": "1:1", "seconds": "1", "seed": "7"}
BAD = [
    ({"prompt": ""}, "generation.prompt-empty"),
    ({"prompt": "   "}, "generation.prompt-empty"),
    ({"prompt": "x" * 10_000}, "generation.prompt-too-long"),
    ({"prompt": "a\x00b"}, "generation.prompt-control"),
    ({"prompt": "a\x1b[31mb"}, "generation.prompt-control"),
    ({"seed": "seven"}, "generation.seed"),
    ({"seed": "-1"}, "generation.seed"),
    ({"seed": str(2**32)}, "generation.seed"),
    ({"seconds": "0"}, "seconds"),
    ({"seconds": "1e9"}, "seconds"),
    ({"seconds": "nan"}, "seconds"),
    ({"seconds": "soon"}, "generation.seconds"),
    ({"aspect": "5:4"}, "generation.aspect"),
    ({"style": "no-such-style"}, "style"),
]


@pytest.fixture
def desk(client_of, creator):
    return client_of(creator)


@pytest.mark.parametrize(("wrong", "code"), BAD)
def test_bad_input_is_told_with_its_code(desk, wrong, code):
    response = desk.post(HOME, GOOD | wrong)
    assert response.status_code == 422
    problem = response.context["form"].problems[0]
    assert code in problem.code
    assert problem.code in response.content.decode()
    assert Job.objects.count() == 0


@pytest.mark.parametrize(("wrong", "code"), BAD)
def test_the_summary_leads_to_the_field(desk, wrong, code):
    page = desk.post(HOME, GOOD | wrong).content.decode()
    field = next(iter(wrong))
    assert f'href="#id_{field}"' in page


def test_what_was_typed_is_still_there_after_an_error(desk):
    page = desk.post(HOME, GOOD | {"seed": "seven"}).content.decode()
    assert GOOD["prompt"] in page
    assert 'value="seven"' in page


def test_a_good_prompt_becomes_a_job(desk, creator):
    response = desk.post(HOME, GOOD)
    job = Job.objects.get()
    assert response["Location"] == reverse("studio:job", args=[job.pk])
    assert (job.owner, job.shot.seed, job.state) == (creator, 7, State.QUEUED)


def test_the_check_stores_nothing(desk):
    response = desk.post(CHECK, GOOD)
    assert response.status_code == 200
    assert response.context["check"].tag.tone == "yes"
    assert Job.objects.count() == 0


def test_the_check_shows_what_weighed_and_why(desk):
    prompt = "a man stabs a woman with a knife until she is dead, blood and gore everywhere"
    check = desk.post(CHECK, GOOD | {"prompt": prompt}).context["check"]
    assert check.tag.tone in {"partly", "no"}
    assert check.findings[0].reason
    assert "".join(segment.text for segment in check.segments) in {"", prompt}


def test_the_check_tells_of_bad_input_too(desk):
    page = desk.post(CHECK, GOOD | {"seed": "seven"}).content.decode()
    assert "generation.seed" in page


def test_prompts_are_shown_as_text_not_as_markup(desk):
    desk.post(HOME, GOOD | {"prompt": "<script>alert(1)</script> a balloon"})
    page = desk.get(HOME).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_an_empty_studio_says_how_to_begin(desk):
    assert "Nothing here yet" in desk.get(HOME).content.decode()


def test_only_own_work_is_listed(desk, client_of, stranger):
    desk.post(HOME, GOOD)
    assert GOOD["prompt"] not in client_of(stranger).get(HOME).content.decode()


def test_without_a_generator_the_work_is_still_there(desk, settings):
    desk.post(HOME, GOOD)
    settings.GENERATOR = "no-such-generator"
    response = desk.get(HOME)
    text = response.content.decode()
    assert response.status_code == 503
    assert GOOD["prompt"] in text
    assert "generation." in text
