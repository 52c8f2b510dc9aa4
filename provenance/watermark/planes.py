"""Pictures as arrays, and what OpenCV hands back as the array type that it is."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Complexes = NDArray[np.complex64]


def as_bytes(array: NDArray[Any]) -> Bytes:
    return array.astype(np.uint8, copy=False)


def as_floats(array: NDArray[Any]) -> Floats:
    return array.astype(np.float32, copy=False)


def as_complexes(array: NDArray[Any]) -> Complexes:
    return array.astype(np.complex64, copy=False)


def rms(picture: Floats) -> float:
    return float(np.sqrt(np.mean(picture * picture)))


def local_mean(picture: Floats, side: int) -> Floats:
    """Mean over a square of `side` pixels around each pixel."""
    return as_floats(cv2.blur(picture, (side, side)))


def local_rms(picture: Floats, side: int) -> Floats:
    """Root mean square over a square of `side` pixels around each pixel."""
    return np.sqrt(np.maximum(local_mean(picture * picture, side), 0))
