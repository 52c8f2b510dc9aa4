"""Which frames of a clip are looked at."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

EVEN = 12
"""Frames spread evenly over a clip, first and last included."""

_CUTS = 4
_CUT_DIFFERENCE = 24.0  # mean absolute difference of 16x16 luma, of 255, that counts as a new scene
_SIDE = 16


@dataclass(frozen=True, slots=True)
class Sample:
    """Chosen frames with their places.

    Attributes:
        frames: (n, side, side, 3) uint8 RGB, squeezed to a square.
        indices: (n,) frame numbers in the clip, ascending.
        fps: of the clip.
    """

    frames: NDArray[np.uint8]
    indices: NDArray[np.int64]
    fps: int

    def seconds(self, which: NDArray[np.bool_]) -> tuple[float, float]:
        """Time range from the first to the end of the last frame for which ``which`` (n,) holds."""
        chosen = self.indices[which]
        return (float(chosen[0]) / self.fps, float(chosen[-1] + 1) / self.fps)


def thumbnails(frames: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Luma of every frame on a 16x16 grid, (T, 16, 16), 0..255."""
    small = np.empty((len(frames), _SIDE, _SIDE), np.float32)
    for index, frame in enumerate(frames):
        tiny = cv2.resize(np.ascontiguousarray(frame), (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
        small[index] = tiny @ np.array([0.299, 0.587, 0.114], np.float32)
    return small


def sample(frames: NDArray[np.uint8], fps: int, side: int) -> Sample:
    """Twelve even frames and the frames after up to four scene changes, ``side`` pixels square."""
    chosen = set(np.linspace(0, len(frames) - 1, EVEN).round().astype(int).tolist())
    if len(frames) > EVEN:
        chosen.update(_cuts(frames))
    indices = np.array(sorted(chosen), np.int64)
    return Sample(squeeze(frames[indices], side), indices, fps)


def squeeze(frames: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Frames (n, H, W, 3) brought to (n, side, side, 3) by area averaging."""
    return np.stack(
        [
            cv2.resize(np.ascontiguousarray(frame), (side, side), interpolation=cv2.INTER_AREA)
            for frame in frames
        ]
    ).astype(np.uint8)


def _cuts(frames: NDArray[np.uint8]) -> list[int]:
    small = thumbnails(frames)
    change = np.abs(np.diff(small, axis=0)).mean((1, 2))
    strongest = np.argsort(-change)[:_CUTS]
    return [int(index) + 1 for index in strongest if change[index] > _CUT_DIFFERENCE]
