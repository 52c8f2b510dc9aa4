"""Pictures and clips to start from: what is refused, and how they are fitted."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation import GenerationRequest, InvalidRequest
from generation.references import MAX_CLIP_PIXELS, MAX_SIDE, MIN_SIDE, check, fit

sides = st.integers(MIN_SIDE, 200)


def huge(*shape):
    """An array of any size that takes no memory."""
    return np.broadcast_to(np.zeros((), np.uint8), shape)


def refusal(frames) -> str:
    with pytest.raises(InvalidRequest) as caught:
        check(frames)
    assert caught.value.message
    assert caught.value.advice
    return caught.value.code


@pytest.mark.parametrize(
    "frames",
    [
        None,
        "picture.png",
        [[[0, 0, 0]]],
        np.zeros((64, 64, 3), np.float32),
        np.zeros((64, 64, 3), np.uint16),
        np.zeros((64, 64), np.uint8),
        np.zeros((64, 64, 4), np.uint8),
        np.zeros((1, 2, 64, 64, 3), np.uint8),
    ],
)
def test_only_rgb_bytes_are_taken(frames):
    assert refusal(frames) == "generation.reference-type"


def test_a_clip_has_frames():
    assert refusal(np.zeros((0, 64, 64, 3), np.uint8)) == "generation.reference-empty"


@pytest.mark.parametrize("shape", [(63, 64, 3), (64, 63, 3), (0, 64, 3), (2, 8, 8, 3)])
def test_small_references_are_refused(shape):
    assert refusal(np.zeros(shape, np.uint8)) == "generation.reference-small"


@pytest.mark.parametrize(
    "shape",
    [
        (64, MAX_SIDE + 1, 3),
        (8000, 8000, 3),
        (MAX_CLIP_PIXELS // (512 * 512) + 1, 512, 512, 3),
    ],
)
def test_huge_references_are_refused(shape):
    assert refusal(huge(*shape)) == "generation.reference-large"


def test_the_greatest_clip_is_taken():
    check(huge(MAX_CLIP_PIXELS // (512 * 512), 512, 512, 3))


@given(sides, sides, st.sampled_from([(64, 64), (96, 64), (64, 112), (256, 144)]))
def test_any_picture_is_fitted(height, width, size):
    fitted = fit(np.full((height, width, 3), 77, np.uint8), size)
    assert fitted.shape == (size[1], size[0], 3)
    assert fitted.dtype == np.uint8
    assert np.ptp(fitted) == 0
    assert fitted[0, 0, 0] == 77


def test_a_clip_is_fitted_frame_by_frame():
    clip = np.random.default_rng(0).integers(0, 256, (3, 80, 120, 3), np.uint8)
    fitted = fit(clip, (64, 64))
    assert fitted.shape == (3, 64, 64, 3)
    assert np.array_equal(fitted[1], fit(clip[1], (64, 64)))


def test_the_sides_that_do_not_fit_are_cut_off_evenly():
    picture = np.zeros((100, 300, 3), np.uint8)
    picture[:, :100], picture[:, 100:200], picture[:, 200:] = 10, 20, 30
    assert np.unique(fit(picture, (100, 100))).tolist() == [20]


def test_a_picture_of_the_right_size_is_left_alone():
    picture = np.random.default_rng(0).integers(0, 256, (64, 96, 3), np.uint8)
    assert np.array_equal(fit(picture, (96, 64)), picture)


PICTURE = np.zeros((64, 64, 3), np.uint8)
CLIP = np.zeros((2, 64, 64, 3), np.uint8)


@pytest.mark.parametrize(
    "fields",
    [{"first_frame": CLIP}, {"last_frame": CLIP}, {"continues": PICTURE}, {"source": PICTURE}],
)
def test_a_request_tells_pictures_from_clips(fields):
    with pytest.raises(InvalidRequest) as caught:
        GenerationRequest("a cat", **fields)
    assert caught.value.code == "generation.reference-type"
