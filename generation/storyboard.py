"""Several shots in order, made to belong together, joined to one clip."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import combinations
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from generation.base import Generator, Limits, OnProgress, ignore_progress
from generation.errors import InvalidRequest
from generation.output import Progress
from generation.quality import AGAIN, Checked, Checks, generate_checked
from generation.request import Ability, Aspect, Frames, GenerationRequest

MIN_SHOTS: Final = 2
MAX_SHOTS: Final = 8
MAX_TOTAL_SECONDS: Final = 24.0

_TRANSITION_SECONDS: Final = 0.5
_CONTEXT_SECONDS: Final = 1.0
_STAGE: Final = re.compile(r"shot (\d+) of (\d+)")

Embed = Callable[[Frames], NDArray[np.float32]]
"""Frames (T,H,W,3) to a unit vector (D,) that says who or what is in them."""


class Transition(StrEnum):
    """How one shot becomes the next."""

    CUT = "cut"
    CROSSFADE = "crossfade"
    FADE = "fade through black"


@dataclass(frozen=True, slots=True)
class Storyboard:
    """What to make.

    Attributes:
        shots: 2 to 8 requests of one aspect, together at most 24 seconds.
        transition: between all of them.
        seed: of every shot, in place of its own: the same noise draws the same subject alike.
        continuity: let each shot start from the end of the one before, where the model can.

    Raises:
        InvalidRequest: generation.storyboard-shots, -aspect or -seconds.
    """

    shots: tuple[GenerationRequest, ...]
    transition: Transition = Transition.CUT
    seed: int = 0
    continuity: bool = True

    def __post_init__(self) -> None:
        if not MIN_SHOTS <= len(self.shots) <= MAX_SHOTS:
            raise InvalidRequest(
                "generation.storyboard-shots",
                f"A storyboard has {MIN_SHOTS} to {MAX_SHOTS} shots; this one has "
                f"{len(self.shots)}.",
                "Add shots, or make two storyboards.",
            )
        if len({shot.aspect for shot in self.shots}) > 1:
            raise InvalidRequest(
                "generation.storyboard-aspect",
                "The shots have different formats.",
                "Choose one format for all of them.",
            )
        total = sum(shot.seconds for shot in self.shots)
        if total > MAX_TOTAL_SECONDS:
            raise InvalidRequest(
                "generation.storyboard-seconds",
                f"The shots last {total:g} seconds together; the most is {MAX_TOTAL_SECONDS:g}.",
                "Make some of them shorter.",
            )
        seeded = (replace(shot, seed=self.seed) for shot in self.shots)
        object.__setattr__(self, "shots", tuple(seeded))

    @property
    def aspect(self) -> Aspect:
        """The one of all shots."""
        return self.shots[0].aspect

    def check(self, limits: Limits) -> None:
        """Raise InvalidRequest if a shot is outside a generator's limits."""
        for shot in self.shots:
            limits.check(shot)


@dataclass(frozen=True, slots=True)
class StoryboardOutput:
    """A finished storyboard.

    Attributes:
        frames: (T,H,W,3) uint8, the joined clip.
        fps: frames per second.
        cuts: seconds at which each shot begins in the joined clip; the first is 0. In a crossfade
            it is the middle.
        shots: every shot with its card, its frames as they were before joining.
        identity: mean cosine similarity (-1 to 1) over all pairs of shots of who or what they show;
            None when nothing could tell.
    """

    frames: Frames
    fps: int
    cuts: tuple[float, ...]
    shots: tuple[Checked, ...]
    identity: float | None


class Kept(Protocol):
    """Where finished shots outlive the process, so that none is rendered twice."""

    def load(self, index: int) -> Checked | None:
        """The shot with this index, if it was kept."""
        ...

    def keep(self, index: int, shot: Checked) -> Checked:
        """Keep a shot; returns it as it is kept (its frames may now lie on a disk)."""
        ...


class KeptInMemory:
    """For command lines and benchmarks: nothing outlives the process."""

    def load(self, index: int) -> Checked | None:
        """Nothing was kept."""
        return None

    def keep(self, index: int, shot: Checked) -> Checked:
        """The shot itself."""
        return shot


