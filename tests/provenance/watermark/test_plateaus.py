"""Flat colours, followed by a grid, against following each level over the whole picture."""

import cv2
import numpy as np
import pytest

from provenance.watermark.planes import Bytes, Floats, as_floats
from provenance.watermark.plateaus import beside_plateaus

STEP = 10


def _scene(width: int, height: int) -> Bytes:
    """Two flat shapes on a soft gradient, and grain."""
    draw = np.random.default_rng(8)
    picture = np.linspace(20, 140, width)[None].repeat(height, 0)
    picture[height // 4 : height // 2, width // 5 : width // 2] = 200
    cv2.circle(picture, (2 * width // 3, 2 * height // 3), height // 5, 3, -1)
    grained = picture + draw.normal(scale=2, size=picture.shape)
    return np.clip(np.rint(grained), 0, 255).astype(np.uint8)


def _level_by_level(luma: Bytes) -> Floats:
    """The same on a picture of whole blocks, each level on a small picture of its own."""
    picture, small = as_floats(luma), (luma.shape[1] // 8, luma.shape[0] // 8)
    plateaus = np.zeros_like(picture)
    for level in range(0, 260, STEP):
        share = as_floats(np.maximum(0, 1 - np.abs(picture - level) / STEP))
        amount, total = (
            cv2.GaussianBlur(cv2.resize(each, small, interpolation=cv2.INTER_AREA), (0, 0), 2)
            for each in (share, share * picture)
        )
        plateaus += share * cv2.resize(total / (amount + 1e-4), luma.shape[::-1])
    return picture - plateaus


def test_the_grid_tells_what_each_level_alone_tells() -> None:
    luma = _scene(320, 240)
    np.testing.assert_allclose(beside_plateaus(luma), _level_by_level(luma), atol=1e-3)


@pytest.mark.parametrize(("width", "height"), [(301, 203), (500, 362)])
def test_a_flat_drawing_of_any_size_leaves_next_to_nothing(width: int, height: int) -> None:
    luma = np.full((height, width), 40, np.uint8)
    luma[height // 2 :] = 220
    far_from_the_edge = np.abs(np.arange(height) - height // 2) > 2
    left = beside_plateaus(luma)
    assert left.shape == luma.shape
    assert np.abs(left[far_from_the_edge]).max() < 0.1


def test_a_slow_wave_on_a_flat_colour_is_left() -> None:
    wave = 3 * np.cos(2 * np.pi * np.arange(320) / 40)
    luma = np.rint(120 + np.tile(wave, (240, 1))).astype(np.uint8)
    left = beside_plateaus(luma)[60:180, 60:260]
    kept = np.corrcoef(left.ravel(), (luma[60:180, 60:260] - 120.0).ravel())[0, 1]
    assert kept > 0.95
