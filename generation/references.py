"""Pictures and clips that a request starts from: what is accepted, and fitting to a size.

References reach this engine decoded, as arrays; decoding untrusted files is the caller's business.
"""

from __future__ import annotations

from typing import Final, TypeGuard

import cv2
import numpy as np
from numpy.typing import NDArray

from generation.errors import InvalidRequest

Frames = NDArray[np.uint8]

PICTURE, CLIP = 3, 4  # dimensions of (H,W,3) and (T,H,W,3)
MIN_SIDE: Final = 64
MAX_SIDE: Final = 8192
MAX_PIXELS: Final = 2**25  # of a picture: 33 million
MAX_CLIP_PIXELS: Final = 2**28  # of all frames together: 800 MB


def check(frames: object, dimensions: tuple[int, ...] = (PICTURE, CLIP)) -> Frames:
    """The picture (H,W,3) or clip (T,H,W,3), uint8 sRGB, if it can be used.

    Raises:
        InvalidRequest: generation.reference-type (not such an array), -reference-empty (a clip
            without frames), -reference-small (a side under 64 pixels), -reference-large (a side
            over 8,192, or more pixels than fit in memory comfortably).
    """
    if not _is_rgb(frames, dimensions):
        raise InvalidRequest(
            "generation.reference-type",
            "The reference is not a picture of red, green and blue bytes.",
            "Choose a PNG, JPEG or WebP picture, or a clip of this studio.",
        )
    if frames.ndim == CLIP and not len(frames):
        raise InvalidRequest(
            "generation.reference-empty",
            "The reference clip has no frames.",
            "Choose a clip that plays.",
        )
    _check_size(frames)
    return frames


def fit(frames: Frames, size: tuple[int, int]) -> Frames:
    """Frames (H,W,3) or (T,H,W,3) at (width, height): as much as fits of the middle, resized.

    Shrinks by areas and enlarges by Lanczos; frames of that size come back as they are.
    """
    if frames.ndim == CLIP:
        return np.stack([fit(picture, size) for picture in frames])
    cut = _middle(frames, size)
    if (cut.shape[1], cut.shape[0]) == size:
        return cut
    shrinks = cut.shape[1] >= size[0]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LANCZOS4
    return cv2.resize(np.ascontiguousarray(cut), size, interpolation=how).astype(
        np.uint8, copy=False
    )


def _middle(picture: Frames, size: tuple[int, int]) -> Frames:
    """The largest part of a picture's middle that has the shape of `size`."""
    height, width = picture.shape[:2]
    scale = min(width / size[0], height / size[1])
    keep_w = max(1, min(width, round(size[0] * scale)))
    keep_h = max(1, min(height, round(size[1] * scale)))
    left, top = (width - keep_w) // 2, (height - keep_h) // 2
    return picture[top : top + keep_h, left : left + keep_w]


def _is_rgb(frames: object, dimensions: tuple[int, ...]) -> TypeGuard[Frames]:
    return (
        isinstance(frames, np.ndarray)
        and frames.dtype == np.uint8
        and frames.ndim in dimensions
        and frames.shape[-1] == 3
    )


def _check_size(frames: Frames) -> None:
    height, width = frames.shape[-3:-1]
    if min(height, width) < MIN_SIDE:
        raise InvalidRequest(
            "generation.reference-small",
            f"The reference is {width} by {height} pixels; each side needs at least {MIN_SIDE}.",
            "Choose a larger one.",
        )
    most = MAX_CLIP_PIXELS if frames.ndim == CLIP else MAX_PIXELS
    if max(height, width) > MAX_SIDE or frames.size // 3 > most:
        raise InvalidRequest(
            "generation.reference-large",
            f"The reference is too large ({width} by {height} pixels"
            f"{f', {len(frames)} frames' if frames.ndim == CLIP else ''}).",
            "Choose a smaller or shorter one: 1,280 by 720 is plenty.",
        )
