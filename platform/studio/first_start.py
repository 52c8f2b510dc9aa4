"""What a studio needs before its doors open. Every step looks first and repeats nothing."""

import uuid

from django.conf import settings
from django.core.management import call_command

from accounts.services import NewPerson, create_demo_people, demo_creator
from generation import GenerationRequest
from jobs import signing
from jobs.models import Job, State
from registry.export import write_missing
from studio.models import Clip
from studio.services import place

FIRST_PROMPT = "a red balloon rising over the hills"


def prepare() -> list[NewPerson]:
    """Folders, tables, keys, demo people. Returns the people made now, with their passwords."""
    for folder in (settings.PUBLIC_DIR, settings.PRIVATE_DIR, settings.UPLOADS_DIR):
        folder.mkdir(parents=True, exist_ok=True)
    call_command("migrate", interactive=False, verbosity=0)
    signing.set_up()
    write_missing()
    return create_demo_people()


def first_job() -> Job:
    """The job behind the studio's first clip, asked for now if there is none that can succeed."""
    creator = demo_creator()
    hopeful = Job.objects.exclude(state__in=(State.FAILED, State.REFUSED, State.CANCELLED))
    job = hopeful.filter(owner=creator).order_by("created_at").first()
    return job or place(creator, GenerationRequest(FIRST_PROMPT, seed=1))


def verification_address(clip: Clip) -> str:
    """Where anybody can look at a clip and its credentials."""
    return f"{settings.KINEMARK_URL}/c/{clip.pk}/"


def clip_of(job_id: uuid.UUID) -> Clip | None:
    return Clip.objects.filter(job_id=job_id).first()
