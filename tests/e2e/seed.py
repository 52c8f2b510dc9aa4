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
    from studio.first_start import prepare
    from tests.making import make_job
    from tests.web.conftest import finding, make_clip, make_report, screen

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
    return {
        "held": reverse("studio:job", args=[held.pk]),
        "refused": reverse("studio:job", args=[refused.pk]),
        "failed": reverse("studio:job", args=[failed.pk]),
        "clip": reverse("studio:clip", args=[clip.pk]),
        "public": reverse("registry:clip", args=[clip.pk]),
        "case": reverse("moderation:case", args=[case.pk]),
        "rendering": reverse("studio:job", args=[rendering.pk]),
        "claimed": reverse("moderation:case", args=[claimed.pk]),
        "report": make_report().get_absolute_url(),
    }


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(seed()))
