"""Fills the studio of the browser tests. Run in its own process; prints addresses as JSON."""

import json
from datetime import timedelta
from uuid import uuid4

import numpy as np
from django.utils.timezone import now

PASSWORD = "a long enough password"


def seed() -> dict[str, str]:
    from django.conf import settings
    from django.urls import reverse

    from accounts.models import Person, Role
    from accounts.services import DEMO
    from jobs.models import Gate, State
    from jobs.workspace import Workspace
    from moderation.services import claim, open_case, state_reasons
    from moderation.takedowns import take_down
    from studio.first_start import prepare
    from studio.models import Shot, TakenDown, Way
    from tests.making import make_job
    from tests.verification.making import altered_report
    from tests.web.conftest import finding, make_clip, make_picture, make_report, screen
    from verification.objections import object_to
    from verification.services import share

    prepare()
    for email, _name in DEMO.values():
        person = Person.objects.get(email=email)
        person.set_password(PASSWORD)
        person.save()
    creator = Person.objects.get(email=DEMO[Role.CREATOR][0])

    held = make_job(creator, State.HELD, prompt="a man with a knife", held_at_stage=Gate.PROMPT)
    screen(held, Gate.PROMPT, "review", finding(span=[6, 18]))
    case = open_case(held, Gate.PROMPT)
    refused = make_job(creator, State.REFUSED)
    screen(refused, Gate.PROMPT, "block", finding(decision="block"))
    state_reasons(refused, Gate.PROMPT, "Violence or cruelty", automated=True)
    failed = make_job(
        creator,
        State.FAILED,
        fault_code="jobs.disk-full",
        fault_message="The studio's disk is full.",
        fault_advice="Try again later.",
        fault_retryable=True,
    )
    rendering = make_job(
        creator,
        State.RENDERING,
        step=7,
        steps=20,
        preview="preview.jpg",
        token=uuid4(),
        lease_until=now() + timedelta(days=1),  # no worker will touch it
    )
    other = make_job(creator, State.HELD, prompt="two dancers", held_at_stage=Gate.MEDIA)
    screen(other, Gate.MEDIA, "review", finding(field="frames", seconds=[0.0, 0.5]))
    grey = np.full((8, 64, 64, 3), 120, np.uint8)
    Workspace(rendering.pk).save_preview(grey[0])
    Workspace(other.pk).save_preview(grey[0])
    Workspace(other.pk).save_strip(grey)
    claimed = open_case(other, Gate.MEDIA)
    claim(claimed, Person.objects.get(email=DEMO[Role.ADMIN][0]))
    settings.PUBLIC_DIR.mkdir(parents=True, exist_ok=True)
    clip = make_clip(creator, settings.PUBLIC_DIR)
    take = make_clip(creator, settings.PUBLIC_DIR)
    Shot.objects.filter(pk=take.job.shot_id).update(parent=clip, way=Way.TAKE, seed=2)
    sent = make_job(creator, State.HELD, prompt="a kite", held_at_stage=Gate.PROMPT)
    Shot.objects.filter(pk=sent.shot_id).update(picture=make_picture(creator))
    screen(sent, Gate.PROMPT, "review", finding(field="upload"))
    gone = make_clip(creator, settings.PUBLIC_DIR)
    take_down(gone, TakenDown.LIKENESS, None, "Asked for by the person shown.")
    altered = altered_report(clip)
    objection = object_to(altered, "changes", "The caption was there from the start.")
    seeds = {
        "held": reverse("studio:job", args=[held.pk]),
        "refused": reverse("studio:job", args=[refused.pk]),
        "failed": reverse("studio:job", args=[failed.pk]),
        "clip": reverse("studio:clip", args=[clip.pk]),
        "take": f"{reverse('studio:home')}?way=take&clip={clip.pk}",
        "variations": f"{reverse('studio:home')}?way=variation&clip={clip.pk}",
        "not to be taken": f"{reverse('studio:home')}?way=extend&clip={gone.pk}",
        "compare": reverse("studio:compare", args=[clip.pk]),
        "picture": reverse("moderation:case", args=[open_case(sent, Gate.PROMPT).pk]),
        "public": reverse("registry:clip", args=[clip.pk]),
        "case": reverse("moderation:case", args=[case.pk]),
        "rendering": reverse("studio:job", args=[rendering.pk]),
        "claimed": reverse("moderation:case", args=[claimed.pk]),
        "taken down": reverse("registry:clip", args=[gone.pk]),
        "policy": reverse("policies:version", args=[_policy()]),
        "consent": reverse("rights:consent", args=[_consent(clip).pk]),
        "clip to take down": reverse("moderation:clip", args=[clip.pk]),
        "clip that is down": reverse("moderation:clip", args=[gone.pk]),
        "job of a clip that is down": reverse("studio:job", args=[gone.job_id]),
        "report": make_report().get_absolute_url(),
        "altered": altered.get_absolute_url(),
        "shared": share(altered, 7).get_absolute_url(),
        "objection": reverse("objections:objection", args=[objection.pk]),
    }
    return seeds | _storyboards(creator) | _batches(creator)


