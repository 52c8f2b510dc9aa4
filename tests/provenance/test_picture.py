"""Still pictures of any kind come out as they look; what is hostile or broken is refused."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from provenance.errors import InvalidMedia, LimitReached
from provenance.sandbox import contact_sheet, decode_clip, decode_picture, frame_at

RED, BLUE = (200, 30, 40), (20, 60, 210)


@pytest.fixture
def halves() -> Image.Image:
    """Left half red, right half blue; 64 × 32."""
    image = Image.new("RGB", (64, 32), RED)
    image.paste(BLUE, (32, 0, 64, 32))
    return image


def close(pixel: np.ndarray, wanted: tuple[int, int, int], by: int = 6) -> bool:
    return bool(np.abs(pixel.astype(int) - wanted).max() <= by)


@pytest.mark.parametrize("name", ["a.png", "a.bmp", "a.tiff", "a.gif", "a.webp", "a.jpg"])
def test_formats(tmp_path, halves, name):
    halves.save(tmp_path / name, quality=95)
    frame = decode_picture(tmp_path / name)
    assert frame.shape == (32, 64, 3)
    assert frame.dtype == np.uint8
    assert close(frame[16, 8], RED, 12)
    assert close(frame[16, 56], BLUE, 12)


def test_the_name_is_not_believed(tmp_path, halves):
    halves.save(tmp_path / "a.png")
    (tmp_path / "a.png").rename(tmp_path / "a.jpg")
    assert close(decode_picture(tmp_path / "a.jpg")[0, 0], RED)


def test_turned_as_its_exif_says(tmp_path, halves):
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    halves.save(tmp_path / "a.jpg", exif=exif, quality=95)
    frame = decode_picture(tmp_path / "a.jpg")
    assert frame.shape == (64, 32, 3)
    assert close(frame[8, 16], RED, 12)
    assert close(frame[56, 16], BLUE, 12)


@pytest.mark.parametrize("mode", ["CMYK", "P", "L", "1", "YCbCr", "LAB"])
def test_colour_models(tmp_path, halves, mode):
    halves.convert(mode, palette=Image.Palette.ADAPTIVE).save(tmp_path / "a.tiff")
    frame = decode_picture(tmp_path / "a.tiff")
    assert frame.shape == (32, 64, 3)
    if mode in {"CMYK", "P", "YCbCr"}:
        assert close(frame[16, 8], RED, 12)


def test_transparency_lies_over_white(tmp_path):
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(tmp_path / "a.png")
    assert close(decode_picture(tmp_path / "a.png")[0, 0], (255, 255, 255), 0)


def test_sixteen_bits_grey(tmp_path):
    Image.fromarray(np.full((4, 4), 0x80FF, np.uint16)).save(tmp_path / "a.png")
    assert close(decode_picture(tmp_path / "a.png")[0, 0], (0x80, 0x80, 0x80), 0)


def test_sixteen_bits_colour(tmp_path):
    rows = b"".join(b"\0" + struct.pack(">3H", 0xC000, 0x4000, 0x0000) * 4 for _ in range(4))
    (tmp_path / "a.png").write_bytes(png(4, 4, rows, depth=16))
    assert close(decode_picture(tmp_path / "a.png")[0, 0], (0xC0, 0x40, 0), 1)


def test_an_embedded_profile_is_converted(tmp_path):
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    grey = Image.new("RGB", (4, 4), (128, 128, 128))
    grey.save(tmp_path / "odd.png", icc_profile=lab.tobytes())  # does not fit RGB
    assert close(decode_picture(tmp_path / "odd.png")[0, 0], (128, 128, 128), 0)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    grey.save(tmp_path / "right.png", icc_profile=srgb.tobytes())
    assert close(decode_picture(tmp_path / "right.png")[0, 0], (128, 128, 128), 1)


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png", "a.tiff"])
def test_animations_are_refused(tmp_path, halves, name):
    other = halves.rotate(180)
    halves.save(tmp_path / name, save_all=True, append_images=[other])
    assert code_of(tmp_path / name) == "provenance.picture-animated"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp"])
def test_truncated(tmp_path, name, share):
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / name)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[: int(len(content) * share)])
    assert code_of(tmp_path / name) == "provenance.picture-unreadable"


def test_a_bomb_is_refused_before_it_is_decoded(tmp_path):
    bomb = png(50_000, 50_000, zlib.compress(b"\0" * 1000), compressed=True)
    (tmp_path / "a.png").write_bytes(bomb)
    with pytest.raises(LimitReached) as caught:
        decode_picture(tmp_path / "a.png")
    assert caught.value.code == "provenance.picture-too-large"


def test_the_limit_is_the_callers(tmp_path, halves):
    halves.save(tmp_path / "a.png")
    assert decode_picture(tmp_path / "a.png", max_pixels=64 * 32).shape == (32, 64, 3)
    with pytest.raises(LimitReached):
        decode_picture(tmp_path / "a.png", max_pixels=64 * 32 - 1)


def test_a_large_picture_fits_into_the_sandbox(tmp_path):
    Image.new("CMYK", (5000, 5000)).save(tmp_path / "a.tiff")
    assert decode_picture(tmp_path / "a.tiff").shape == (5000, 5000, 3)


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg/>", b"%PDF-1.7", b"\xff\xd8\xff" * 9])
def test_what_is_no_picture(tmp_path, content):
    (tmp_path / "a.png").write_bytes(content)
    assert code_of(tmp_path / "a.png") == "provenance.picture-unreadable"


def test_floating_point_pixels_are_refused(tmp_path):
    Image.fromarray(np.zeros((4, 4), np.float32)).save(tmp_path / "a.tiff")
    assert code_of(tmp_path / "a.tiff") == "provenance.picture-colours"


def test_a_clips_frames(small_clip):
    frames, fps = decode_clip(small_clip, 3)
    assert frames.shape == (3, 128, 128, 3)
    assert fps == 8
    last, _fps = decode_clip(small_clip, 2, (64, 32), from_end=True)
    assert last.shape == (2, 32, 64, 3)
    whole, _fps = decode_clip(small_clip, 100)
    assert len(whole) == 8
    assert (whole[:3] == frames).all()


def test_stills_are_spread_over_a_clip(small_clip):
    whole, _fps = decode_clip(small_clip, 100)
    sheet = contact_sheet(small_clip, 4, 64)
    assert [still.shape for still in sheet] == [(64, 64, 3)] * 4
    brightness = [abs(float(whole[2 * i].mean()) - float(sheet[i].mean())) for i in range(4)]
    assert max(brightness) < 2
    assert len(contact_sheet(small_clip, 3, 64)) == 3
    assert len(contact_sheet(small_clip, 50, 64)) == 8


def test_the_picture_at_a_time(small_clip):
    whole, fps = decode_clip(small_clip, 100, (64, 64))
    for seconds, index in ((0.0, 0), (3 / fps, 3), (99.0, 7)):
        assert (frame_at(small_clip, seconds, 64) == whole[index]).all()


def test_a_clip_that_is_none(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"nothing")
    with pytest.raises(InvalidMedia) as caught:
        decode_clip(tmp_path / "a.mp4", 3)
    assert caught.value.code == "provenance.unreadable"


def code_of(path: Path) -> str:
    with pytest.raises(InvalidMedia) as caught:
        decode_picture(path)
    return caught.value.code


def png(width: int, height: int, rows: bytes, *, depth: int = 8, compressed: bool = False) -> bytes:
    """An RGB PNG made by hand: the header may promise anything."""
    out = io.BytesIO(b"\x89PNG\r\n\x1a\n")
    out.seek(0, io.SEEK_END)
    header = struct.pack(">IIBBBBB", width, height, depth, 2, 0, 0, 0)
    body = rows if compressed else zlib.compress(rows)
    for kind, data in ((b"IHDR", header), (b"IDAT", body), (b"IEND", b"")):
        check = zlib.crc32(kind + data)
        out.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check))
    return out.getvalue()
