"""The few clips that an upload may show, out of many."""

import numpy as np
import pytest

from provenance.shortlist import CANDIDATES, VIEWS, Near, Shortlist, hashes_of, views_of

RANDOM = np.random.default_rng(1)
HASHES = RANDOM.integers(0, 256, (50, 5, 32), np.uint8)
"""Of fifty clips, five frames each."""


@pytest.fixture(scope="module")
def shortlist() -> Shortlist:
    return Shortlist.of((100 + place, each.tobytes()) for place, each in enumerate(HASHES))


def flipped(hashes: np.ndarray, bits: int) -> np.ndarray:
    """With so many bits of each hash changed."""
    loose = np.unpackbits(hashes, axis=-1)
    for row in loose.reshape(-1, 256):
        row[RANDOM.permutation(256)[:bits]] ^= 1
    return np.packbits(loose, axis=-1)


def test_a_clip_is_found_by_its_own_hashes(shortlist):
    assert shortlist.nearest(HASHES[None, 7], 1) == [Near(107, 0.0)]


def test_a_clip_is_found_by_some_hashes_that_changed_a_little(shortlist):
    (near,) = shortlist.nearest(flipped(HASHES[None, 30, 1:4], 40))
    assert near == Near(130, 40.0)
    assert near.similarity == 69


def test_one_view_counts_for_all_frames(shortlist):
    other = RANDOM.integers(0, 256, (5, 32), np.uint8)
    assert shortlist.nearest(np.stack([other, HASHES[4]]), 1) == [Near(104, 0.0)]


def test_what_is_like_none_leads_nowhere(shortlist):
    assert shortlist.nearest(RANDOM.integers(0, 256, (2, 8, 32), np.uint8)) == []


def test_the_opposite_of_a_picture_is_far_away():
    """All 256 bits differ, which must not be counted as none."""
    alone = Shortlist.of([(7, HASHES[7, 0].tobytes())])
    assert alone.nearest(~HASHES[None, 7, :1], 1, 256) == [Near(7, 256.0)]


def test_no_more_than_asked(shortlist):
    assert len(shortlist.nearest(HASHES[None, 3], most_bits=256)) == CANDIDATES


def test_more_clips_are_found_beside_the_first(shortlist):
    more = Shortlist.of([(999, HASHES[0, 0].tobytes()[::-1])])
    both = shortlist.with_more(more)
    reversed_hash = HASHES[None, :1, 0, ::-1].copy()
    assert both.nearest(reversed_hash, 1) == [Near(999, 0.0)]
    assert both.nearest(HASHES[None, 49], 1) == [Near(149, 0.0)]


def test_a_clip_without_hashes_is_in_nobodys_way(shortlist):
    few = Shortlist.of([(1, b""), (2, HASHES[0].tobytes()), (3, b"")])
    assert few.nearest(HASHES[None, 0]) == [Near(2, 0.0)]
    assert Shortlist.of([]).nearest(HASHES[None, 0]) == []
    assert len(Shortlist.of([]).with_more(shortlist)) == len(shortlist)


def test_plain_pictures_are_not_looked_for(shortlist):
    views = views_of([np.full((64, 64), level, np.uint8) for level in (0, 128, 255)])
    assert views.shape == (VIEWS, 0, 32)
    assert shortlist.nearest(views) == []


@pytest.mark.parametrize("turns", range(4))
def test_a_picture_is_looked_at_from_every_side(turns):
    picture = RANDOM.integers(0, 256, (16, 16), np.uint8).repeat(16, 0).repeat(16, 1)
    upright = Shortlist.of([(1, views_of([picture])[0].tobytes())])
    (near,) = upright.nearest(views_of([np.ascontiguousarray(np.rot90(picture, turns))]))
    assert near.bits < 64  # another side would be as far away as chance, 128


def test_only_upright_hashes_are_kept():
    reference_hashes = RANDOM.integers(0, 256, (3, 8, 32), np.uint8)
    assert hashes_of(reference_hashes) == reference_hashes[:, 0].tobytes()
