"""What can be said of a clip's quality without looking at it, and trying again where it is poor."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.base import Generator, OnProgress, ignore_progress
from generation.camera import CameraMove, asked_camera, camera_motion
from generation.errors import GenerationFailed
from generation.output import GenerationOutput, Progress
from generation.request import MAX_SEED, Frames, GenerationRequest

Judge = Callable[[Frames, int, str], float | None]
"""Frames (T,H,W,3), frames per second and the prompt to an adherence from 0 to 1, or None where the
judge cannot tell."""

AGAIN: Final = ", again"
"""Ends the stage of every progress that belongs to a retry."""

_SIDE: Final = 192  # pixels of the longer side at which flow and brightness are measured
_TILES: Final = 8
_SAME: Final = 0.25  # grey levels of mean difference under which two frames are the same
_SEED_STEP: Final = 0x9E3779B1  # odd: every retry has a seed of its own


class Measure(StrEnum):
    """One line of the card."""

    ADHERENCE = "adherence"
    FLICKER = "flicker"
    WARP_ERROR = "warp-error"
    CAMERA = "camera"
    DUPLICATE_FRAMES = "duplicate-frames"


@dataclass(frozen=True, slots=True)
class QualityCard:
    """What was measured on one clip.

    Attributes:
        adherence: 0 to 1, how much of the prompt a judge sees in the clip; None when there was no
            judge, or none for this prompt: not measured.
        flicker: grey levels (0 to 255) by which the picture's brightness goes to and fro. The
            second difference in time of the mean luma of 8×8 tiles, halved, its median over the
            tiles so that what moves does not count, its mean over time. Of the family of VBench's
            temporal flickering (Huang et al. 2024), without its need for static scenes.
        warp_error: mean absolute difference (0 to 1) between each frame and the next one warped
            back by optical flow, where flow forward and backward agree (Lai et al. 2018, "Learning
            Blind Video Temporal Consistency"; occlusion after Sundaram et al. 2010; DIS flow).
        camera: the camera's motion as measured (`camera.camera_motion`).
        camera_asked: the one that the prompt names, None if it names none.
        duplicate_frames: share of frames that repeat the one before beyond the clip's own rhythm:
            a clip that is drawn on twos, or that stands still throughout, has none.
    """

    adherence: float | None
    flicker: float
    warp_error: float
    camera: CameraMove
    camera_asked: CameraMove | None
    duplicate_frames: float

    @property
    def camera_agrees(self) -> bool | None:
        """Whether the camera does what was asked; None when nothing was."""
        return None if self.camera_asked is None else self.camera is self.camera_asked

    def as_dict(self) -> dict[str, Any]:
        """For JSON; `from_dict` reads it back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> QualityCard:
        """The card that `as_dict` stored. Raises KeyError or ValueError for what is none."""
        asked = stored["camera_asked"]
        return cls(
            adherence=stored["adherence"],
            flicker=stored["flicker"],
            warp_error=stored["warp_error"],
            camera=CameraMove(stored["camera"]),
            camera_asked=None if asked is None else CameraMove(asked),
            duplicate_frames=stored["duplicate_frames"],
        )


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where a clip is poor enough to try again.

    Set on renders of generation.embedded.world, whole and damaged: flicker and warp error a quarter
    above what 98 of 100 whole renders stay below, the others between whole and damaged. Figures:
    benchmarks/generation/quality.json. A camera fails only when it clearly does something else than
    was asked; a move too faint to measure does not.
    """

    adherence: float = 0.5
    flicker: float = 1.5
    warp_error: float = 0.023
    duplicate_frames: float = 0.15

    def failures(self, card: QualityCard) -> tuple[Measure, ...]:
        """The measures that are on the wrong side; what was not measured cannot fail."""
        failed = {
            Measure.ADHERENCE: card.adherence is not None and card.adherence < self.adherence,
            Measure.FLICKER: card.flicker > self.flicker,
            Measure.WARP_ERROR: card.warp_error > self.warp_error,
            Measure.CAMERA: card.camera_agrees is False and card.camera is not CameraMove.STATIC,
            Measure.DUPLICATE_FRAMES: card.duplicate_frames > self.duplicate_frames,
        }
        return tuple(measure for measure, fails in failed.items() if fails)

    def excess(self, card: QualityCard) -> float:
        """How far beyond the thresholds a card is, each measure in units of its threshold."""
        over = [
            card.flicker / self.flicker - 1,
            card.warp_error / self.warp_error - 1,
            card.duplicate_frames / self.duplicate_frames - 1,
        ]
        if card.adherence is not None:
            over.append(1 - card.adherence / self.adherence)
        return sum(max(0.0, each) for each in over)


def assess(frames: Frames, fps: int, prompt: str = "", judge: Judge | None = None) -> QualityCard:
    """Measure a clip of (T,H,W,3) uint8 frames, T at least 1."""
    lumas = [_luma(frame) for frame in frames]
    return QualityCard(
        adherence=None if judge is None else judge(frames, fps, prompt),
        flicker=round(flicker(lumas), 4),
        warp_error=round(warp_error(lumas), 5),
        camera=camera_motion(lumas, fps).move,
        camera_asked=asked_camera(prompt),
        duplicate_frames=round(duplicate_frames(lumas), 4),
    )


def flicker(lumas: list[NDArray[np.uint8]]) -> float:
    """See `QualityCard.flicker`; frames (h,w) of one size."""
    if len(lumas) < 3:
        return 0.0
    size = (_TILES, _TILES)
    means = np.array(
        [cv2.resize(x.astype(np.float32), size, interpolation=cv2.INTER_AREA) for x in lumas]
    )
    swing = np.abs(means[2:] - 2 * means[1:-1] + means[:-2]) / 2
    return float(np.median(swing, axis=(1, 2)).mean())


def warp_error(lumas: list[NDArray[np.uint8]]) -> float:
    """See `QualityCard.warp_error`; frames (h,w) of one size."""
    if len(lumas) < 2:
        return 0.0
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
    errors = [_pair_error(first, second, flow) for first, second in itertools.pairwise(lumas)]
    return float(np.mean(errors)) / 255


def _pair_error(
    first: NDArray[np.uint8], second: NDArray[np.uint8], flow: cv2.DISOpticalFlow
) -> float:
    """Mean absolute difference (grey levels) after warping, where nothing is hidden."""
    blank = np.zeros((*first.shape, 2), np.float32)
    forward = flow.calc(first, second, blank.copy())
    backward = flow.calc(second, first, blank.copy())
    columns, rows = np.meshgrid(
        np.arange(first.shape[1], dtype=np.float32), np.arange(first.shape[0], dtype=np.float32)
    )
    x, y = columns + forward[..., 0], rows + forward[..., 1]
    warped = cv2.remap(second, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    returned = cv2.remap(backward, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    gap = ((forward + returned) ** 2).sum(-1)
    seen = gap <= 0.01 * ((forward**2).sum(-1) + (returned**2).sum(-1)) + 0.5
    if not seen.any():
        return 255.0
    return float(cv2.absdiff(first, warped)[seen].mean())


def duplicate_frames(lumas: list[NDArray[np.uint8]]) -> float:
    """See `QualityCard.duplicate_frames`; frames (h,w) of one size."""
    if len(lumas) < 2:
        return 0.0
    pairs = itertools.pairwise(lumas)
    repeats = [float(cv2.absdiff(first, second).mean()) < _SAME for first, second in pairs]
    # How many frames each drawing is held beyond its first: one number for every drawing.
    holds = [0]
    for repeat in repeats:
        if repeat:
            holds[-1] += 1
        else:
            holds.append(0)
    rhythm = float(np.median(holds))
    return sum(max(0.0, hold - rhythm) for hold in holds) / len(repeats)


def _luma(frame: Frames) -> NDArray[np.uint8]:
    height, width = frame.shape[:2]
    scale = min(1.0, _SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    luma = cv2.cvtColor(np.ascontiguousarray(frame), cv2.COLOR_RGB2GRAY)
    return cv2.resize(luma, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One rendering and what was wrong with it; empty `failures`: nothing."""

    seed: int
    card: QualityCard
    failures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Checks:
    """How a clip is checked: thresholds, how many renderings it may cost, who judges adherence."""

    thresholds: Thresholds = Thresholds()
    attempts: int = 2
    judge: Judge | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """The best of the attempts. `output.seed` is the seed that made it."""

    output: GenerationOutput
    attempts: tuple[Attempt, ...]
    kept: int

    @property
    def card(self) -> QualityCard:
        """The card of the attempt that was kept."""
        return self.attempts[self.kept].card


def generate_checked(
    generator: Generator,
    request: GenerationRequest,
    checks: Checks | None = None,
    on_progress: OnProgress = ignore_progress,
) -> Checked:
    """Make a clip, and make it again with another seed while it is below the thresholds.

    Never more than `checks.attempts` renderings; of those the best is kept: fewest failures, then
    least excess, then the earliest. The same request gives the same seeds. Progress of a retry has
    a stage that ends in `AGAIN`; what `on_progress` raises comes out at once, as in `generate`.
    A retry that fails for want of the system leaves what there is.

    Raises InvalidRequest and GenerationFailed as `Generator.generate` does.
    """
    checks = checks or Checks()
    output = generator.generate(request, on_progress)
    attempts = [_judged(output, request.prompt, checks)]
    kept = 0
    while attempts[-1].failures and len(attempts) < checks.attempts:
        seed = (request.seed + len(attempts) * _SEED_STEP) & MAX_SEED
        try:
            other = generator.generate(replace(request, seed=seed), _retold(on_progress))
        except GenerationFailed:
            break
        attempts.append(_judged(other, request.prompt, checks))
        if _rank(attempts[-1], checks) < _rank(attempts[kept], checks):
            output, kept = other, len(attempts) - 1
    return Checked(output, tuple(attempts), kept)


def _judged(output: GenerationOutput, prompt: str, checks: Checks) -> Attempt:
    card = assess(output.frames, output.fps, prompt, checks.judge)
    return Attempt(output.seed, card, checks.thresholds.failures(card))


def _rank(attempt: Attempt, checks: Checks) -> tuple[int, float]:
    """The smaller, the better."""
    return len(attempt.failures), checks.thresholds.excess(attempt.card)


def _retold(on_progress: OnProgress) -> OnProgress:
    def tell(progress: Progress) -> None:
        on_progress(replace(progress, stage=progress.stage + AGAIN))

    return tell
