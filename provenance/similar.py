"""Whether an upload without a mark shows one of the few clips that its hashes lead to.

A hash alone proves little: drawings are alike. So a candidate of the `shortlist` counts only if its
reference, laid over the upload place by place, agrees (`fingerprint.compare`), and if what moves in
it does: many clips share a landscape. What a caption hides is not asked for, as long as what lies
beside it agrees beyond doubt.

No theorem bounds the chance of a false match, as one does for the mark; it is measured
(`benchmarks.robustness.lookup`). Two takes of one prompt may be alike enough to be taken for one
another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from provenance.fingerprint import ContentMatch, ContentState, Reference, compare
from provenance.shortlist import BORDERLESS, TURNS, without_borders
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
    lambda plane: plane.T,
    lambda plane: np.rot90(plane, 2).T,
)
"""How a picture is laid over a clip, in the order of PDQ's dihedral hashes."""


@dataclass(frozen=True)
class Similar:
    """Which of the candidates an upload shows, and how the two compare."""

    place: int
    match: ContentMatch


def shown(
    luma: Sequence[Bytes], fps: float, candidates: Iterable[tuple[Reference, int]]
) -> Similar | None:
    """The candidate that an upload shows, or None.

    Args:
        luma: (h, w) uint8 planes of the upload, in order of time, at least one.
        fps: of the upload.
        candidates: references, the likeliest first, and in which way (`shortlist.View`) the upload
            looks like each. Taken one by one: those behind the right one are never asked for.
    """
    for place, (kept, way) in enumerate(candidates):
        planes = without_borders(luma) if way >= BORDERLESS else luma
        turned = [_TURNED[way % TURNS](plane) for plane in planes]
        match = compare(turned, None, kept, fps=fps)
        if _is_the_clip(match):
            return Similar(place, match)
    return None


def _is_the_clip(match: ContentMatch) -> bool:
    same = match.state is not ContentState.OTHER
    alike = match.score >= LIKENESS and match.motion >= MOTION
    return same and (alike or match.covered)
