"""Cutting clips into tokens and back."""

import pytest
import torch

from generation.embedded.grid import BASE_SIZES, CHANNELS, FRAMES, patchify, positions, unpatchify


@pytest.mark.parametrize("size", BASE_SIZES.values())
def test_patches_join_to_the_same_clip(size):
    width, height = size
    clip = torch.randn(2, FRAMES, height, width, 3)
    tokens = patchify(clip)
    assert tokens.shape[2] == CHANNELS
    assert torch.equal(unpatchify(tokens, FRAMES, height, width), clip)


def test_a_token_is_one_block_of_pixels():
    clip = torch.zeros(1, FRAMES, 32, 32, 3)
    clip[0, 4:8, 8:16, 24:32] = 1
    filled = patchify(clip)[0].mean(1)
    assert filled.nonzero().flatten().tolist() == [1 * 16 + 1 * 4 + 3]
    assert filled.max() == 1


@pytest.mark.parametrize("size", BASE_SIZES.values())
def test_every_token_has_its_own_place(size):
    width, height = size
    place = positions(FRAMES, height, width)
    assert place.shape == (FRAMES // 4 * (height // 8) * (width // 8), 5)
    assert len(place.unique(dim=0)) == len(place)


def test_a_later_slice_has_the_places_of_that_part_of_the_window():
    assert torch.equal(positions(4, 32, 32, first_frame=8), positions(FRAMES, 32, 32)[32:48])
