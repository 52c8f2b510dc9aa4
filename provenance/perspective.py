"""The perspective that an affine lattice leaves over: a screen filmed aslant, a picture warped.

The detector fits one affine lattice, and a perspective has none; so an upload may lie several
percent off the clip in places, everywhere by a little more than beside. What moves each place of
the clip onto the upload's is estimated from all of the picture at once (Gauss and Newton's method
on grey levels, coarse to fine, as Lucas and Kanade's with the eight parameters of a plane;
Bergen et al. 1992). Places that differ for other reasons weigh little: an edit pulls at nothing.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from provenance.watermark.planes import Bytes, Floats, as_floats

Plane = NDArray[np.float64]
"""(3, 3), from where a place of the clip is to where it was laid; in shares of half the picture's
width and height from its middle, so that it fits every grid."""
NONE: Plane = np.eye(3)
_BLURS = (3.0, 3.0, 3.0, 2.0, 2.0, 2.0, 1.2, 1.2, 1.2)
"""Thumbnail pixels; the first must reach as far as the pictures lie apart."""
_DOUBT = 15.0
"""Grey levels of difference from which a place weighs a quarter."""
_MOMENTS = 12
"""So many are enough, and cost little."""
_MOST, _STEADY = 0.4, 0.05
"""By how much of half a side a corner may move at most, and the place that moves least: a lattice
that was found fits somewhere. Of 60 genuine uploads of tuning clips, warped by 4 to 6 %, some place
moved by less than 0.002, and no corner by more than 0.14; one that is warped by 12 % and read
through the lattice of its lower half has corners that move by twice as much."""
_PLACES = np.stack([*map(np.ravel, np.mgrid[-1:1:21j, -1:1:21j]), np.ones(441)])


def remaining(thumbnails: Bytes, pictures: Floats, visible: NDArray[np.bool_]) -> Plane:
    """How an upload still lies off a clip.

    Args:
        thumbnails: (n, h, w) of the clip.
        pictures: (n, h, w) of the upload at the same moments, laid over them, as bright.
        visible: (h, w) where the upload shows the clip.

    Returns:
        the plane, or NONE where it cannot be what a lattice left over.
    """
    chosen = np.linspace(0, len(pictures) - 1, min(_MOMENTS, len(pictures))).astype(int)
    wanted, laid = as_floats(thumbnails[chosen]), pictures[chosen]
    plane = NONE
    for blur in _BLURS:
        seen = np.stack([_moved(picture, plane) for picture in laid])
        shown = _moved(as_floats(visible), plane) > 0.99
        plane = plane @ _step(_soft(wanted, blur), _soft(seen, blur), shown)
        if not _is_in_front(plane):
            return NONE
    return plane if believable(plane) else NONE


def believable(plane: Plane) -> bool:
    """Whether some place stays where it is and no corner moves too far."""
    if not _is_in_front(plane):
        return False
    *there, depth = plane @ _PLACES
    moved = np.abs(there / depth - _PLACES[:2]).max(0)
    return bool(moved.min() < _STEADY and moved.max() < _MOST)


def _is_in_front(plane: Plane) -> bool:
    """Whether it leaves every place on this side of the horizon."""
    return bool((plane @ _PLACES)[2].min() > 0.5)


def in_pixels(plane: Plane, shape: tuple[int, int]) -> Plane:
    """The plane for pixel positions of a grid of (rows, columns)."""
    height, width = shape
    half = np.array([[width / 2, 0, (width - 1) / 2], [0, height / 2, (height - 1) / 2], [0, 0, 1]])
    return np.asarray(half @ plane @ np.linalg.inv(half))


def _moved(picture: Floats, plane: Plane) -> Floats:
    rows, columns = picture.shape
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    matrix = in_pixels(plane, (rows, columns))
    return as_floats(cv2.warpPerspective(picture, matrix, (columns, rows), flags=flags))


def _soft(pictures: Floats, blur: float) -> Floats:
    return np.stack([as_floats(cv2.GaussianBlur(picture, (0, 0), blur)) for picture in pictures])


def _step(wanted: Floats, seen: Floats, shown: NDArray[np.bool_]) -> Plane:
    """One step of Gauss and Newton's: the plane by which `seen` is to be moved further."""
    _, height, width = wanted.shape
    mean = (wanted + seen) / 2
    gy, gx = (np.gradient(mean, axis=axis) for axis in (1, 2))
    gx, gy = gx[:, shown] * (width / 2), gy[:, shown] * (height / 2)
    apart = (wanted - seen)[:, shown]
    across, down = ((2 * np.arange(side) + 1) / side - 1 for side in (width, height))
    x, y = (each[shown] for each in np.meshgrid(across, down))
    along = x * gx + y * gy
    columns = np.stack([gx, gx * x, gx * y, gy, gy * x, gy * y, along * x, along * y], -1)
    columns = columns.reshape(-1, 8)
    weight = (1 / (1 + (apart / _DOUBT) ** 2) ** 2).reshape(-1, 1)
    normal = (columns * weight).T @ columns
    right = (columns * weight).T @ apart.reshape(-1)
    ridge = 1e-3 * float(np.trace(normal)) / 8 * np.eye(8) + 1e-6 * np.eye(8)
    a = np.linalg.solve(normal + ridge, right)
    return np.array([[1 + a[1], a[2], a[0]], [a[4], 1 + a[5], a[3]], [-a[6], -a[7], 1]])
