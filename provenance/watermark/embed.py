"""Writing a mark into frames.

Every frame gets the same pattern, weighted by its own perceptual mask, added to all three colours
alike (so only luma changes). The pattern stands still in time: encoders then copy it from frame to
frame for nothing, and nothing flickers. In texture it is stronger on the first frames after a cut:
encoders place their intra frames there, from which the rest of a shot is predicted, and the eye is
blind for some tens of milliseconds after a cut (backward temporal masking, Girod 1989). On flat
areas it is not: a pattern that fades costs an encoder more than it carries (measured: CRF 30 at
half size then loses what a constant one of the same strength keeps).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from provenance.errors import InvalidMedia
from provenance.watermark.code import payload_of
from provenance.watermark.keys import MarkKey
from provenance.watermark.mask import Mask
from provenance.watermark.pattern import TILE, pattern_of, tile_pixels
from provenance.watermark.planes import Floats, as_bytes

Frame = NDArray[np.uint8]
Cover = tuple[Floats, Floats]
"""The slow and the fast waves over the whole picture."""

CUT_BOOST = 1.6
CUT_SECONDS = 0.2
CUT_CHANGE = 25.0
"""Mean difference of 32 × 32 thumbnails, in grey levels, that counts as a cut."""
SMALLEST_SIDE = TILE // 2
"""Pixels: a smaller clip does not hold enough of a tile to be read back."""


def embed(
    frames: Iterable[Frame], mark_id: int, key: MarkKey, *, fps: float, mask: Mask | None = None
) -> Iterator[Frame]:
    """Mark a clip, frame by frame.

    Args:
        frames: (H, W, 3) uint8 sRGB pictures of one size, at least SMALLEST_SIDE pixels each way.
        mark_id: 48 bits.
        key: the key to mark with.
        fps: frames per second, for the boost after cuts.
        mask: another perceptual model than the default.

    Yields:
        marked frames of the same shape and dtype; the inputs are left alone.

    Raises:
        InvalidMedia: `mark-clip-too-small` if a side is shorter than SMALLEST_SIDE pixels,
            `mark-frames-differ` if the frames change their size.
        ValueError: if the ID does not fit 48 bits.
    """
    payload = payload_of(mark_id, key)
    return _marked(frames, payload, key, fps, mask or Mask())


def _marked(
    frames: Iterable[Frame], payload: int, key: MarkKey, fps: float, mask: Mask
) -> Iterator[Frame]:
    cover: Cover | None = None
    previous: NDArray[np.int16] | None = None
    since_cut = 0.0
    for frame in frames:
        if cover is None:
            cover = _cover(payload, key, *frame.shape[:2])
        elif cover[0].shape != frame.shape[:2]:
            raise InvalidMedia(
                "mark-frames-differ",
                "The frames of the clip differ in size.",
                "Render all frames at one size.",
            )
        luma = as_bytes(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY))
        thumbnail = cv2.resize(luma, (32, 32), interpolation=cv2.INTER_AREA).astype(np.int16)
        cut = previous is None or np.abs(thumbnail - previous).mean() > CUT_CHANGE
        since_cut = 0.0 if cut else since_cut + 1 / fps
        previous = thumbnail
        boost = 1 + (CUT_BOOST - 1) * max(0.0, 1 - since_cut / CUT_SECONDS)
        yield _add(frame, cover, mask.amplitudes(luma, boost))


def _cover(payload: int, key: MarkKey, height: int, width: int) -> Cover:
    """The pattern tiled over a picture, a tile's corner in the picture's corner."""
    if min(height, width) < SMALLEST_SIDE:
        raise InvalidMedia(
            "mark-clip-too-small",
            f"A clip of {width} × {height} pixels is too small to carry a mark.",
            f"Make it at least {SMALLEST_SIDE} × {SMALLEST_SIDE} pixels large.",
        )
    size = tile_pixels(width, height)
    repeats = (-(-height // size), -(-width // size))
    slow, fast = (
        np.ascontiguousarray(np.tile(tile, repeats)[:height, :width])
        for tile in pattern_of(key).tiles(payload, size)
    )
    return slow, fast


def _add(frame: Frame, cover: Cover, amplitudes: Cover) -> Frame:
    slow, fast = (cv2.multiply(*pair) for pair in zip(cover, amplitudes, strict=True))
    change = cv2.add(slow, fast, dtype=cv2.CV_16S)  # rounds
    return as_bytes(cv2.add(frame, cv2.merge([change] * 3), dtype=cv2.CV_8U))
