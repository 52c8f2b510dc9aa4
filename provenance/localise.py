"""When and where an upload differs from the clip that it shows.

A place counts as altered where it differs clearly. An alteration ends, however, where nothing
differs at all: so what is clear is grown, over the time that it is there, into what is fainter and
joined to it. Faint differences alone accuse nobody.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from provenance.watermark.planes import Floats, as_floats

ALTERED_AREA = 0.015
"""Share of the picture that must differ for a moment to be called altered."""
_LEAST_PLACES = 6
"""Places of which a region has at least so many."""
_USUAL_STEP = 1 / 6
"""Seconds between the moments compared, where there is but one."""
_SQUARE = np.ones((3, 3), np.uint8)
_NEAR, _LEFT = np.ones((5, 5), np.uint8), 0.4
"""How far blur reaches, and share of the difference near by that is left at an edge."""


@dataclass(frozen=True)
class Changes:
    """What differs at each compared moment.

    Args:
        places: (n, h, w) bool, where the difference is clear.
        excess: (n, h, w) by how much pictures differ; 1 is the least that is no noise.
    """

    places: NDArray[np.bool_]
    excess: Floats

    def area(self) -> Floats:
        """Of each moment: how many places differ clearly."""
        return as_floats(self.places.sum((1, 2)))


@dataclass(frozen=True)
class Region:
    """An altered place, as shares of the clip's width and height, and when (upload seconds)."""

    x: float
    y: float
    width: float
    height: float
    start: float
    end: float


@dataclass(frozen=True)
class Alteration:
    """Altered from `start` to `end` (upload seconds), in `places` (h, w), at `moments`."""

    start: float
    end: float
    places: NDArray[np.bool_]
    moments: slice

    @property
    def regions(self) -> list[Region]:
        rows, columns = self.places.shape
        shown = self.places.astype(np.uint8)
        count, _, boxes, _ = cv2.connectedComponentsWithStats(shown, connectivity=8)
        return [
            Region(float(x) / columns, float(y) / rows, float(w) / columns, float(h) / rows,
                   self.start, self.end)
            for x, y, w, h, size in boxes[1:count]
            if size >= _LEAST_PLACES
        ]  # fmt: skip


def alterations(
    best: Changes, nominal: Changes, when: Floats, visible: int, end: float
) -> list[Alteration]:
    """The times in which an upload is altered, and the places.

    Args:
        best: at the frames near each moment that are most like the clip.
        nominal: at the frames that lie nearest in time. An edit is escaped by frames before and
            after it, so its first and last moment may show only here; alone they prove nothing,
            for frames get dropped and doubled. Where they differ nowhere else they are in time, and
            show the edit's place; of frames before and after it something may have moved.
        when: upload seconds of each moment.
        visible: how many places of the clip the upload shows.
        end: of the upload, in seconds.
    """
    least = ALTERED_AREA * max(1, visible)
    sure, late = best.area() > least, nominal.area() > least
    beside = np.convolve(sure, np.ones(3), "same") > 0
    altered = sure | (beside & late)
    in_time = not (altered.all() or late[~altered].any())
    pick = (sure & (not in_time))[:, None, None]
    places = np.where(pick, best.places, nominal.places)
    excess = as_floats(np.where(pick, best.excess, nominal.excess))
    half = float(np.median(np.diff(when))) / 2 if len(when) > 1 else _USUAL_STEP / 2
    found = []
    for first, last in _runs(altered):
        if last == first and len(when) > 2:
            continue  # a single moment is a mismatch in time, not an edit
        run = slice(first, last + 1)
        stop = end if last == len(when) - 1 else float(when[last]) + half
        found.append(
            Alteration(
                max(0.0, float(when[first]) - half),
                min(end, stop),
                _grown(places[run].mean(0) >= 0.5, as_floats(np.median(excess[run], axis=0))),
                run,
            )
        )
    return found


def heatmap(best: Changes, found: list[Alteration]) -> Floats:
    """(h, w) share of the compared time in which each place differs, 0 … 1."""
    places = best.places.copy()
    for each in found:
        places[each.moments] |= each.places
    return as_floats(places.mean(0))


def _grown(clear: NDArray[np.bool_], excess: Floats) -> NDArray[np.bool_]:
    """What differs clearly, with what differs faintly and is joined to it; thin lines, which the
    edges of moving things leave, join nothing."""
    faint = cv2.morphologyEx((excess > 1).astype(np.uint8), cv2.MORPH_OPEN, _SQUARE)
    _, labels = cv2.connectedComponents(faint | clear.astype(np.uint8), connectivity=8)
    grown = np.isin(labels, np.unique(labels[clear])) & (labels > 0)
    # Thumbnails are soft: just outside an edge a part of the difference is seen, then nothing.
    sharp = grown & (excess >= _LEFT * as_floats(cv2.dilate(excess, _NEAR)))
    whole = cv2.morphologyEx(sharp.astype(np.uint8), cv2.MORPH_CLOSE, _NEAR) > 0
    return np.asarray(grown & whole, np.bool_)


def _runs(flags: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """(first, last) of each run of true flags."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(int)))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]
