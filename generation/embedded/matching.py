"""Find the subject in frames by drawing it: analysis by synthesis.

The perceiver's first guess of who is where is good but not exact. Here candidates are drawn over
the landscape and moved, turned and sized in ever smaller steps until they match what is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.embedded.compose import (
    Canvas,
    band,
    over,
    paint,
    paint_layer,
    place,
    resize,
    slide,
    zoomed,
)
from generation.embedded.layers import PERIOD, Floats, Image, Sprite, Stage, Track

_PLACES: Final = 48  # of a landscape that are tried in a period
_DRIFT: Final = 0.12  # units that a landscape may move within the frames of a start
_SIDE: Final = 96  # of the sprites that are compared
_STEPS: Final = (1.0, 0.5, 0.25, 0.125, 0.06)  # of the first step, from coarse to fine
_FIRST: Final = (0.14, 0.14, 0.35, 0.8)  # units across and down, log radius, radians
_ROUNDS: Final = 2  # at each size of step
_FOREGROUND: Final = 36  # difference from the landscape, of 255, that is not the landscape


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a subject is: centre in units, log radius, radians."""

    x: float
    y: float
    log_radius: float
    rotation: float

    def moved(self, axis: int, step: float) -> Pose:
        """One number changed."""
        values = [self.x, self.y, self.log_radius, self.rotation]
        values[axis] += step
        return Pose(*values)


@dataclass(frozen=True, slots=True)
class Match:
    """A pose, and the mean absolute difference (of 255) that is left with it."""

    pose: Pose
    difference: float


def pose_at(track: Track, i: int) -> Pose:
    """The pose of a frame."""
    return Pose(track.x[i], track.y[i], float(np.log(track.radius[i])), track.rotation[i])


def with_poses(track: Track, poses: Sequence[Pose]) -> Track:
    """The track with other poses, one for each frame."""
    return replace(
        track,
        x=np.array([p.x for p in poses]), y=np.array([p.y for p in poses]),
        radius=np.exp([p.log_radius for p in poses]),
        rotation=np.unwrap([p.rotation for p in poses]),
    )  # fmt: skip


class Scenery:
    """The landscape of a clip at a size, to be slid until it matches what is seen.

    The sun, the moon and clouds do not slide, so only far and near are looked for.
    """

    def __init__(self, stage: Stage, canvas: Canvas) -> None:
        self.canvas = canvas
        sky = np.ascontiguousarray(paint_layer(stage, "sky")[..., :3])
        self.sky = resize(sky, *canvas.size)
        self.far, self.near = (band(paint_layer(stage, n), canvas) for n in ("far", "near"))

    def at(self, far: float, near: float, zoom: float) -> Image:
        """The landscape (h,w,3) moved by so many units."""
        picture = over(slide(self.far, far, self.canvas), self.sky)
        return zoomed(over(slide(self.near, near, self.canvas), picture), zoom, self.canvas)

    def placed(
        self, seen: Image, far: float, near: float, zoom: float, *, close: bool = False
    ) -> tuple[float, float]:
        """How far the landscape of a frame has moved: far and near, in units.

        `close`: the first guess is nearly right. Waves look alike every few units, so a later frame
        must be looked for near an earlier one.
        """
        wanted = seen.astype(np.int16)

        def difference(place: tuple[float, float]) -> float:
            apart = np.abs(self.at(*place, zoom) - wanted).astype(np.float32)
            return float(np.minimum(apart, _FOREGROUND).mean())  # a subject in front counts little

        best = (far, near)
        reach = _DRIFT if close else PERIOD / 2
        around = np.arange(-reach, reach, PERIOD / _PLACES)
        best = min([best, *((far, near + by) for by in around)], key=difference)
        best = min([best, *((best[0] + by, best[1]) for by in around)], key=difference)
        for step in PERIOD / _PLACES / 2 ** np.arange(1, 5):
            for by in ((0, step), (0, -step), (step, 0), (-step, 0)):
                best = min(best, (best[0] + by[0], best[1] + by[1]), key=difference)
        return best


def foreground(seen: Image, landscape: Image) -> NDArray[np.bool_]:
    """Where (h,w) a frame is not the landscape."""
    apart = np.abs(seen.astype(np.int16) - landscape).max(-1) > _FOREGROUND
    cleaned = cv2.morphologyEx(apart.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    found: NDArray[np.bool_] = cleaned > 0
    return found


def centred(pose: Pose, mask: NDArray[np.bool_], canvas: Canvas) -> Pose:
    """The pose with the centre and about the size of what stands out; as it was if nothing does."""
    rows, columns = np.nonzero(mask)
    if len(rows) < 12:
        return pose
    x, y = columns.mean() / canvas.scale, rows.mean() / canvas.scale
    radius = np.sqrt(len(rows) / np.pi) / canvas.scale
    return Pose(float(x), float(y), float(np.log(radius)), pose.rotation)


def tinted(palette: Floats, seen: Image, mask: NDArray[np.bool_]) -> Floats:
    """The palette with its body in the colour that is seen most in the foreground."""
    if mask.sum() < 12:
        return palette
    colours = seen[mask]
    lively = colours[colours.max(1) > 70]  # not the outline
    body = np.median(lively if len(lively) else colours, 0) / 255
    changed = palette.copy()
    changed[0], changed[1] = body, body * 0.75
    changed[2] = (body + 1) / 2
    return changed


def match(
    sprite: Sprite, landscape: Image, seen: Image, starts: Sequence[Pose], *, close: bool = False
) -> Match:
    """Place a sprite over a landscape (h,w,3) so that it looks as seen (h,w,3).

    `close`: one of the starts is nearly right, so large steps are left out.
    """
    canvas = Canvas(seen.shape[1], seen.shape[0])
    painted = paint(sprite, 0.0, _SIDE)
    wanted = seen.astype(np.int16)

    def difference(pose: Pose) -> float:
        layer = place(
            painted, pose.x, pose.y, float(np.exp(pose.log_radius)), pose.rotation, canvas
        )
        return float(np.abs(over(layer, landscape) - wanted).mean())

    best = min((Match(pose, difference(pose)) for pose in starts), key=lambda m: m.difference)
    for share in _STEPS[2:] if close else _STEPS:
        for _ in range(_ROUNDS):
            for axis, first in enumerate(_FIRST):
                for step in (-first * share, first * share):
                    pose = best.pose.moved(axis, step)
                    left = difference(pose)
                    if left < best.difference:
                        best = Match(pose, left)
    return best