def _policy() -> int:
    """A candidate that was tried on what was screened before it."""
    import json

    from accounts.models import Person, Role
    from policies import replays, services
    from policies.models import Replay
    from safety import load_policy

    admin = Person.objects.get(role=Role.ADMIN)
    data = load_policy().as_dict() | {"date": "2026-12-01"}
    data["prompt"]["violence"] |= {"review": 0.9, "block": 0.95, "second_reviewer": True}
    candidate = services.upload(json.dumps(data).encode(), admin)
    run = replays.start(candidate, admin)
    while replays.step():
        pass
    held = Replay.objects.get(pk=run.pk).cursor
    moved = [[held, "review", "allow", ["violence"]]]
    Replay.objects.update(moved=moved, transitions={"review>allow": 1, "allow>allow": 7})
    return candidate.pk


def _consent(clip):
    """One that a clip rests on, one that is over, and somebody who is protected."""
    from accounts.models import Person, Role
    from rights.models import Reliance
    from rights.services import add_consent, protect, revoke

    moderator = Person.objects.get(role=Role.MODERATOR)
    old = add_consent(moderator, "The Fox", None, "parody", now(), None, "letter of 3 May")
    revoke(old, moderator)
    protect(moderator, "Zoë Adler", "DJ Zo")
    consent = add_consent(moderator, "Mo Kim", clip.owner, "", now(), None, "contract 7")
    Reliance.objects.create(clip=clip, consent=consent)
    return consent


def _storyboards(creator) -> dict[str, str]:
    """A draft, one that is being rendered, and the clip of a third."""
    from django.conf import settings
    from django.urls import reverse

    from generation.camera import CameraMove
    from generation.quality import QualityCard
    from jobs.models import Job, State
    from storyboards import services
    from storyboards.drafts import Draft, DraftShot
    from tests.web.conftest import make_clip

    prompts = ("a red balloon over the hills", "the red balloon over the sea")
    draft = Draft(tuple(DraftShot(prompt=prompt) for prompt in prompts), seed="7")
    boards = [services.begin(creator, draft) for _ in range(3)]
    for board in boards[1:]:
        services.submit(board, draft)
        board.refresh_from_db()
    rendering = Job.objects.filter(pk=boards[1].job_id)
    rendering.update(
        state=State.RENDERING,
        stage="shot 2 of 2",
        step=5,
        steps=8,
        token=uuid4(),
        lease_until=now() + timedelta(days=1),
    )
    card = QualityCard(None, 0.2, 0.004, CameraMove.STATIC, CameraMove.PAN_LEFT, 0.0)
    poor = QualityCard(0.4, 3.2, 0.004, CameraMove.ZOOM_IN, CameraMove.PAN_LEFT, 0.3)
    attempts = [
        {"seed": 7, "card": poor.as_dict(), "failures": ["flicker"]},
        {"seed": 9, "card": card.as_dict(), "failures": []},
    ]
    quality = {"attempts": attempts, "kept": 1}
    shots = [{"seed": 9, "quality": quality}, {"seed": 7, "quality": {**quality, "kept": 0}}]
    told = {"transition": "crossfade", "cuts": [0.0, 1.8], "identity": 0.91, "shots": shots}
    generation = {"steps": 4, "seed": 7, "storyboard": told}
    Job.objects.filter(pk=boards[2].job_id).update(state=State.PUBLISHED, generation=generation)
    clip = make_clip(creator, settings.PUBLIC_DIR)
    clip.job = Job.objects.get(pk=boards[2].job_id)
    clip.save()
    single = make_clip(creator, settings.PUBLIC_DIR)
    single.job.generation = {"steps": 4, "seed": 9, "quality": quality}
    single.job.save()
    return {
        "storyboard": reverse("storyboards:board", args=[boards[0].pk]),
        "rendering_storyboard": reverse("studio:job", args=[boards[1].job_id]),
        "storyboard_clip": reverse("studio:clip", args=[clip.pk]),
        "quality": reverse("studio:clip", args=[single.pk]),
    }


def _batches(creator) -> dict[str, str]:
    """A preview with every kind of row, and one that is being made."""
    from django.urls import reverse

    from batches import services
    from jobs.models import Job, State

    table = (
        b"prompt,seed,style,aspect,seconds\n"
        b"a red balloon over the hills,7,,16:9,2\n"
        b"a man stabs a woman with a knife until she is dead,8,,,\n"
        b"=HYPERLINK(1),9,,,\n"
        b"a cat,seven,,,\n"
        b"a blue cat by the sea,10,,,1.5\n"
    )
    looked_at, made = services.preview(creator, table), services.preview(creator, table)
    services.send(made)
    running = Job.objects.filter(batch_row__batch=made)
    running.update(token=uuid4(), lease_until=now() + timedelta(days=1), state=State.RENDERING)
    last = running.order_by("created_at").last()
    fault = {"fault_code": "generation.out-of-memory", "fault_message": "Too little memory."}
    Job.objects.filter(pk=last.pk).update(state=State.FAILED, token=None, **fault)
    return {
        "batch_preview": reverse("batches:batch", args=[looked_at.pk]),
        "batch": reverse("batches:batch", args=[made.pk]),
    }


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(seed()))
