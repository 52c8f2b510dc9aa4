"""Uploads as they should not be: each is read, or answered, and none is an accident."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from provenance.media import read_video
from provenance.watermark import KeyRing, MarkDetection, MarkKey, detect, embed
from tests.provenance.watermark.drawings import FPS, MARK_ID, drawing, encode, ffmpeg

SIDE, FRAMES = 256, 12
Remade = Callable[..., MarkDetection]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory, key: MarkKey) -> Path:
    path = tmp_path_factory.mktemp("marked") / "published.mp4"
    clip = drawing(SIDE, SIDE, FRAMES)
    encode(np.stack(list(embed(clip, MARK_ID, key, fps=FPS))), path)
    return path


@pytest.fixture
def remade(tmp_path: Path, published: Path, ring: KeyRing) -> Remade:
    """What is found in the published clip after ffmpeg made something odd of it."""

    def run(*arguments: str, before: tuple[str, ...] = (), suffix: str = "mp4") -> MarkDetection:
        upload = tmp_path / f"upload.{suffix}"
        ffmpeg(*before, "-i", str(published), *arguments, str(upload))
        video = read_video(upload)
        return detect(video.luma, video.picture_types, ring)

    return run


@pytest.mark.parametrize(
    ("arguments", "suffix"),
    [
        (("-pix_fmt", "yuv420p10le", "-crf", "18"), "mp4"),
        (("-pix_fmt", "yuv444p", "-crf", "18"), "mp4"),
        (("-vf", "scale=out_range=full", "-color_range", "pc", "-crf", "18"), "mp4"),
        (("-vf", "interlace", "-flags", "+ilme+ildct", "-crf", "18"), "mp4"),
        (("-vf", "scale=271:263", "-pix_fmt", "yuv444p", "-crf", "18"), "mp4"),
        (("-vf", "select='mod(n,5)'", "-fps_mode", "vfr", "-crf", "18"), "mp4"),
        (("-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p", "-crf", "20", "-b:v", "0",
          "-cpu-used", "8", "-deadline", "realtime"), "webm"),
        (("-frames:v", "1", "-crf", "18"), "mp4"),
        (("-filter_complex", "split[a][b];[a]palettegen=max_colors=96[p];[b][p]paletteuse"), "gif"),
    ],
    ids=["10-bit", "4:4:4", "full range", "interlaced", "odd size", "variable rate", "alpha",
         "one frame", "GIF"],
)  # fmt: skip
def test_an_odd_kind_of_video_is_read(
    remade: Remade, arguments: tuple[str, ...], suffix: str
) -> None:
    assert remade(*arguments, suffix=suffix).mark_id == MARK_ID


@pytest.mark.parametrize(("turn", "back"), [("transpose=clock", "90"), ("transpose=cclock", "-90")])
def test_rotation_metadata_is_obeyed(
    tmp_path: Path, published: Path, remade: Remade, ring: KeyRing, turn: str, back: str
) -> None:
    lying = tmp_path / "lying.mp4"
    ffmpeg("-i", str(published), "-vf", turn, "-crf", "18", str(lying))
    upright = tmp_path / "upright.mp4"
    ffmpeg("-display_rotation", back, "-i", str(lying), "-c", "copy", str(upright))
    video = read_video(upright)
    assert detect(video.luma, video.picture_types, ring).mark_id == MARK_ID


def test_black_frames_hold_no_mark(remade: Remade) -> None:
    found = remade("-vf", "drawbox=color=black:t=fill", "-crf", "18")
    assert found.mark_id is None
    assert not found.too_small


def test_a_video_smaller_than_one_tile_is_too_small_to_tell(remade: Remade) -> None:
    found = remade("-vf", "crop=80:80", "-crf", "18")
    assert found.too_small
    assert found.mark_id is None


def test_a_video_that_changes_its_size_is_read_up_to_there(
    tmp_path: Path, published: Path, ring: KeyRing
) -> None:
    parts = []
    for number, size in enumerate(("256:256", "320:180")):
        part = tmp_path / f"{number}.ts"
        ffmpeg("-i", str(published), "-vf", f"scale={size}", "-crf", "18", str(part))
        parts.append(part.read_bytes())
    upload = tmp_path / "upload.ts"
    upload.write_bytes(b"".join(parts))
    video = read_video(upload)
    assert video.damaged
    assert detect(video.luma, video.picture_types, ring).mark_id == MARK_ID
