"""Whether an upload without a mark shows one of the few clips that its hashes lead to.

A hash alone proves little: drawings are alike. So a candidate of the `shortlist` counts only if its
reference, laid over the upload place by place, agrees everywhere (`comparison.compare`), in
outline, in colour and in what moves: many clips share a landscape, and one subject does the same
thing in many. What a caption hides is not asked for, as long as what lies beside it agrees beyond
doubt. A copy that was altered in other ways is not looked for: among many clips there is nearly
always one that differs in so little.

No theorem bounds the chance of a false match, as one does for the mark; it is measured
(`benchmarks.robustness.lookup`). Two takes of one prompt may be alike enough to be taken for one
another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from provenance.comparison import ContentMatch, ContentState, compare
from provenance.fingerprint import Reference
from provenance.shortlist import BORDERLESS, TURNS, Box, cut, inside_borders
from provenance.watermark.planes import Bytes

LIKENESS = 0.7
"""Share of a clip's structure that must be found again for an unmarked upload to be called it."""
MOTION = 0.8
"""The same of what moves in it."""

_TURNED: tuple[Callable[[Bytes], Bytes], ...] = (
    lambda plane: plane,
    lambda plane: np.rot90(plane),
    lambda plane: np.rot90(plane, 2),
    lambda plane: np.rot90(plane, 3),
    lambda plane: plane[::-1],
    lambda plane: plane[:, ::-1],
    lambda plane: plane.swapaxes(0, 1),
    lambda plane: np.rot90(plane, 2).swapaxes(0, 1),
)
"""How a picture is laid over a clip, in the order of PDQ's dihedral hashes."""


@dataclass(frozen=True)
class Similar:
    """Which of the candidates an upload shows, and how the two compare."""

    place: int
    match: ContentMatch


def shown(
    luma: Sequence[Bytes],
    chroma: Sequence[Bytes],
    fps: float,
    candidates: Iterable[tuple[Reference, int]],
) -> Similar | None:
    """The candidate that an upload shows, or None.

    Args:
        luma: (h, w) uint8 planes of the upload, in order of time, at least one.
        chroma: (h', w', 2) uint8 coarse Cb and Cr of each frame.
        fps: of the upload.
        candidates: references, the likeliest first, and in which way (`shortlist.View`) the upload
            looks like each. Taken one by one: those behind the right one are never asked for.
    """
    for place, (kept, way) in enumerate(candidates):
        box = inside_borders(luma) if way >= BORDERLESS else None
        planes, hues = (_seen(each, box, way % TURNS) for each in (luma, chroma))
        match = compare(planes, None, kept, fps=fps, chroma=hues)
        if _is_the_clip(match):
            return Similar(place, match)
    return None


def _seen(planes: Sequence[Bytes], box: Box | None, turn: int) -> list[Bytes]:
    within = planes if box is None else cut(planes, box)
    return [np.ascontiguousarray(_TURNED[turn](plane)) for plane in within]


def _is_the_clip(match: ContentMatch) -> bool:
    alike = match.score >= LIKENESS and match.motion >= MOTION
    return match.covered or (match.state is ContentState.MATCHES and alike)
