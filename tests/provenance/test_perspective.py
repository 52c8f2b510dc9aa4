"""The perspective that an affine lattice leaves over."""

import cv2
import numpy as np
import pytest

from provenance.perspective import NONE, believable, in_pixels, remaining

SHAPE = (48, 64)
SEEN = np.ones(SHAPE, np.bool_)


def pictures(seed: int) -> np.ndarray:
    """Three thumbnails of soft blots, (3, h, w) uint8."""
    draw = np.random.default_rng(seed)
    noise = draw.normal(128, 60, (3, 9, 12)).astype(np.float32)
    large = [cv2.resize(each, SHAPE[::-1], interpolation=cv2.INTER_CUBIC) for each in noise]
    return np.clip(large, 0, 255).astype(np.uint8)


def warped(stack: np.ndarray, plane: np.ndarray) -> np.ndarray:
    """What is laid `plane` off; seen with the inverse, it is where it belongs."""
    matrix = in_pixels(plane, SHAPE)
    border = cv2.BORDER_REPLICATE
    return np.stack([
        cv2.warpPerspective(each.astype(np.float32), matrix, SHAPE[::-1], borderMode=border)
        for each in stack
    ])  # fmt: skip


TILTED = np.array([[1.03, 0.02, 0.02], [-0.01, 0.98, -0.03], [0.02, 0.03, 1.0]])


@pytest.mark.parametrize("seed", range(4))
def test_a_perspective_is_found(seed: int) -> None:
    wanted = pictures(seed)
    found = remaining(wanted, warped(wanted, TILTED), SEEN)
    corners = np.array([[-1, 1, -1, 1], [-1, -1, 1, 1], [1, 1, 1, 1]], float)
    there, right = (plane @ corners for plane in (found, TILTED))
    assert there[:2] / there[2] == pytest.approx(right[:2] / right[2], abs=0.02)


def test_an_edit_pulls_at_nothing() -> None:
    wanted = pictures(1)
    laid = wanted.astype(np.float32)
    laid[:, 10:30, 20:44] = 255 - laid[:, 10:30, 20:44]
    assert remaining(wanted, laid, SEEN) == pytest.approx(NONE, abs=0.01)


@pytest.mark.parametrize(
    "plane",
    [
        np.array([[1.5, 0, 0], [0, 1.5, 0], [0, 0, 1.0]]),
        np.array([[1, 0, 0.1], [0, 1, 0], [0, 0, 1.0]]),
        np.array([[1, 0, 0], [0, 1, 0], [0.6, 0, 1.0]]),
    ],
    ids=["corners too far", "no place where it was", "beyond the horizon"],
)
def test_what_no_lattice_can_have_left_over_is_not_believed(plane: np.ndarray) -> None:
    assert believable(TILTED)
    assert not believable(plane)


def test_a_flat_picture_says_nothing() -> None:
    flat = np.full((1, *SHAPE), 90, np.uint8)
    assert remaining(flat, flat.astype(np.float32), SEEN) == pytest.approx(NONE)
