"""Whether an upload still looks like the published clip that it is led to.

It is laid over the clip's reference (`fingerprint`) and compared place by place: it matches, or it
was altered (when, where), or it is other content with a transplanted mark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import cv2
import numpy as np

from provenance.alignment import (
    Grid,
    Pairing,
    Placement,
    distances,
    lay,
    pair,
    place,
    straightened,
)
from provenance.difference import Moment, compared, hue_differs, is_pale, photometric
from provenance.fingerprint import CHROMA_PITCH, Reference
from provenance.likeness import Likeness
from provenance.localise import ALTERED_AREA, Changes, Region, alterations, heatmap
from provenance.perspective import NONE, remaining
from provenance.watermark.geometry import Geometry
from provenance.watermark.planes import Bytes, Floats, as_floats

_LEAST_MISSING = 0.4
"""Seconds at an end of the clip below which nothing counts as left out: no line is surer."""


class ContentState(StrEnum):
    """What an upload is, compared with the registered clip whose mark it carries."""

    MATCHES = "matches"
    ALTERED = "altered"
    OTHER = "other"


class Colour(StrEnum):
    """What became of a clip's colours. A grey copy matches and is told to be one; a copy recoloured
    in parts or as a whole is altered."""

    SAME = "same"
    LOST = "lost"
    CHANGED = "changed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ContentMatch:
    """The answer of `compare`.

    Args:
        state: the verdict.
        score: share of the clip's structure found again, 0 … 1, median over time.
        motion: the same of what moves in it: two clips may share a landscape.
        covered: whether all that differs lies under a cover that stands still.
        colour: whether its colours are found again.
        segments: (start, end) in seconds of the upload in which it differs.
        regions: where it differs.
        heatmap: (h/8, w/8) share of the compared time in which each place differs, 0 … 1.
        coverage: share of the clip's time that the upload shows.
        start: upload seconds at which the clip's first second lies (may be negative).
        speed: clip seconds per upload second.
        clip_seconds: length of the clip.
        missing: (start, end) in seconds of the clip that the upload leaves out at its ends.
    """

    state: ContentState
    score: float
    segments: tuple[tuple[float, float], ...] = ()
    regions: tuple[Region, ...] = ()
    heatmap: Floats | None = None
    coverage: float = 0.0
    start: float = 0.0
    speed: float = 1.0
    clip_seconds: float = 0.0
    missing: tuple[tuple[float, float], ...] = ()
    motion: float = 0.0
    covered: bool = False
    colour: Colour = Colour.UNKNOWN


def compare(
    luma: Sequence[Bytes],
    geometry: Geometry | None,
    reference: Reference,
    *,
    fps: float | None = None,
    chroma: Sequence[Bytes] | None = None,
) -> ContentMatch:
    """Whether an upload shows the registered clip.

    Args:
        luma: (h, w) uint8 luma planes of the upload, in order of time.
        geometry: where the detector found the mark; None takes the upload for the whole clip.
        reference: of the clip that the mark names.
        fps: of the upload; None for the clip's own.
        chroma: (h', w', 2) uint8 coarse Cb and Cr of each frame; None leaves colour uncompared.
    """
    placed = place(luma, geometry, reference.thumbnails, reference.size)
    if not placed.visible.any():
        return ContentMatch(ContentState.OTHER, 0.0)
    rate = fps or reference.fps
    upload_seconds = as_floats(placed.indices / rate)
    pairing = _paired(reference, placed, upload_seconds)
    if pairing is None:
        return ContentMatch(ContentState.OTHER, 0.0)
    moments = _moments(reference, placed, pairing)
    seen = _seen(reference, placed, pairing, moments)
    if geometry is None and seen.is_other(nearly=True):
        return _other(seen, len(moments) / len(reference.thumbnails))
    width = luma[0].shape[1]
    colour, hues = _colours(reference, chroma, width, placed, pairing)
    best = _changes(moments, hues)
    if seen.is_other() or _is_suspect(best, placed):
        placed, pairing, moments = _straightened(
            reference, luma, placed, pairing, moments, upload_seconds
        )
        seen = _seen(reference, placed, pairing, moments)
        colour, hues = _colours(reference, chroma, width, placed, pairing)
        best = _changes(moments, hues)
    coverage = len(moments) / len(reference.thumbnails)
    if seen.is_other():
        return _other(seen, coverage)
    nominal = best
    # At another speed frames are never quite in time.
    if _is_suspect(best, placed) and pairing.speed == 1:
        straight = replace(pairing, upload=pairing.nominal)
        hues = _colours(reference, chroma, width, placed, straight)[1]
        nominal = _changes(_moments(reference, placed, straight), hues)
    when = upload_seconds[pairing.nominal]
    found = alterations(best, nominal, when, int(placed.visible.sum()), len(luma) / rate)
    segments = tuple((each.start, each.end) for each in found)
    length = reference.frames / reference.fps
    return ContentMatch(
        ContentState.ALTERED if segments else ContentState.MATCHES,
        seen.score,
        segments,
        tuple(region for each in found for region in each.regions),
        heatmap(best, found),
        coverage,
        pairing.start,
        pairing.speed,
        length,
        _missing(pairing, len(luma) / rate, length),
        seen.motion,
        seen.beside is not None
        and not _lasts(replace(best, places=best.places & seen.beside), placed),
        colour,
    )


def _other(seen: Likeness, coverage: float) -> ContentMatch:
    return ContentMatch(ContentState.OTHER, seen.score, coverage=coverage, motion=seen.motion)


def _paired(reference: Reference, placed: Placement, upload_seconds: Floats) -> Pairing | None:
    distance = distances(reference.thumbnails, placed.pictures, placed.visible)
    return pair(distance, reference.seconds, upload_seconds)


def _seen(
    reference: Reference, placed: Placement, pairing: Pairing, moments: Sequence[Moment]
) -> Likeness:
    shown, laid = reference.thumbnails[pairing.reference], placed.pictures[pairing.upload]
    return Likeness.of(moments, shown, laid, placed.visible)


def _moments(reference: Reference, placed: Placement, pairing: Pairing) -> list[Moment]:
    return [
        compared(reference.thumbnails[left], placed.pictures[right], placed.visible)
        for left, right in zip(pairing.reference, pairing.upload, strict=True)
    ]


def _lasts(changes: Changes, placed: Placement) -> bool:
    """Whether so many places as an alteration has differ at more than one moment."""
    return bool((changes.area() > ALTERED_AREA * placed.visible.sum()).sum() > 1)


def _is_suspect(changes: Changes, placed: Placement) -> bool:
    return bool(changes.area().max() > ALTERED_AREA * placed.visible.sum())


def _straightened(
    reference: Reference,
    luma: Sequence[Bytes],
    placed: Placement,
    pairing: Pairing,
    moments: list[Moment],
    upload_seconds: Floats,
) -> tuple[Placement, Pairing, list[Moment]]:
    """The upload laid by the perspective that its lattice left over, and paired in time anew, if it
    is then more alike: pictures that lie askew are most alike at a wrong moment. Asked only where
    a mark says that it is the clip, or the content nearly does: it must never make another clip
    pass."""
    wanted = reference.thumbnails[pairing.reference]
    seen = np.stack([
        photometric(placed.pictures[right], as_floats(left), placed.visible)
        for left, right in zip(wanted, pairing.upload, strict=True)
    ])  # fmt: skip
    plane = remaining(wanted, seen, placed.visible)
    if plane is NONE:
        return placed, pairing, moments
    again = straightened(luma, placed, plane, reference.size)
    timed = _paired(reference, again, upload_seconds) or pairing
    closer = _moments(reference, again, timed)
    now, before = (np.mean([each.likeness for each in stack]) for stack in (closer, moments))
    return (again, timed, closer) if now > before else (placed, pairing, moments)


def _changes(moments: Sequence[Moment], hues: Changes) -> Changes:
    """In outline, level or hue."""
    places = np.stack([moment.different for moment in moments])
    excess = np.stack([moment.excess for moment in moments])
    return Changes(places | hues.places, as_floats(np.maximum(excess, hues.excess)))


def _colours(
    reference: Reference,
    chroma: Sequence[Bytes] | None,
    width: int,
    placed: Placement,
    pairing: Pairing,
) -> tuple[Colour, Changes]:
    """What became of the colours, and where at each moment, in thumbnail places, hues changed."""
    shape = (len(pairing.reference), *placed.visible.shape)
    nowhere = Changes(np.zeros(shape, np.bool_), np.zeros(shape, np.float32))
    if reference.chroma is None or chroma is None:
        return Colour.UNKNOWN, nowhere
    wanted = reference.chroma[pairing.reference]
    grid = Grid(reference.size, CHROMA_PITCH, (wanted.shape[1], wanted.shape[2]))
    seen = lay(chroma, width, placed, grid, placed.indices[pairing.upload])
    share = cv2.resize(as_floats(placed.visible), grid.shape[::-1], interpolation=cv2.INTER_AREA)
    visible = share > 0.99
    if not visible.any():
        return Colour.UNKNOWN, nowhere
    if is_pale(wanted, seen, visible):
        return Colour.LOST, nowhere
    hues = [hue_differs(*each, visible) for each in zip(wanted, seen, strict=True)]
    places, excess = (
        np.stack([
            cv2.resize(as_floats(each), shape[:0:-1], interpolation=cv2.INTER_NEAREST)
            for each in part
        ])
        for part in zip(*hues, strict=True)
    )  # fmt: skip
    changes = Changes(places > 0, as_floats(excess))
    return (Colour.CHANGED if _lasts(changes, placed) else Colour.SAME), changes


def _missing(pairing: Pairing, shown: float, length: float) -> tuple[tuple[float, float], ...]:
    """What of a clip of this length lies before and after an upload that shows so many seconds."""
    first, last = ((at - pairing.start) * pairing.speed for at in (0.0, shown))
    ends = ((0.0, first), (last, length))
    return tuple((start, end) for start, end in ends if end - start > _LEAST_MISSING)
