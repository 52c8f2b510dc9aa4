"""Rows that many tests need."""

from accounts.models import Person
from accounts.sealing import commitment, new_salt, seal
from jobs.models import Job, State
from studio.models import Shot

PROMPT = "a red balloon rising over the hills"


def make_job(
    owner: Person, state: State = State.QUEUED, *, prompt: str = PROMPT, **fields: object
) -> Job:
    """A job in any state, with its shot, as if it had come that far."""
    salt = new_salt()
    shot = Shot.objects.create(
        owner=owner,
        prompt_sealed=seal(prompt),
        salt=salt,
        commitment=commitment(prompt, salt),
        aspect="1:1",
        seconds=1.0,
        seed=1,
    )
    return Job.objects.create(shot=shot, owner=owner, state=state, **fields)
