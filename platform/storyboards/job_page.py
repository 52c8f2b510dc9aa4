"""The shots of a storyboard while its job runs."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.sealing import unseal
from jobs.models import Job, State
from jobs.workspace import Workspace
from storyboards.selectors import shots_of
from studio.progress import ICONS, part_of


@dataclass(frozen=True, slots=True)
class ShotNow:
    prompt: str
    seconds: float
    icon: str
    word: str


def shots_now(job: Job) -> list[ShotNow]:
    """Every shot, and whether it is done; none for a job of a single shot."""
    words = {"done": _("rendered"), "now": _("rendering now"), "next": _("to come")}
    part, _of = part_of(job)
    rendered = bool(job.generation)
    workspace = Workspace(job.pk)
    shown = []
    for number, shot in enumerate(shots_of(job.pk), start=1):
        state = "next"
        if rendered or (number < part) or workspace.has_shot(number - 1):
            state = "done"
        elif number == part and job.state == State.RENDERING:
            state = "now"
        shown.append(ShotNow(unseal(shot.prompt_sealed), shot.seconds, ICONS[state], words[state]))
    return shown
