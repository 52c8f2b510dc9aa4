"""The board: one form that loses nothing, checks before the spend, and becomes one job."""

import re
from dataclasses import replace

import pytest
from django.urls import reverse

from config.errors import Conflict
from generation.quality import QualityCard
from jobs.models import Job, State
from storyboards import services
from storyboards.drafts import Draft, DraftShot
from storyboards.models import Scene, Storyboard
from storyboards.selectors import draft_of
from tests.generation.test_quality import FINE
from tests.making import make_job

A, B = "aaaaaaaa", "bbbbbbbb"
FORM = {
    "shot": [A, B],
    f"prompt-{A}": "a red balloon over the hills",
    f"prompt-{B}": "the red balloon over the sea",
    f"seconds-{A}": "1",
    f"seconds-{B}": "1.5",
    "aspect": "1:1",
    "seed": "7",
    "transition": "crossfade",
    "continuity": "on",
}


@pytest.fixture
def desk(client_of, creator):
    return client_of(creator)


@pytest.fixture
def storyboard(creator) -> Storyboard:
    return services.begin(creator, Draft.empty("1:1"))


@pytest.fixture
def press(desk, storyboard):
    """Sends the form with a button; `htmx` as a browser with scripts does."""

    def send(action: str, *, htmx: bool = False, **changes):
        headers = {"HX-Request": "true"} if htmx else {}
        address = reverse("storyboards:board", args=[storyboard.pk])
        return desk.post(address, FORM | changes | {"action": action}, headers=headers)

    return send


def prompts(storyboard) -> list[str]:
    storyboard.refresh_from_db()
    return [shot.prompt for shot in draft_of(storyboard).shots]


def test_every_button_keeps_what_was_typed(press, storyboard):
    press("add", **{f"seconds-{A}": "soon"})
    assert prompts(storyboard)[:2] == [FORM[f"prompt-{A}"], FORM[f"prompt-{B}"]]
    assert draft_of(storyboard).shots[0].seconds == "soon"


def test_shots_are_reordered(press, storyboard):
    press(f"up:{B}")
    assert prompts(storyboard) == [FORM[f"prompt-{B}"], FORM[f"prompt-{A}"]]


def test_with_scripts_the_move_is_said_and_only_the_shots_come_back(press):
    page = press(f"down:{A}", htmx=True).content.decode()
    assert "This is now shot 2 of 2." in page
    assert "<html" not in page


def test_render_makes_one_job_with_a_scene_for_each_shot(press, storyboard, creator):
    response = press("render")
    job = Job.objects.get()
    assert response["Location"] == reverse("studio:job", args=[job.pk])
    assert (job.owner, job.state, job.shot.seconds) == (creator, State.QUEUED, 2.5)
    scenes = Scene.objects.filter(storyboard=storyboard)
    assert [(s.position, s.shot.seed) for s in scenes] == [(0, 7), (1, 7)]


def test_with_scripts_render_leads_to_the_job(press):
    response = press("render", htmx=True)
    assert response["HX-Redirect"] == reverse("studio:job", args=[Job.objects.get().pk])


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({f"prompt-{B}": " "}, "generation.prompt-empty"),
        ({f"prompt-{A}": "x" * 3000}, "generation.prompt-too-long"),
        ({f"seconds-{B}": "60"}, "generation.seconds"),
        ({f"seconds-{B}": "soon"}, "generation.seconds"),
        ({"seed": "seven"}, "generation.seed"),
        ({"style": "oil"}, "generation.style"),
        ({"aspect": "5:4"}, "generation.aspect"),
        ({"transition": "wipe"}, "storyboards.transition"),
        ({"shot": [A]}, "generation.storyboard-shots"),
    ],
)
def test_what_cannot_be_made_is_told_with_its_code_and_kept(press, storyboard, wrong, code):
    response = press("render", **wrong)
    page = response.content.decode()
    assert response.status_code == 422
    assert code in page
    assert Job.objects.count() == 0
    assert prompts(storyboard)[0] == wrong.get(f"prompt-{A}", FORM[f"prompt-{A}"])


def test_a_setting_of_all_shots_is_complained_of_once(press):
    page = press("render", seed="seven").content.decode()
    summary = page[page.index("data-error-summary") : page.index('class="two"')]
    assert summary.count("generation.seed") == 1
    assert 'href="#id_seed"' in summary


def test_the_summary_leads_to_the_shots_field(press):
    page = press("render", **{f"prompt-{B}": ""}).content.decode()
    assert f'href="#prompt-{B}"' in page


