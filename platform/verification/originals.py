"""Pictures of our own published clip beside what was found in a copy of it.

The copy is gone by then; what differed in it is known as times, boxes and a map of the picture.
"""

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _
from PIL import Image

from provenance import frame_at
from registry.credentials import public_file
from registry.selectors import record_with_mark
from studio.models import Clip
from verification.limits import decoding
from verification.models import Report

MOST_STILLS = 3
_SIDE = 640
_MOST_PLACES = 48
"""Of the heat map each way: more would not be seen, and would weigh on the page."""
_LEVELS = (64, 128, 192)
"""Out of 255, from which a place counts as differing now and then, often, nearly always."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A run of places in one row of the heat map; sizes in per cent of the picture."""

    x: float
    y: float
    width: float
    height: float
    level: int
    """1 to 3."""


@dataclass(frozen=True, slots=True)
class Box:
    """A place that differs, in per cent of the picture, and in words."""

    x: float
    y: float
    width: float
    height: float
    where: str


@dataclass(frozen=True, slots=True)
class Moment:
    """One altered stretch: what the published clip shows in its middle, and where the copy
    differs from that."""

    place: int
    start: float
    end: float
    clip_second: float
    boxes: list[Box]


def clip_of(report: Report) -> Clip | None:
    """The clip that our record leads to, while it is public."""
    found = report.examination["record"]
    if found is None or found["taken_down"]:
        return None
    record = record_with_mark(found["mark_id"])
    return record.clip if record and record.clip.taken_down_at is None else None


def moments(report: Report) -> list[Moment]:
    """The first altered stretches, with the second of the published clip that belongs to each."""
    content = report.examination["content"] or {}
    found = []
    for place, (start, end) in enumerate((content.get("segments") or [])[:MOST_STILLS]):
        middle = ((start + end) / 2 - content.get("start", 0.0)) * content.get("speed", 1.0)
        boxes = [
            _box(region)
            for region in content["regions"]
            if region["start"] < end and region["end"] > start
        ]
        found.append(Moment(place, start, end, max(0.0, round(middle, 2)), boxes))
    return found


def still(report: Report, place: int) -> bytes | None:
    """The published clip at a moment, as JPEG; None without one. Raises `Busy`."""
    clip = clip_of(report)
    there = next((each for each in moments(report) if each.place == place), None)
    if clip is None or there is None:
        return None
    return _jpeg(clip.file, clip.sha256, there.clip_second)


@lru_cache(maxsize=64)
def _jpeg(name: str, _sha256: str, second: float) -> bytes:
    """A published file never changes, so a moment of it is decoded once a process."""
    with decoding():
        frame = frame_at(public_file(name), second, _SIDE)
    buffer = io.BytesIO()
    Image.fromarray(frame).save(buffer, "JPEG", quality=82)
    return buffer.getvalue()


def heat(report: Report) -> list[Cell]:
    """The heat map as runs of equal level, row by row; coarse enough for a page."""
    rows = (report.examination["content"] or {}).get("heatmap") or []
    if not rows:
        return []
    step = math.ceil(max(len(rows), len(rows[0])) / _MOST_PLACES)
    coarse = [_coarse(rows[y : y + step], step) for y in range(0, len(rows), step)]
    across, down = 100 * step / len(rows[0]), 100 * step / len(rows)
    return [
        Cell(
            round(across * start, 2),
            round(down * y, 2),
            round(across * (end - start), 2),
            round(down, 2),
            level,
        )
        for y, row in enumerate(coarse)
        for start, end, level in _runs(row)
    ]


def _coarse(rows: list[list[int]], step: int) -> list[int]:
    """Levels of one row of places, each as strong as the strongest in it."""
    strongest = [max(column) for column in zip(*rows, strict=True)]
    values = [max(strongest[x : x + step]) for x in range(0, len(strongest), step)]
    return [sum(value >= bound for bound in _LEVELS) for value in values]


def _runs(levels: list[int]) -> Iterator[tuple[int, int, int]]:
    """(start, end, level) of each run that has a level."""
    for level, places in groupby(enumerate(levels), key=lambda each: each[1]):
        at = [x for x, _level in places]
        if level:
            yield at[0], at[-1] + 1, level


def _box(region: dict[str, Any]) -> Box:
    return Box(
        *(round(100 * region[name], 2) for name in ("x", "y", "width", "height")),
        where=_where(region["x"] + region["width"] / 2, region["y"] + region["height"] / 2),
    )


def _where(x: float, y: float) -> str:
    """The ninth of the picture that a point lies in, in words."""
    words = (
        (_("top left"), _("top"), _("top right")),
        (_("left"), _("centre"), _("right")),
        (_("bottom left"), _("bottom"), _("bottom right")),
    )
    return words[min(2, int(3 * y))][min(2, int(3 * x))]
