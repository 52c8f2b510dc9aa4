"""How a lattice lies in an upload."""

import numpy as np

from provenance.watermark.geometry import Geometry, fold
from provenance.watermark.pattern import TILE


def test_a_clip_is_folded_tile_upon_tile() -> None:
    picture = np.random.default_rng(2).normal(size=(2 * TILE, 3 * TILE)).astype(np.float32)
    tiles = picture.reshape(2, TILE, 3, TILE)
    folded = fold(picture, Geometry.of(False, 1.0, 1.0, 0.0))
    np.testing.assert_allclose(folded, tiles.sum((0, 2)), atol=1e-4)
