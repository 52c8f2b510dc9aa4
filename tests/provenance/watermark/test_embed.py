import cv2
import numpy as np
import pytest

from provenance.errors import InvalidMedia
from provenance.watermark import MarkKey, Mask, embed
from tests.provenance.watermark.drawings import FPS, MARK_ID, drawing


def ssim(one: np.ndarray, other: np.ndarray) -> float:
    """Mean SSIM of two luma pictures (Wang et al. 2004, Gaussian window of 1.5 pixels)."""

    def smooth(x: np.ndarray) -> np.ndarray:
        return cv2.GaussianBlur(x, (11, 11), 1.5)

    x, y = (cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).astype(np.float64) for p in (one, other))
    mx, my = smooth(x), smooth(y)
    vx, vy, cov = smooth(x * x) - mx**2, smooth(y * y) - my**2, smooth(x * y) - mx * my
    c1, c2 = 2.55**2, 7.65**2
    return float((((2 * mx * my + c1) * (2 * cov + c2))
                  / ((mx**2 + my**2 + c1) * (vx + vy + c2))).mean())  # fmt: skip


def marked(clip: np.ndarray, key: MarkKey) -> np.ndarray:
    return np.stack(list(embed(clip, MARK_ID, key, fps=FPS)))


def test_the_shape_stays_and_the_input_is_left_alone(key: MarkKey) -> None:
    clip = drawing(640, 384, 3)
    before = clip.copy()
    after = marked(clip, key)
    assert after.shape == clip.shape
    assert after.dtype == np.uint8
    assert (clip == before).all()


def test_frames_are_marked_one_by_one_as_they_come(key: MarkKey) -> None:
    taken = []

    def frames():
        for frame in drawing(256, 256, 3):
            taken.append(frame)
            yield frame

    next(embed(frames(), MARK_ID, key, fps=FPS))
    assert len(taken) == 1


@pytest.mark.parametrize(("width", "height"), [(512, 512), (640, 384), (384, 640)])
def test_a_flat_drawing_looks_the_same(key: MarkKey, width: int, height: int) -> None:
    clip = drawing(width, height, 2)
    assert min(ssim(a, b) for a, b in zip(clip, marked(clip, key), strict=True)) > 0.99


@pytest.mark.parametrize("level", [0, 2, 5, 10, 20])
def test_a_dark_picture_looks_the_same(key: MarkKey, level: int) -> None:
    grain = np.random.default_rng(1).normal(level, level / 4, (512, 512, 1))
    frame = np.rint(cv2.GaussianBlur(grain, (0, 0), 1.0)).clip(0).astype(np.uint8)
    clip = np.repeat(frame[None, :, :, None], 3, axis=3)
    assert ssim(clip[0], marked(clip, key)[0]) > 0.985


def test_flat_areas_change_by_no_more_than_the_cap(key: MarkKey) -> None:
    clip = np.full((1, 512, 512, 3), 118, np.uint8)
    change = marked(clip, key).astype(float) - clip
    assert np.sqrt((change**2).mean()) < Mask().floor + 0.2
    assert np.abs(change).max() <= 3


def test_a_flat_area_gets_no_fast_waves(key: MarkKey) -> None:
    change = marked(np.full((1, 512, 512, 3), 118, np.uint8), key)[0, :, :, 0] - 118.0
    power = np.abs(np.fft.fft2(change)) ** 2
    radius = np.hypot(*np.meshgrid(*[np.fft.fftfreq(512)] * 2))
    assert power[(radius > 0.08)].sum() < 0.25 * power.sum()  # what is left is rounding


def test_black_and_white_do_not_wrap_around(key: MarkKey) -> None:
    for level in (0, 255):
        clip = np.full((1, 256, 256, 3), level, np.uint8)
        assert np.abs(marked(clip, key).astype(int) - level).max() <= 4


def test_a_clip_too_small_for_the_mark_is_refused_with_the_least_size(key: MarkKey) -> None:
    with pytest.raises(InvalidMedia) as refused:
        marked(np.zeros((1, 96, 640, 3), np.uint8), key)
    assert refused.value.code == "provenance.mark-clip-too-small"
    assert "128" in refused.value.advice


def test_frames_of_different_size_are_refused(key: MarkKey) -> None:
    frames = [np.zeros((256, 256, 3), np.uint8), np.zeros((256, 320, 3), np.uint8)]
    with pytest.raises(InvalidMedia) as refused:
        list(embed(frames, MARK_ID, key, fps=FPS))
    assert refused.value.code == "provenance.mark-frames-differ"


def test_a_mark_id_of_more_than_48_bits_is_refused(key: MarkKey) -> None:
    with pytest.raises(ValueError, match="48 bits"):
        embed([], 1 << 48, key, fps=FPS)
