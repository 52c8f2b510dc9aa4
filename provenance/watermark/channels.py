"""From frames to a few whitened average pictures in which only the mark adds up.

The mark stands still while the picture moves, so averaging frames lifts it out. But above about
CRF 30 nearly all that survives of it sits in the intra frames, and averaging everything buries it:
so intra frames, the frames that follow them, and all frames are averaged apart, and the detector
combines what they say by how loud the pilots are in each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import product

import cv2
import numpy as np

from provenance.watermark.mask import Mask
from provenance.watermark.planes import (
    Bytes,
    Floats,
    as_bytes,
    as_floats,
    local_mean,
    local_rms,
    rms,
)
from provenance.watermark.plateaus import beside_plateaus

WORKING_SIDE = 900
"""Longest side, in pixels, at which an upload is examined; larger ones are shrunk to it."""
_INTRA, _FOLLOWING, _SPREAD = 4, 5, 12
WHOLE = 3
"""How many of the averages, the last ones, are of the whole clip."""
_LARGEST = 4.0
"""Grey levels: the mark is hardly ever larger."""
_QUIET = 0.4
"""Noise power below which quiet does not count for more."""


def working_scale(luma: Bytes) -> float:
    return min(1.0, WORKING_SIDE / float(max(luma.shape)))


def channels(luma: Sequence[Bytes], picture_types: Sequence[str]) -> list[Floats]:
    """Whitened averages over intra frames, the frames after them, and the whole clip.

    Args:
        luma: (h, w) uint8 pictures of one size, at least one.
        picture_types: "I" for intra frames, anything else for predicted ones.

    Returns:
        five to seven float32 pictures of unit rms, their longer side at most WORKING_SIDE: for
        each group of frames what is left beside a small median and beside the plateaus of flat
        colour; for the whole clip, the last, beside a large median as well.
    """
    count = len(luma)
    scale = working_scale(luma[0])

    @cache
    def shrunk(index: int) -> tuple[Bytes, Floats]:
        small = _shrunk(luma[index], scale)
        return small, Mask().amplitudes(small)[0]

    @cache
    def whitened(index: int, beside: _Beside) -> Floats:
        return _whiten(*shrunk(index), beside)

    def average(indices: Sequence[int], beside: _Beside) -> Floats:
        total = np.zeros_like(whitened(indices[0], beside))
        for index in indices:
            total += whitened(index, beside)
        return _level(total / np.float32(len(indices)))

    intra = [index for index, kind in enumerate(picture_types[:count]) if kind == "I"] or [0]
    if len(intra) > count // 2:
        intra = [0]  # an all-intra file or an animation: every frame is as good as the others
    following = [
        index for start in intra[:3] for index in range(start + 1, start + 1 + _FOLLOWING)
        if index < count
    ]  # fmt: skip
    groups = [group for group in (intra[:_INTRA], following) if group]
    spread = list(range(0, count, max(1, count // _SPREAD)))
    averages = [average(group, beside) for group in groups for beside in (_fine, beside_plateaus)]
    return averages + [average(spread, beside) for beside in (_fine, _coarse, beside_plateaus)]


_Beside = Callable[[Bytes], Floats]


def _fine(luma: Bytes) -> Floats:
    """Beside a median that follows soft shading."""
    return as_floats(luma) - as_floats(cv2.medianBlur(luma, 9))


def _coarse(luma: Bytes) -> Floats:
    """Beside a median that keeps more of the slow waves, of the 25 pixels that lie four apart in a
    square around each: nearly what the median of all of them is, in half the time."""
    median = np.empty_like(luma)
    for row, column in product(range(4), repeat=2):
        apart = np.s_[row::4, column::4]
        median[apart] = cv2.medianBlur(np.ascontiguousarray(luma[apart]), 5)
    return as_floats(luma) - as_floats(median)


def _shrunk(luma: Bytes, scale: float) -> Bytes:
    if scale == 1.0:
        return luma
    return as_bytes(cv2.resize(luma, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))


def _whiten(luma: Bytes, expected: Floats, beside: _Beside) -> Floats:
    """What is left of a picture beside its own content, weighted by what the mark may be in it.

    The content is followed, the mark, which is small, is left; what is larger than any mark is cut
    off. Then each place counts by the mark's expected amplitude over its noise power, the weight of
    a matched filter.
    """
    detail = np.clip(beside(luma), -_LARGEST, _LARGEST)
    noise = local_mean(detail * detail, 13)
    noise += np.float32(_QUIET)
    detail *= expected
    detail /= noise
    return as_floats(detail)


def _level(picture: Floats) -> Floats:
    """The same once more, gently, on an average: unit rms in the end."""
    overall = max(1e-6, rms(picture))
    level = as_floats(picture / (local_rms(picture, 21) + 0.3 * overall))
    return as_floats(level / max(1e-9, rms(level)))
