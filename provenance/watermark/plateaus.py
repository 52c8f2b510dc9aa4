"""The flat colours of a picture, each followed up to its very edge.

A bilateral filter (Tomasi & Manduchi 1998) by way of a grid over place and grey level (Chen, Paris
& Durand 2007): each pixel counts to the two levels around its own, in its block; the grid is
smoothed over the blocks; and each pixel is looked up where it lies in it.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from provenance.watermark.planes import Bytes, Floats, as_floats

_STEP = 10.0
"""Grey levels between the levels of the grid."""
_GREYS = np.arange(256, dtype=np.float64)
_LEVEL = np.floor(_GREYS / _STEP)
"""The level below each grey value."""
_BLOCK, _SPREAD = 8, 2.0
"""A colour is averaged over blocks of 8 pixels, and over a Gaussian of two blocks."""
_SIDE = 480
"""Pixels of the longer side above which colours are followed at half the size."""


def beside_plateaus(luma: Bytes) -> Floats:
    """What is left of a (h, w) picture beside the mean of what is near and of about the same grey:
    on drawings that is the flat colour itself, and all slow waves remain; in grey levels."""
    height, width = luma.shape
    below, right = -height % _BLOCK, -width % _BLOCK
    filled = cv2.copyMakeBorder(luma, 0, below, 0, right, cv2.BORDER_REFLECT)
    half = 2 if max(luma.shape) > _SIDE else 1
    whole = (width + right, height + below)
    size = (whole[0] // half, whole[1] // half)
    picture = as_floats(cv2.resize(as_floats(filled), size, interpolation=cv2.INTER_AREA))
    left = picture - _plateaus(np.rint(picture).astype(np.uint8), _BLOCK // half)
    return as_floats(cv2.resize(left, whole)[:height, :width])


def _plateaus(grey: Bytes, block: int) -> Floats:
    """The mean colours of a picture of whole blocks, each pixel's own."""
    first, last = (int(edge / _STEP) for edge in (grey.min(), grey.max()))
    means = _means(grey, block, first, last)
    levels, rows, columns = means.shape
    stacked = means.reshape(levels * rows, columns)
    x, y = _among_blocks(grey.shape, block)
    lower = y + cv2.LUT(grey, as_floats((_LEVEL - first) * rows))
    share = cv2.LUT(grey, as_floats(_GREYS / _STEP - _LEVEL))
    dark, bright = (
        cv2.remap(stacked, x, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for down in (lower, lower + np.float32(rows))
    )
    return as_floats(dark + share * (bright - dark))


def _means(grey: Bytes, block: int, first: int, last: int) -> Floats:
    """Mean colour near each block of what counts to each level from `first` to the one after
    `last`, shape (levels, rows of blocks, columns of blocks).

    A pixel counts to the level above its own by how far it is on its way there: sums over pixels,
    greys and their squares tell all.
    """
    rows, columns = (side // block for side in grey.shape)
    levels = np.arange(first, last + 2)
    own = cv2.LUT(grey, np.clip(_LEVEL - first, 0, last - first).astype(np.uint8))
    place = (_blocks(grey.shape, block) * len(levels) + own).ravel()
    pixels, greys, squares = (
        np.bincount(place, cv2.LUT(grey, _GREYS**power).ravel(), rows * columns * len(levels))
        for power in range(3)
    )
    sums = np.empty((rows * columns, 2, len(levels)), np.float32)
    for part, (lower, upper) in enumerate(((pixels, greys), (greys, squares))):
        whole, by_grey = (each.reshape(-1, len(levels)) for each in (lower, upper))
        above = by_grey / _STEP - levels * whole
        sums[:, part] = whole - above
        sums[:, part, 1:] += above[:, :-1]
    mean = (sums / np.float32(block**2)).reshape(rows, columns, -1)
    amount, total = np.split(cv2.GaussianBlur(mean, (0, 0), _SPREAD), 2, axis=2)
    return np.ascontiguousarray((total / (amount + np.float32(1e-4))).transpose(2, 0, 1))


@lru_cache(maxsize=4)
def _among_blocks(shape: tuple[int, int], block: int) -> tuple[Floats, Floats]:
    """Each pixel's place among the blocks' centres, (x, y)."""
    y, x = (np.clip((np.arange(side) + 0.5) / block - 0.5, 0, side // block - 1) for side in shape)
    across, down = np.meshgrid(x, y)
    return as_floats(across), as_floats(down)


@lru_cache(maxsize=4)
def _blocks(shape: tuple[int, int], block: int) -> NDArray[np.intp]:
    """The number of each pixel's block."""
    row, column = (np.arange(side) // block for side in shape)
    return row[:, None] * (shape[1] // block) + column
