"""Finding a lattice of which nothing is known."""

import math

import cv2
import numpy as np
import pytest

from provenance.watermark import MarkKey
from provenance.watermark.average import Average
from provenance.watermark.geometry import Geometry
from provenance.watermark.pattern import TILE, pattern_of
from provenance.watermark.planes import as_floats
from provenance.watermark.sync import Search, cuts

PATTERN = pattern_of(MarkKey(1, bytes(range(32))))
WIDTH, HEIGHT = 480, 352
FAINT = 30.0
"""Noise, in that of the mark, under which the search for all lattices finds none."""


def _marked(
    geometry: Geometry,
    noise: float,
    slow: float = 1.0,
    size: tuple[int, int] = (WIDTH, HEIGHT),
) -> Average:
    """What is left of a picture that bears nothing but the mark, and noise; `slow` is how much of
    the slow waves is left."""
    slow_tile, fast_tile = PATTERN.tiles(0xABCDEF, TILE)
    tile = as_floats(slow * slow_tile + fast_tile)
    y, x = np.indices(size[::-1], np.float32)
    places = np.stack([x - geometry.shift[0], y - geometry.shift[1]])
    units = np.tensordot(np.linalg.inv(geometry.array), places, 1).astype(np.float32)
    u, v = (np.mod(side, TILE).astype(np.float32) for side in units)
    picture = cv2.remap(tile, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    picture = picture / picture.std()
    draw = np.random.default_rng(5).normal(scale=noise, size=picture.shape)
    return Average(as_floats((picture + draw) / np.hypot(1, noise)))


@pytest.mark.parametrize(
    "geometry",
    [
        Geometry.of(False, 1.0, 1.0, 0.0),
        Geometry.of(True, 0.62, 0.62, 0.0),
        Geometry.of(False, 1.31, 1.31, math.radians(-11.3)),
        Geometry.of(False, 0.9, 1.1, 0.0),
    ],
    ids=["as it was", "mirrored and smaller", "larger and turned", "stretched"],
)
def test_the_lattice_is_found_to_half_a_unit(geometry: Geometry) -> None:
    found = next(Search(PATTERN.pilots).lattices(_marked(geometry, noise=2.0), limit=1))
    corners = np.array([[WIDTH, 0], [0, HEIGHT], [WIDTH, HEIGHT]]) / 2
    moved = corners @ (np.linalg.inv(found.array) - np.linalg.inv(geometry.array)).T
    assert np.abs(moved).max() < 0.5


@pytest.mark.parametrize(("step", "noise"), [(1, 6.0), (10, 6.0), (14, 6.0), (2, 8.0), (11, 8.0)])
def test_a_small_cut_is_found_by_its_fast_waves(step: int, noise: float) -> None:
    scale = 0.6 + 0.02 * step
    there = Geometry((scale, 0.0, 0.0, scale), (31.0 * step, 17.0 * step))
    average = _marked(there, noise, slow=0.45, size=(288, 172))
    found = list(Search(PATTERN.pilots).lattices(average, limit=3))
    assert min(abs(each.scale[0] / scale - 1) for each in found if not each.flipped) < 0.004


@pytest.mark.parametrize("factor", [1.0, 0.75])
def test_of_a_faint_cut_the_shift_is_found(factor: float) -> None:
    there = Geometry((factor, 0.0, 0.0, factor), (37.0, 90.0))
    average = _marked(there, noise=FAINT)
    found = cuts(average, PATTERN.pilots, 8)
    off = [
        np.abs((np.array(each.shift) - there.shift + period / 2) % period - period / 2).max()
        for each in found
        if each.scale == there.scale and not each.flipped
        for period in [TILE * factor]
    ]
    assert min(off) < 1


def test_noise_is_found_no_lattice_that_is_clear() -> None:
    noise = as_floats(np.random.default_rng(6).normal(size=(HEIGHT, WIDTH)))
    found = Search(PATTERN.pilots).lattices(Average(noise), limit=2)
    assert len({round(each.scale[0], 1) for each in found}) == 2  # a clear one would be the last


def test_what_one_average_suggests_is_found_in_another() -> None:
    there = Geometry((0.88, 0.0, 0.0, 0.88), (310.0, 170.0))
    search = Search(PATTERN.pilots)
    list(search.lattices(_marked(there, 9.0, slow=0.45, size=(288, 172)), limit=1))
    found = search.lattices(_marked(there, 6.0, slow=0.45, size=(288, 172)), limit=3)
    assert min(abs(each.scale[0] / 0.88 - 1) for each in found if not each.flipped) < 0.004
