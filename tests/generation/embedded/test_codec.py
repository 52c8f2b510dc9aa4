"""The codec's shapes and shares, whatever it has learned."""

import pytest
import torch

from generation.embedded.codec import (
    SHAPE_WIDTH,
    STAGE_SIZE,
    STAGE_WIDTH,
    Codec,
    by_layer,
    by_view,
    on_sphere,
)
from generation.embedded.layers import PAINTS, PLACES, SLOT_COUNT


@pytest.fixture(scope="module")
def codec():
    torch.manual_seed(0)
    return Codec().eval()


@pytest.mark.parametrize("enlarge", [1.0, 2.0])
def test_a_stage_has_shares_at_the_size_that_is_asked(codec, enlarge):
    rows, columns = (round(side * enlarge) for side in STAGE_SIZE)
    coverage = codec.decode_stage(torch.randn(STAGE_WIDTH), enlarge)
    assert coverage.shape == (rows, columns, SLOT_COUNT)
    assert coverage.min() >= 0
    sky = coverage[..., PLACES["sky"]].sum(-1)
    assert torch.allclose(sky, torch.ones_like(sky), atol=1e-4)
    assert coverage[..., PLACES["far"]].sum(-1).max() <= 1 + 1e-4


def test_a_shape_has_shares_of_every_paint(codec):
    coverage = codec.decode_shape(torch.randn(SHAPE_WIDTH), 320)
    assert coverage.shape == (320, 320, len(PAINTS))
    assert 0 <= coverage.min() < coverage.sum(-1).max() <= 1 + 1e-4


def test_the_length_of_a_code_does_not_matter(codec):
    code = torch.randn(SHAPE_WIDTH)
    once, twice = (codec.decode_shape(c, 256) for c in (code, 2 * code))
    assert torch.allclose(once, twice, atol=1e-4)


def test_codes_on_the_sphere_have_unit_size():
    assert on_sphere(torch.randn(3, 24)).square().mean(1).tolist() == pytest.approx([1, 1, 1], 1e-3)


def test_layers_are_cut_in_order():
    parts = by_layer(torch.arange(12.0)[:, None, None], "land")
    assert [len(part) for part in parts.values()] == [7, 5]
    assert float(parts["near"][-1]) == 11


def test_each_view_has_its_part_of_a_code():
    parts = by_view(torch.randn(2, STAGE_WIDTH))
    assert [part.shape[1] for part in parts.values()] == [12, 48, 6]
    assert parts["air"].square().mean() == pytest.approx(1, 1e-3)