def render(
    generator: Generator,
    board: Storyboard,
    on_progress: OnProgress = ignore_progress,
    *,
    checks: Checks | None = None,
    embed: Embed | None = None,
    kept: Kept | None = None,
) -> StoryboardOutput:
    """Make all shots in order, each checked as `generate_checked` does, and join them.

    Steps are counted over all shots; the stage names the shot (`shot_of` reads it). Whatever
    `on_progress` raises comes out at once; shots that `kept` has already are not made again.

    Raises InvalidRequest and GenerationFailed as `Generator.generate` does.
    """
    board.check(generator.limits)
    kept = kept or KeptInMemory()
    shots: list[Checked] = []
    for index, request in enumerate(board.shots):
        shot = kept.load(index)
        if shot is None:
            before = shots[-1].output.frames if shots and board.continuity else None
            told = _over_all(on_progress, index, len(board.shots))
            asked = carried_on(request, before, generator.limits)
            shot = kept.keep(index, generate_checked(generator, asked, checks, told))
        shots.append(shot)
    clips = [shot.output.frames for shot in shots]
    fps = shots[0].output.fps
    frames, cuts = join(clips, fps, board.transition)
    return StoryboardOutput(frames, fps, cuts, tuple(shots), identity(clips, embed))


def carried_on(
    request: GenerationRequest, before: Frames | None, limits: Limits
) -> GenerationRequest:
    """The request, starting from the end of the shot before as far as the model can."""
    if before is None:
        return request
    if Ability.CONTINUE in limits.abilities:
        context = max(1, round(_CONTEXT_SECONDS * limits.fps))
        return replace(request, continues=np.asarray(before[-context:]))
    if Ability.FIRST_FRAME in limits.abilities:
        return replace(request, first_frame=np.asarray(before[-1]))
    return request


def join(
    clips: Sequence[Frames], fps: int, transition: Transition
) -> tuple[Frames, tuple[float, ...]]:
    """Clips (T,H,W,3) of one size as one, and the second at which each begins.

    A crossfade overlaps half a second of both; a fade through black takes half a second of each and
    shortens nothing. Neither takes more than a third of a shot.
    """
    span = min([round(_TRANSITION_SECONDS * fps), *(len(clip) // 3 for clip in clips)])
    overlap = span if transition is Transition.CROSSFADE else 0
    total = sum(len(clip) for clip in clips) - overlap * (len(clips) - 1)
    frames = np.empty((total, *clips[0].shape[1:]), np.uint8)
    cuts, at = [0.0], 0
    for index, clip in enumerate(clips):
        first, last = index == 0, index == len(clips) - 1
        if not first:
            at -= overlap
            cuts.append((at + overlap / 2) / fps)
        head = frames[at : at + overlap].copy() if not first else None
        frames[at : at + len(clip)] = clip
        placed = frames[at : at + len(clip)]
        if head is not None and overlap:
            placed[:overlap] = _mixed(head, placed[:overlap])
        if transition is Transition.FADE:
            _fade(placed, span, rise=not first, fall=not last)
        at += len(clip)
    return frames, tuple(round(cut, 4) for cut in cuts)


def _mixed(one: Frames, other: Frames) -> Frames:
    """From the first to the second, both (T,H,W,3); neither end is pure."""
    share = (np.arange(len(one)) + 1) / (len(one) + 1)
    weight = share[:, None, None, None].astype(np.float32)
    return (one * (1 - weight) + other * weight).round().astype(np.uint8)


def _fade(frames: Frames, span: int, *, rise: bool, fall: bool) -> None:
    """Let frames (T,H,W,3) come out of black and go into it, in place."""
    for step in range(span):
        light = step / span
        if rise:
            frames[step] = (frames[step] * light).round()
        if fall:
            frames[-1 - step] = (frames[-1 - step] * light).round()


def identity(clips: Sequence[Frames], embed: Embed | None) -> float | None:
    """Mean cosine similarity of what clips show, over all pairs; None without an embedding."""
    if embed is None or len(clips) < MIN_SHOTS:
        return None
    seen = [np.asarray(embed(clip), np.float64) for clip in clips]
    pairs = [
        float(one @ other / max(1e-12, float(np.linalg.norm(one) * np.linalg.norm(other))))
        for one, other in combinations(seen, 2)
    ]
    return round(float(np.mean(pairs)), 4)


def shot_of(stage: str) -> tuple[int, int] | None:
    """(number of the shot from 1, number of shots) of a stage that `render` reported."""
    found = _STAGE.match(stage)
    return (int(found[1]), int(found[2])) if found else None


def _over_all(on_progress: OnProgress, index: int, count: int) -> OnProgress:
    """Progress of one shot as progress of the whole board."""

    def tell(progress: Progress) -> None:
        again = AGAIN if progress.stage.endswith(AGAIN) else ""
        on_progress(
            Progress(
                stage=f"shot {index + 1} of {count}{again}",
                step=index * progress.steps + progress.step,
                steps=count * progress.steps,
                preview=progress.preview,
            )
        )

    return tell
