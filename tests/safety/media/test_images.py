import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from safety.errors import InvalidInput
from safety.media import images
from safety.media.images import read_picture


def coded(picture, form="PNG", **options):
    target = io.BytesIO()
    picture.save(target, form, **options)
    return target.getvalue()


def plain(size=(40, 30), colour="red"):
    return Image.new("RGB", size, colour)


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_the_usual_formats_are_read(form):
    frames = read_picture(coded(plain(), form))
    assert frames.shape == (1, 30, 40, 3)
    assert frames.dtype == np.uint8


def test_every_frame_of_an_animated_png_is_read():
    others = [plain(colour="green"), plain(colour="blue")]
    content = coded(plain(), save_all=True, append_images=others)
    assert read_picture(content).shape[0] == 3


def test_transparency_is_laid_over_white():
    frames = read_picture(coded(Image.new("RGBA", (20, 20), (0, 0, 0, 0))))
    assert frames.min() == 255


def colours(count):
    """Pictures that differ, so that none is left out of an animation."""
    return [plain(colour=(40 * number, 0, 200)) for number in range(count)]


def bomb():
    """A PNG of a few kilobytes that claims 30,000 by 30,000 pixels."""

    def chunk(kind, content):
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    packed = zlib.compress(b"\0" * 1_000_000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        coded(plain())[:60],
        coded(plain((1, 400))),
        coded(plain((15, 15))),
        bomb(),
        b"%PDF-1.4",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        coded(plain(), "BMP"),
    ],
    ids=range(9),
)
def test_what_cannot_be_read_is_refused_with_a_code(content):
    with pytest.raises(InvalidInput) as caught:
        read_picture(content)
    assert caught.value.code == "safety.invalid-input"


def test_too_many_frames_are_refused(monkeypatch):
    monkeypatch.setattr(images, "MAX_FRAMES", 2)
    others = [plain(colour="green"), plain(colour="blue")]
    with pytest.raises(InvalidInput, match="at most 2 frames"):
        read_picture(coded(plain(), save_all=True, append_images=others))


def test_an_animation_that_is_too_large_in_all_is_refused(monkeypatch):
    monkeypatch.setattr(images, "MAX_PIXELS", 40 * 30)
    content = coded(plain(), save_all=True, append_images=colours(5))
    with pytest.raises(InvalidInput, match="too large when unpacked"):
        read_picture(content)


def test_an_animated_png_that_claims_more_frames_than_it_has_is_refused():
    content = coded(plain(), save_all=True, append_images=colours(2))
    place = content.index(b"acTL")
    body = b"acTL" + struct.pack(">II", 60_000, 0)
    claim = body + struct.pack(">I", zlib.crc32(body))
    with pytest.raises(InvalidInput, match="at most 64 frames"):
        read_picture(content[:place] + claim + content[place + len(claim) :])


def test_too_many_bytes_are_refused(monkeypatch):
    monkeypatch.setattr(images, "MAX_BYTES", 10)
    with pytest.raises(InvalidInput, match="larger"):
        read_picture(coded(plain()))


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_a_damaged_picture_is_read_or_refused(data):
    content = bytearray(coded(plain()))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        frames = read_picture(bytes(content))
    except InvalidInput:
        return
    assert frames.ndim == 4
