"""Fills the studio of the browser tests. Run in its own process; prints addresses as JSON."""

import json

PASSWORD = "a long enough password"


def seed() -> dict[str, str]:
    from django.conf import settings
    from django.urls import reverse

    from accounts.models import Person, Role
    from accounts.services import DEMO
    from jobs.models import Gate, State
    from moderation.services import open_case, state_reasons
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
    settings.PUBLIC_DIR.mkdir(parents=True, exist_ok=True)
    clip = make_clip(creator, settings.PUBLIC_DIR)
    return {
        "held": reverse("studio:job", args=[held.pk]),
        "refused": reverse("studio:job", args=[refused.pk]),
        "failed": reverse("studio:job", args=[failed.pk]),
        "clip": reverse("studio:clip", args=[clip.pk]),
        "public": reverse("registry:clip", args=[clip.pk]),
        "case": reverse("moderation:case", args=[case.pk]),
        "report": make_report().get_absolute_url(),
    }


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(seed()))
