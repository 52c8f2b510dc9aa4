"""Video is written whole or not at all, and read within bounds."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from provenance import media
from provenance.errors import InvalidMedia, LimitReached, ProvenanceFailed
from provenance.media import Limits, Moments


def test_a_written_video_shows_the_same_picture(tmp_path, pictures):
    frames = pictures(1, 256, 6)
    media.write_video(tmp_path / "a.mp4", frames, 12)
    read = list(media.read_frames(tmp_path / "a.mp4"))
    assert len(read) == 6
    assert np.abs(read[3].astype(int) - frames[3]).mean() < 6


def test_colours_keep_their_matrix(tmp_path):
    red = np.zeros((64, 64, 3), np.uint8)
    red[..., 0] = 200
    media.write_video(tmp_path / "red.mp4", [red] * 3, 12)
    colour = next(media.read_frames(tmp_path / "red.mp4")).reshape(-1, 3).mean(0)
    assert np.abs(colour - (200, 0, 0)).max() < 4


def test_luma_and_picture_types(small_clip):
    video = media.read_video(small_clip)
    assert [plane.shape for plane in video.luma] == [(128, 128)] * 8
    assert video.picture_types[0] == "I"
    assert set(video.picture_types[1:]) == {"P"}
    assert (video.info.fps, video.capped, video.damaged) == (8.0, False, False)


def test_a_picture_is_a_moment(small_clip):
    video = media.read_video(small_clip)
    assert video.moments == Moments(video.luma, video.chroma, 8.0)


def test_an_interlaced_picture_is_two_moments(small_clip, tmp_path, ffmpeg):
    copy = tmp_path / "interlaced.mp4"
    ffmpeg("-i", small_clip, "-vf", "interlace", "-flags", "+ilme+ildct", copy)
    video = media.read_video(copy)
    seen = video.moments
    assert [plane.shape for plane in video.luma] == [(128, 128)] * 4
    assert [plane.shape for plane in seen.luma] == [(64, 64)] * 8
    assert len(seen.chroma) == 8
    assert (video.info.fps, seen.fps, seen.scale) == (4.0, 8.0, 0.5)


def test_no_frames_is_an_error(tmp_path):
    with pytest.raises(InvalidMedia, match="no frames"):
        media.write_video(tmp_path / "a.mp4", [], 12)


@pytest.mark.parametrize("shape", [(63, 64, 3), (64, 64), (64, 64, 4)])
def test_a_wrong_frame_shape_is_an_error(tmp_path, shape):
    with pytest.raises(InvalidMedia) as caught:
        media.write_video(tmp_path / "a.mp4", [np.zeros(shape, np.uint8)], 12)
    assert caught.value.code == "provenance.frame-shape"


def test_a_crash_half_way_leaves_the_old_file(tmp_path, pictures):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"old")

    def breaking():
        yield from pictures(1, 64, 3)
        raise RuntimeError("the generator died")

    with pytest.raises(RuntimeError):
        media.write_video(path, breaking(), 12)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_nothing_behind(tmp_path):
    """A limit on file size stands in for the disk's end: both end in a refused write."""
    script = f"""
import resource, sys, numpy as np
from pathlib import Path
from provenance import ProvenanceFailed, write_video
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
noise = np.random.default_rng(0).integers(0, 255, (24, 256, 256, 3), dtype=np.uint8)
try:
    write_video(Path({str(tmp_path)!r}) / "full.mp4", noise, 12)
except ProvenanceFailed as error:
    print(error.code, error.retryable)
"""
    root = Path(media.__file__).parent.parent
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=root, check=False
    )
    assert ran.stdout.split() == ["provenance.disk-full", "True"], ran.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content", [b"", b"no video at all" * 100, b"\0" * 4096, b"#EXTM3U\nhttp://127.0.0.1/x.ts\n"]
)
def test_what_is_no_video_is_unreadable(content):
    with pytest.raises(InvalidMedia) as caught:
        media.read_video(io.BytesIO(content))
    assert caught.value.code == "provenance.unreadable"


def test_frames_beyond_the_limit_are_left_out(small_clip):
    video = media.read_video(small_clip, Limits(max_frames=3))
    assert (len(video.luma), video.capped) == (3, True)


def test_seconds_beyond_the_limit_are_left_out(small_clip):
    assert len(media.read_video(small_clip, Limits(max_seconds=0.5)).luma) == 4


def test_memory_for_luma_is_bounded(small_clip):
    assert len(media.read_video(small_clip, Limits(max_luma=2 * 128 * 128)).luma) == 2


def test_a_large_picture_is_kept_small(small_clip):
    video = media.read_video(small_clip, Limits(max_side=64))
    assert {plane.shape for plane in video.luma} == {(64, 64)}
    assert (video.info.width, video.info.height) == (128, 128)


def test_a_picture_beyond_the_limit_is_refused(small_clip):
    with pytest.raises(LimitReached) as caught:
        media.read_video(small_clip, Limits(max_pixels=100 * 100))
    assert caught.value.code == "provenance.frame-too-large"


def test_what_precedes_a_broken_end_is_read(pictures, tmp_path):
    media.write_video(tmp_path / "a.mp4", pictures(1, 128, 48), 24)
    content = (tmp_path / "a.mp4").read_bytes()
    video = media.read_video(io.BytesIO(content[: len(content) * 3 // 4]))
    assert 5 < len(video.luma) < 48
    assert video.damaged


def test_a_missing_folder_is_a_clear_error(tmp_path, pictures):
    with pytest.raises(ProvenanceFailed) as caught:
        media.write_video(tmp_path / "nowhere" / "a.mp4", pictures(1, 64, 2), 12)
    assert caught.value.code == "provenance.write-failed"
