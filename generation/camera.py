"""Which way the camera moves: what a prompt asks for, and what a clip shows."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

Luma = NDArray[np.uint8]
Floats = NDArray[np.float64]


class CameraMove(StrEnum):
    """What the camera does for most of a clip."""

    STATIC = "static"
    PAN_LEFT = "pan left"
    PAN_RIGHT = "pan right"
    TILT_UP = "tilt up"
    TILT_DOWN = "tilt down"
    ZOOM_IN = "zoom in"
    ZOOM_OUT = "zoom out"


# Fitted on renders of generation.embedded.world (benchmarks/generation/quality.py): what has to
# pass in a second, as a share of the picture's width, height and size.
_PAN: Final = 0.05
_ZOOM: Final = 0.08
_TILT: Final = 0.2  # falling rain and snow look like a slower one


@dataclass(frozen=True, slots=True)
class CameraMotion:
    """Speed of the view per second.

    Attributes:
        right, down: how far the camera turns, as a share of the picture's width and height.
        closer: growth of the picture, 0.1 for ten per cent.
    """

    right: float
    down: float
    closer: float

    @property
    def move(self) -> CameraMove:
        """The motion that counts; a zoom also moves the edges, so it is looked for first."""
        if abs(self.closer) > _ZOOM:
            return CameraMove.ZOOM_IN if self.closer > 0 else CameraMove.ZOOM_OUT
        if abs(self.right) > _PAN:
            return CameraMove.PAN_RIGHT if self.right > 0 else CameraMove.PAN_LEFT
        if abs(self.down) > _TILT:
            return CameraMove.TILT_DOWN if self.down > 0 else CameraMove.TILT_UP
        return CameraMove.STATIC


_LEFT_RIGHT: Final = r"camera (is |slowly )*(pan|mov|slid|track)\w*( slowly)?( to the)? "
_WORDS: Final[tuple[tuple[CameraMove, str], ...]] = (
    (CameraMove.STATIC, r"(static|fixed|locked|steady|stationary) (camera|shot)"),
    (CameraMove.STATIC, r"camera (is |stays |stands |holds )*(static|fixed|still)"),
    (CameraMove.PAN_LEFT, rf"{_LEFT_RIGHT}left|pan(s|ning)?( slowly)?( to the)? left"),
    (CameraMove.PAN_RIGHT, rf"{_LEFT_RIGHT}right|pan(s|ning)?( slowly)?( to the)? right"),
    (CameraMove.TILT_UP, r"tilt(s|ing)?( slowly)? up"),
    (CameraMove.TILT_DOWN, r"tilt(s|ing)?( slowly)? down"),
    (CameraMove.ZOOM_IN, r"zoom(s|ing)?( slowly)? in"),
    (CameraMove.ZOOM_OUT, r"zoom(s|ing)?( slowly)? out"),
)
_ASKED: Final = tuple((move, re.compile(rf"\b(?:{words})\b")) for move, words in _WORDS)


def asked_camera(prompt: str) -> CameraMove | None:
    """The camera move that a prompt names first, or None if it leaves the camera open."""
    text = " ".join(prompt.lower().split())
    found = [(at.start(), move) for move, words in _ASKED if (at := words.search(text))]
    return min(found)[1] if found else None


_SIDE: Final = 160  # pixels of the longer side; the camera shows in large shapes
_BLUR: Final = 1.5  # pixels; rain and snow are thinner than what a camera moves
_PAIRS_PER_SECOND: Final = 4
_TILES: Final = 10
_EDGE: Final = 3  # tiles from each border in which a camera's motion has to show
_LEAST_GRADIENT: Final = 0.1  # squared grey levels a pixel: below it, motion cannot be seen
_LEAST_TIME: Final = 0.7  # share of the pairs in which a tile has to show structure
_LOUDEST: Final = 0.9  # quantile: landscapes move at several speeds, skies not at all


def camera_motion(lumas: Sequence[Luma], fps: float) -> CameraMotion:
    """Measure how the view as a whole moves through a clip.

    Dense optical flow (DIS; Kroeger et al. 2016, "Fast Optical Flow using Dense Inverse Search"),
    four times a second, is averaged over tiles, weighted by the gradient that makes it visible,
    and its median over time is taken. A turn counts only as far as both opposite edges of the
    picture move the same way, which a subject in front of the camera cannot do.

    Args:
        lumas: T frames (h,w) of one size.
        fps: frames per second.
    """
    stride = max(1, round(fps / _PAIRS_PER_SECOND))
    seen = [_small(luma) for luma in lumas[::stride]]
    if len(seen) < 2:
        return CameraMotion(0.0, 0.0, 0.0)
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    pairs = [_tile_motion(first, second, flow) for first, second in itertools.pairwise(seen)]
    height, width = seen[0].shape
    across = _steady(np.array([pair[0] for pair in pairs])) / width
    along = _steady(np.array([pair[1] for pair in pairs])) / height
    per_second = fps / stride
    return CameraMotion(
        right=-_common(across[:, :_EDGE], across[:, -_EDGE:]) * per_second,
        down=-_common(along[:_EDGE], along[-_EDGE:]) * per_second,
        closer=_growth(across, along) * per_second,
    )


def _small(luma: Luma) -> Luma:
    scale = _SIDE / max(luma.shape)
    size = (max(_TILES, round(luma.shape[1] * scale)), max(_TILES, round(luma.shape[0] * scale)))
    small = cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
    return cv2.GaussianBlur(small, (0, 0), _BLUR).astype(np.uint8, copy=False)


def _tile_motion(first: Luma, second: Luma, flow: cv2.DISOpticalFlow) -> tuple[Floats, Floats]:
    """Pixels right and down by tile, NaN where there is nothing to see motion by."""
    moved = flow.calc(first, second, np.zeros((*first.shape, 2), np.float32))
    found = []
    for axis, (dx, dy) in enumerate(((1, 0), (0, 1))):
        gradient = cv2.Sobel(first, cv2.CV_32F, dx, dy, scale=1 / 8) ** 2
        weight = _tiles(gradient)
        speed = _tiles(moved[..., axis] * gradient) / np.maximum(weight, 1e-6)
        found.append(np.where(weight > _LEAST_GRADIENT, speed, np.nan))
    return found[0], found[1]


def _tiles(picture: NDArray[Any]) -> Floats:
    """The mean over each of the tiles; (h,w) to (10,10)."""
    size = (_TILES, _TILES)
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA).astype(np.float64)


def _steady(speeds: Floats) -> Floats:
    """The median over time (P,10,10) to (10,10) of tiles that show structure nearly always."""
    seen = np.isfinite(speeds)
    ordered = np.sort(speeds, axis=0)  # NaN last
    count = seen.sum(axis=0)
    middle = np.take_along_axis(ordered, (np.maximum(count, 1) - 1)[None] // 2, axis=0)[0]
    return np.where(count >= _LEAST_TIME * len(speeds), middle, np.nan)


def _common(one: Floats, other: Floats) -> float:
    """The speed that two opposite edges share; 0 if they do not."""
    one, other = one[np.isfinite(one)], other[np.isfinite(other)]
    if min(len(one), len(other)) < 2:
        return 0.0
    forth = min(np.quantile(one, _LOUDEST), np.quantile(other, _LOUDEST))
    back = min(np.quantile(-one, _LOUDEST), np.quantile(-other, _LOUDEST))
    return float(max(forth, 0.0) - max(back, 0.0))


def _growth(across: Floats, along: Floats) -> float:
    """The median growth that the edges' outward motion stands for."""
    place = (np.arange(_TILES) + 0.5) / _TILES - 0.5
    edges = [*range(_EDGE), *range(_TILES - _EDGE, _TILES)]
    outward = np.concatenate(
        [(across / place[None, :])[:, edges].ravel(), (along / place[:, None])[edges].ravel()]
    )
    outward = outward[np.isfinite(outward)]
    return float(np.median(outward)) if len(outward) >= 4 else 0.0
