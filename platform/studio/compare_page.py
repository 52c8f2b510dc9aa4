"""Clips of one family side by side."""

from dataclasses import dataclass

from studio import services
from studio.lineage import Change, changes, others_of
from studio.models import Clip, Way
from studio.origins import key_of

MOST = 4
"""Clips side by side; more would be too small to see."""


@dataclass(frozen=True, slots=True)
class Pane:
    """One clip, with what differs from the first."""

    clip: Clip
    way: str
    prompt: str
    seed: int
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class Choice:
    clip: Clip
    word: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    panes: list[Pane]
    choices: list[Choice]


def compare(clip: Clip, wanted: list[str]) -> Comparison:
    """A clip beside others of its family; without a wish, beside the nearest."""
    others = others_of(clip)
    keys = {key_of(each) for each in wanted}
    chosen = [other for other in others if other.pk in keys] or others
    chosen = chosen[: MOST - 1]
    return Comparison(
        panes=[_pane(each, clip) for each in (clip, *chosen)],
        choices=[Choice(other, _word(other, clip), other in chosen) for other in others],
    )


def _pane(clip: Clip, first: Clip) -> Pane:
    shot = clip.job.shot
    return Pane(
        clip=clip,
        way=str(Way(shot.way).label),
        prompt=services.prompt_of(shot),
        seed=clip.job.generation.get("seed", shot.seed),
        changes=[] if clip.pk == first.pk else changes(shot, first.job.shot),
    )


def _word(clip: Clip, first: Clip) -> str:
    """A few words by which somebody knows which one is meant."""
    told = ", ".join(change.now for change in changes(clip.job.shot, first.job.shot)[:2])
    return f"{Way(clip.job.shot.way).label}: {told}" if told else str(Way(clip.job.shot.way).label)
