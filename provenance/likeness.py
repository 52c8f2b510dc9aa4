"""Whether what an upload shows is a clip at all, or other content with the clip's mark.

Other content may share the clip's landscape: so not only the structure of the pictures must be
found again, but what moves in them. What is hidden under a cover testifies to nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from provenance.difference import Moment
from provenance.localise import ALTERED_AREA
from provenance.watermark.planes import Bytes, Floats, as_floats

Places = NDArray[np.bool_]

OTHER_BELOW = 0.5
"""Share of the picture's structure that must be found again for content to be called the same."""
OTHER_AREA = 0.5
"""Share of the picture that must differ most of the time for content to be called another: a plain
drawing has so few outlines that a busy picture may happen to hold them."""
SAME_ABOVE, MOVES_ABOVE, NEARLY_MOVES = 0.9, 0.77, 0.65
"""Below the first two, in structure (at its best moments) and in what moves, another thing moves
through the same landscape. Of 280 pairs of drawn clips that share one
(`benchmarks.robustness.binding`, tuning set) none reached 0.65 in what moves, of 168 later ones one
had 0.74; a fitted Pareto tail ends below 0.77. From the last a picture without a mark may yet be
laid straight."""
_MOVED = 12.0
"""Grey levels by which a place must leave its usual level to count as moving."""
_LEAST_MOTION = 24
"""Moving places with structure, over all moments, below which a clip is taken to stand still."""
_STILL, _COVERED_TIME = 8.0, 0.8
"""A cover's grey levels change by less, and it hides what lies under it for more of the time."""
_COVER = np.ones((5, 5), np.uint8)
"""Thumbnail pixels of which a cover has at least so many, and its margin."""
_LEAST_LEFT = 0.25
"""Share of what moves that must be left beside a cover. Of 207 pairs of drawn clips (tuning set,
160 with motion left) none then had 0.85 in what moves, nor 0.85 in structure with a quarter left;
copies under a bar of 30 % had 0.91 and 0.93 at the least."""


@dataclass(frozen=True)
class Likeness:
    """How much of a clip is found again in an upload.

    Args:
        score: share of the clip's structure, 0 … 1, median over time.
        at_best: the same at the upper quarter of the moments.
        motion: share of the structure that moves; of all of it where nothing does.
        foreign: share of the picture that differs, median over time.
        beside: places beside a cover that explains what is missing, (h, w); None if none does.
    """

    score: float
    at_best: float
    motion: float
    foreign: float
    beside: Places | None

    @classmethod
    def of(
        cls, moments: Sequence[Moment], thumbnails: Bytes, pictures: Floats, visible: Places
    ) -> Likeness:
        """Of the compared moments; with the clip's and the upload's pictures, (n, h, w), and where
        the upload shows the clip."""
        score, at_best = np.quantile([each.likeness for each in moments], (0.5, 0.75)).tolist()
        different = _stacked(moments, "different")
        foreign = float(np.median(different.sum((1, 2)))) / max(1, int(visible.sum()))
        moving = _stacked(moments, "structured") & _moving(thumbnails)
        motion = score
        if moving.sum() >= _LEAST_MOTION:
            motion = float(_stacked(moments, "found")[moving].mean())
        beside = _beside_a_cover(moments, moving, pictures, visible)
        return cls(score, at_best, motion, foreign, beside)

    def is_other(self, *, nearly: bool = False) -> bool:
        """Whether it is other content; `nearly`, whether it is by far."""
        least = NEARLY_MOVES if nearly else MOVES_ABOVE
        replaced = self.motion < least and self.at_best < SAME_ABOVE
        unlike = (self.score < OTHER_BELOW or replaced) and self.beside is None
        return self.foreign > OTHER_AREA or unlike


def _beside_a_cover(
    moments: Sequence[Moment], moving: Places, pictures: Floats, visible: Places
) -> Places | None:
    """Where an upload shows the clip beyond doubt, in structure and in what moves, if it hides the
    rest under something that stands still, a bar or a plate; of what moves, enough must be left to
    testify."""
    hidden = _stacked(moments, "different").mean(0) > _COVERED_TIME
    still = pictures.max(0) - pictures.min(0) < _STILL
    cover = cv2.morphologyEx((still & hidden).astype(np.uint8), cv2.MORPH_OPEN, _COVER)
    if cover.sum() <= ALTERED_AREA * visible.sum():
        return None
    beside = cv2.dilate(cover, _COVER) == 0
    found, left, moves = (
        _stacked(moments, "found"), _stacked(moments, "structured") & beside, moving & beside
    )  # fmt: skip
    enough = moves.sum() >= max(_LEAST_MOTION, _LEAST_LEFT * moving.sum())
    sure = enough and min(found[moves].mean(), found[left].mean()) > SAME_ABOVE
    return np.asarray(beside, np.bool_) if sure else None


def _stacked(moments: Sequence[Moment], part: str) -> Places:
    return np.stack([getattr(moment, part) for moment in moments])


def _moving(thumbnails: Bytes) -> Places:
    """(n, h, w), where a place of the clip is not at its usual level."""
    levels = as_floats(thumbnails)
    return np.asarray(np.abs(levels - np.median(levels, 0)) > _MOVED, np.bool_)
