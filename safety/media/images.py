"""Reads an uploaded picture, still or animated, within limits.

Meant for a confined process: it decodes untrusted bytes. It reads no file and no address, and says
plainly what it refuses.
"""

from __future__ import annotations

import io
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from safety.errors import InvalidInput

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
"""Of one frame; also the most that all frames together may have, times four."""

MAX_FRAMES = 64
_MIN_SIDE = 16
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


def read_picture(content: bytes) -> NDArray[np.uint8]:
    """Frames (T, H, W, 3) uint8 RGB of a PNG, JPEG, WebP or GIF; T is 1 for a still picture.

    The file's own orientation is applied; transparency is laid over white.

    Raises:
        InvalidInput: too large, not such a picture, damaged, or with too many or too small frames.
    """
    if not content:
        raise InvalidInput("This file is empty.")
    if len(content) > MAX_BYTES:
        raise InvalidInput("This picture is larger than 20 MB.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
                return _frames(picture)
    except InvalidInput:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError) as error:
        raise InvalidInput("This picture is too large when unpacked.") from error
    except Exception as error:  # the decoders raise whatever they like on damaged data
        raise InvalidInput(
            "This is no picture that we can read: PNG, JPEG, WebP or GIF."
        ) from error


def _frames(picture: Image.Image) -> NDArray[np.uint8]:
    width, height = picture.size
    count = int(getattr(picture, "n_frames", 1))
    if min(width, height) < _MIN_SIDE:
        raise InvalidInput(f"A picture needs at least {_MIN_SIDE} pixels a side.")
    if width * height > MAX_PIXELS or width * height * count > 4 * MAX_PIXELS:
        raise InvalidInput("This picture is too large when unpacked.")
    if count > MAX_FRAMES:
        raise InvalidInput(f"An animation may have at most {MAX_FRAMES} frames.")
    frames = []
    for number in range(count):
        picture.seek(number)
        upright = ImageOps.exif_transpose(picture).convert("RGBA")
        white = Image.new("RGBA", upright.size, "white")
        frames.append(np.asarray(Image.alpha_composite(white, upright).convert("RGB"), np.uint8))
    return np.stack(frames)
