"""Pairing an upload with a clip along a line in time."""

import numpy as np
import pytest

from provenance.alignment import MIN_SHOWN, SHRINK, pair, place
from provenance.watermark import Geometry


@pytest.mark.parametrize("seed", range(40))
def test_a_pairing_pairs_something_or_is_none(seed: int) -> None:
    draw = np.random.default_rng(seed)
    count = int(draw.integers(1, 4))
    seconds = (np.arange(count) / 24).astype(np.float32)
    distance = draw.uniform(0, 2, (1, count)).astype(np.float32)
    pairing = pair(distance, np.zeros(1, np.float32), seconds)
    assert pairing is None or len(pairing.reference) > 0


@pytest.mark.parametrize("start", [0.0, -7.25, -20.0])
def test_a_long_clip_is_paired_although_its_thumbnails_lie_far_apart(start: float) -> None:
    thumbnails = (np.arange(96) * 0.625).astype(np.float32)
    upload = (np.arange(36 * 12) / 12).astype(np.float32)
    shown = upload - start  # by then, half way between two thumbnails, much has moved on
    apart = np.abs(thumbnails[:, None] - shown[None])
    likeness = np.random.default_rng(1).uniform(0.4, 0.8, (96, 1))
    distance = np.minimum(4 * apart, likeness).astype(np.float32)
    pairing = pair(distance, thumbnails, upload)
    assert pairing is not None
    assert pairing.speed == 1.0
    assert abs(pairing.start - start) < 0.09


def test_an_edit_does_not_pull_at_the_line_in_time() -> None:
    shown = (np.arange(36) / 24).astype(np.float32)
    thumbnails = shown[::4]
    apart = np.abs(thumbnails[:, None] - shown[None])
    distance = (0.1 + 0.2 * np.minimum(apart, 1)).astype(np.float32)
    distance[apart < 0.01] = 0
    distance[:, :9] = 0.36  # edited; a little less unlike where it is out of time
    distance[1, 2:4] = 0.2
    pairing = pair(distance, thumbnails, shown)
    assert pairing is not None
    assert (pairing.speed, pairing.start) == (1.0, pytest.approx(0.0, abs=0.03))


@pytest.mark.parametrize("seed", range(20))
def test_another_clip_is_not_laid_over_a_corner(seed: int) -> None:
    """Wherever its lattice lies: it shows a good part of itself there, or nothing is visible."""
    draw = np.random.default_rng(seed)
    height, width = 256, 384
    flat = np.full((8, height // SHRINK, width // SHRINK), 90, np.uint8)
    flat[:, 4:-4, 4:-4] = draw.integers(0, 255, flat[:, 4:-4, 4:-4].shape)
    upload = [draw.integers(60, 120, (height, width)).astype(np.uint8) for _ in range(4)]
    turned = draw.uniform(-0.1, 0.1, 2)
    scale = draw.uniform(0.8, 1.3)
    lattice = Geometry((scale, turned[0], turned[1], scale), tuple(draw.uniform(-300, 300, 2)))
    placed = place(upload, lattice, flat, (width, height))
    seen = placed.visible.sum()
    of_upload = seen * abs(np.linalg.det(placed.geometry.array)) * SHRINK**2 / (width * height)
    assert seen == 0 or max(placed.visible.mean(), of_upload) > MIN_SHOWN


def test_a_turned_upload_that_is_all_black_shows_nothing() -> None:
    """Its black cannot be told from the corners that turning left."""
    thumbnails = np.full((2, 32, 48), 90, np.uint8)
    upload = [np.zeros((256, 384), np.uint8)] * 2
    placed = place(upload, Geometry((1.0, -0.1, 0.1, 1.0)), thumbnails, (384, 256))
    assert not placed.visible.any()
