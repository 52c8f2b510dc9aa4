"""The storyboard behind a clip: when each shot begins, and how good it came out."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.sealing import unseal
from config.pages import Tag
from generation.storyboard import Transition
from jobs.models import Job
from storyboards.board_page import TRANSITIONS
from storyboards.selectors import shots_of
from studio.quality_page import QualityView, quality_view


@dataclass(frozen=True, slots=True)
class ShotRecipe:
    prompt: str
    begins: float
    seed: int
    tag: Tag
    quality: QualityView


@dataclass(frozen=True, slots=True)
class BoardRecipe:
    shots: list[ShotRecipe]
    transition: str
    alike: str
    """How much the shots show the same, in words."""
    storyboard_id: object


def board_recipe(job: Job) -> BoardRecipe | None:
    """From `Job.generation["storyboard"]`; None for a clip of a single shot."""
    told = job.generation.get("storyboard")
    if not told:
        return None
    shots = [
        _shot(unseal(shot.prompt_sealed), begins, made)
        for shot, begins, made in zip(shots_of(job.pk), told["cuts"], told["shots"], strict=True)
    ]
    return BoardRecipe(
        shots=shots,
        transition=str(TRANSITIONS[Transition(told["transition"])]),
        alike=_alike(told["identity"]),
        storyboard_id=job.storyboard.pk,
    )


def _shot(prompt: str, begins: float, made: dict[str, object]) -> ShotRecipe:
    quality = quality_view(made["quality"])
    weak = sum(line.tag.tone == "partly" for line in quality.lines)
    tag = Tag(_("Weak"), "partly", "partly") if weak else Tag(_("Good"), "yes", "yes")
    return ShotRecipe(prompt, begins, made["seed"], tag, quality)


def _alike(identity: float | None) -> str:
    if identity is None:
        return _("Not measured: this model brings nothing that could tell.")
    return _("%(n).2f of 1: how much all shots show the same subject.") % {"n": identity}