def test_a_shot_is_checked_before_the_spend(desk, storyboard):
    address = reverse("storyboards:check", args=[storyboard.pk])
    good = desk.post(address, FORM | {"checked": A}).content.decode()
    assert "The studio can make this" in good
    cruel = "a man stabs a woman with a knife until she is dead, blood and gore everywhere"
    bad = desk.post(address, FORM | {"checked": A, f"prompt-{A}": cruel}).content.decode()
    assert "The studio can make this" not in bad
    assert Job.objects.count() == 0


def test_a_blocked_shot_refuses_the_whole_board(press):
    cruel = "a man stabs a woman with a knife until she is dead, blood and gore everywhere"
    press("render", **{f"prompt-{B}": cruel})
    assert Job.objects.get().state in {State.REFUSED, State.HELD}


def test_a_sent_board_is_sent_once_and_stays_as_it_is(press, storyboard, desk):
    press("render")
    assert press("render").status_code == 409
    assert press("save").status_code == 409
    assert Job.objects.count() == 1
    response = desk.get(reverse("storyboards:board", args=[storyboard.pk]))
    assert response["Location"] == reverse("studio:job", args=[Job.objects.get().pk])


def test_a_copy_can_be_changed(press, desk, storyboard):
    press("render")
    desk.post(reverse("storyboards:copy", args=[storyboard.pk]))
    copy = Storyboard.objects.exclude(pk=storyboard.pk).get()
    assert prompts(copy) == prompts(storyboard)
    assert copy.job is None


def test_a_draft_can_be_deleted_a_sent_board_cannot(desk, storyboard, creator):
    sent = services.begin(creator, Draft.empty("1:1"))
    sent.job = make_job(creator)
    sent.save()
    desk.post(reverse("storyboards:delete", args=[storyboard.pk]))
    assert desk.post(reverse("storyboards:delete", args=[sent.pk])).status_code == 409
    assert list(Storyboard.objects.all()) == [sent]


def test_two_who_send_at_once_make_one_job(creator):
    draft = Draft(tuple(DraftShot(prompt="a cat", seconds="1") for _ in range(2)))
    storyboard = services.begin(creator, draft)
    stale = Storyboard.objects.get(pk=storyboard.pk)
    services.submit(storyboard, draft)
    with pytest.raises(Conflict):
        services.submit(stale, draft)
    assert Job.objects.count() == 1


def test_the_job_page_lists_the_shots_and_which_one_is_rendered(press, desk):
    press("render")
    Job.objects.update(state=State.RENDERING, stage="shot 2 of 2", step=5, steps=8)
    page = desk.get(reverse("studio:job", args=[Job.objects.get().pk])).content.decode()
    words = re.findall(r"s · ([a-z ]+)<", page)
    assert words == ["rendered", "rendering now"]
    assert "Shot 2 of 2" in page


def test_the_poll_tells_which_shot(press, desk):
    press("render")
    Job.objects.update(state=State.RENDERING, stage="shot 2 of 2", step=5, steps=8)
    told = desk.get(reverse("studio:status", args=[Job.objects.get().pk])).json()
    assert told["part"] == 2


def quality(card: QualityCard, *failures: str) -> dict[str, object]:
    attempt = {"seed": 7, "card": card.as_dict(), "failures": list(failures)}
    return {"seed": 7, "quality": {"attempts": [attempt], "kept": 0}}


def test_the_clip_page_shows_every_shot_with_its_quality(press, desk, world, storyboard):
    press("render")
    storyboard.refresh_from_db()
    shots = [quality(FINE), quality(replace(FINE, flicker=9.0), "flicker")]
    told = {"transition": "crossfade", "cuts": [0.0, 0.9], "identity": None, "shots": shots}
    Job.objects.filter(pk=storyboard.job_id).update(generation={"steps": 4, "storyboard": told})
    world.clip.job = Job.objects.get(pk=storyboard.job_id)
    world.clip.save()
    page = desk.get(reverse("studio:clip", args=[world.clip.pk])).content.decode()
    assert "from 0.9 s" in page
    assert "Crossfade" in page
    assert page.count("Weak") == 2
    assert "way=take" not in page  # a storyboard is no recipe of a single shot
    assert reverse("storyboards:copy", args=[storyboard.pk]) in page


def test_the_list_shows_drafts_and_what_became_of_others(desk, press, storyboard):
    press("save")
    page = desk.get(reverse("storyboards:home")).content.decode()
    assert FORM[f"prompt-{A}"] in page
    assert "Draft" in page
