"""One still picture of unknown origin, as sRGB pixels. Called in the sandboxed child only."""

from __future__ import annotations

import io
import warnings
from typing import BinaryIO, cast

import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from provenance.errors import InvalidMedia, LimitReached, ProvenanceError
from provenance.media import Frame

FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP")
_WIDE = {"I;16", "I;16L", "I;16B", "I;16N"}
_TRANSPARENT = {"RGBA", "LA", "PA", "RGBa", "La"}
_PLAIN = {"1", "L", "P", "RGB", "RGBX", "CMYK", "YCbCr", "LAB", "HSV"}


def read_picture(file: BinaryIO, max_pixels: int) -> Frame:
    """Decode a picture as a person would see it.

    Turned as its EXIF says, transparency laid over white, an embedded colour profile converted,
    palettes, CMYK and 16 bits a channel brought to 8-bit sRGB.

    Args:
        file: JPEG, PNG, WebP, TIFF, GIF or BMP.
        max_pixels: width × height at most, checked before anything is decoded.

    Returns:
        (height, width, 3) uint8 sRGB.

    Raises:
        InvalidMedia: ``provenance.picture-unreadable`` (not one of these, or truncated),
            ``provenance.picture-animated``, ``provenance.picture-colours``.
        LimitReached: ``provenance.picture-too-large``.
    """
    Image.MAX_IMAGE_PIXELS = None  # our own limit, below, which refuses and does not warn
    file.seek(0)
    try:
        with warnings.catch_warnings(), Image.open(file, formats=FORMATS) as image:
            warnings.simplefilter("ignore")
            if image.width * image.height > max_pixels:
                raise _too_large(image.size, max_pixels)
            # A telephone's JPEG may carry a depth map or a second exposure: not an animation.
            if image.format != "MPO" and getattr(image, "n_frames", 1) > 1:
                raise _animated()
            image.load()
            return _pixels(_in_srgb(_eight_bits(ImageOps.exif_transpose(image))))
    except ProvenanceError:
        raise
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, TypeError, EOFError) as fault:
        raise _unreadable() from fault
    except (IndexError, KeyError, ZeroDivisionError, OverflowError) as fault:
        raise _unreadable() from fault  # decoders of broken headers raise all kinds


def _eight_bits(image: Image.Image) -> Image.Image:
    """Eight bits a channel and no transparency; keeps the colour profile."""
    profile = image.info.get("icc_profile")
    if image.mode in _WIDE:
        image = Image.fromarray((np.asarray(image).astype(np.uint16) >> 8).astype(np.uint8))
    elif image.mode == "I" and np.asarray(image).max() <= 0xFFFF:  # as some writers keep 16 bits
        image = Image.fromarray((np.asarray(image).clip(0) >> 8).astype(np.uint8))
    if image.mode in _TRANSPARENT or "transparency" in image.info:
        rgba = image.convert("RGBA")
        image = Image.new("RGB", rgba.size, "white")
        image.paste(rgba, mask=rgba.getchannel("A"))
    elif image.mode not in _PLAIN:
        raise InvalidMedia(
            "picture-colours",
            f"Pictures with this kind of pixel ({image.mode}) cannot be used.",
            "Save it as an ordinary JPEG or PNG with 8 or 16 bits a channel.",
        )
    image.info["icc_profile"] = profile
    return image


def _in_srgb(image: Image.Image) -> Image.Image:
    """By the embedded profile where there is one that fits, else as the mode says."""
    profile = image.info.get("icc_profile")
    if image.mode in {"1", "P", "HSV", "YCbCr", "RGBX"}:
        image = image.convert("RGB")
    if profile and image.mode in {"RGB", "L", "CMYK"}:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            srgb = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, source, srgb, outputMode="RGB")
            return cast(Image.Image, converted)
        except (ImageCms.PyCMSError, OSError, TypeError):
            pass  # a broken profile is no reason to refuse the picture
    return image.convert("RGB")


def _pixels(image: Image.Image) -> Frame:
    return np.ascontiguousarray(np.asarray(image, np.uint8))


def _too_large(size: tuple[int, int], max_pixels: int) -> LimitReached:
    return LimitReached(
        "picture-too-large",
        f"The picture of {size[0]} × {size[1]} pixels is too large.",
        f"Scale it to at most {max_pixels:,} pixels (width times height).",
    )


def _animated() -> InvalidMedia:
    return InvalidMedia(
        "picture-animated",
        "This is an animation or has several pages; a single picture is needed.",
        "Save the one frame that you mean as a JPEG or PNG.",
    )


def _unreadable() -> InvalidMedia:
    return InvalidMedia(
        "picture-unreadable",
        "This file could not be read as a picture, or it is incomplete.",
        "Save it again as JPEG, PNG, WebP, TIFF, GIF or BMP; a telephone's HEIC must be exported "
        "as JPEG.",
    )
