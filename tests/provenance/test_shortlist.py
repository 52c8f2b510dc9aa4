"""The few clips that an upload may show, out of many."""

import cv2
import numpy as np
import pytest

from provenance.shortlist import (
    BORDERLESS,
    CANDIDATES,
    PARTS,
    Near,
    Shortlist,
    View,
    hashes_of,
    parts_of,
    views_of,
    without_borders,
)

RANDOM = np.random.default_rng(1)
HASHES = RANDOM.integers(0, 256, (50, 5, 32), np.uint8)
"""Of fifty clips, five frames each."""


@pytest.fixture(scope="module")
def shortlist() -> Shortlist:
    return Shortlist.of((100 + place, each.tobytes(), b"") for place, each in enumerate(HASHES))


def flipped(hashes: np.ndarray, bits: int) -> np.ndarray:
    """With so many bits of each hash changed."""
    loose = np.unpackbits(hashes, axis=-1)
    for row in loose.reshape(-1, 256):
        row[RANDOM.permutation(256)[:bits]] ^= 1
    return np.packbits(loose, axis=-1)


def picture(seed: int) -> np.ndarray:
    blocks = np.random.default_rng(seed).integers(30, 256, (16, 16), np.uint8)
    return blocks.repeat(16, 0).repeat(16, 1)


def listed(*seeds: int) -> Shortlist:
    """Clips of one picture each."""
    clips = []
    for seed in seeds:
        small = cv2.resize(picture(seed), (64, 64), interpolation=cv2.INTER_AREA)
        upright = views_of([picture(seed)])[0].hashes
        clips.append((seed, upright.tobytes(), parts_of(small[None])))
    return Shortlist.of(clips)


def test_a_clip_is_found_by_its_own_hashes(shortlist):
    assert shortlist.nearest([View(HASHES[7])], 1) == [Near(107, 0.0)]


def test_a_clip_is_found_by_some_hashes_that_changed_a_little(shortlist):
    (near,) = shortlist.nearest([View(flipped(HASHES[30, 1:4], 40))])
    assert near == Near(130, 40.0)
    assert near.similarity == 69


def test_one_view_counts_for_all_frames(shortlist):
    other = RANDOM.integers(0, 256, (5, 32), np.uint8)
    (near,) = shortlist.nearest([View(other, 2), View(HASHES[4], 6)], 1)
    assert near == Near(104, 0.0)
    assert near.way == 6


def test_what_is_like_none_leads_nowhere(shortlist):
    views = [View(codes) for codes in RANDOM.integers(0, 256, (2, 8, 32), np.uint8)]
    assert shortlist.nearest(views) == []


def test_the_opposite_of_a_picture_is_far_away():
    """All 256 bits differ, which must not be counted as none."""
    alone = Shortlist.of([(7, HASHES[7, 0].tobytes(), b"")])
    assert alone.nearest([View(~HASHES[7, :1])], 1, 256) == [Near(7, 256.0)]


def test_no_more_than_asked(shortlist):
    assert len(shortlist.nearest([View(HASHES[3])], most_bits=256)) == CANDIDATES


def test_more_clips_are_found_beside_the_first(shortlist):
    more = Shortlist.of([(999, HASHES[0, 0].tobytes()[::-1], b"")])
    both = shortlist.with_more(more)
    reversed_hash = HASHES[0, :1, ::-1].copy()
    assert both.nearest([View(reversed_hash)], 1) == [Near(999, 0.0)]
    assert both.nearest([View(HASHES[49])], 1) == [Near(149, 0.0)]


def test_parts_of_more_clips_are_theirs():
    """With clips between them that have no parts."""
    bare = Shortlist.of([(50, HASHES[0].tobytes(), b"")])
    all_of_them = listed(1).with_more(bare).with_more(listed(2))
    upper = [view for view in views_of([picture(2)]) if view.part == 1]
    assert all_of_them.nearest(upper, 1)[0].mark_id == 2


def test_a_clip_without_hashes_is_in_nobodys_way(shortlist):
    few = Shortlist.of([(1, b"", b""), (2, HASHES[0].tobytes(), b""), (3, b"", b"")])
    assert few.nearest([View(HASHES[0])]) == [Near(2, 0.0)]
    assert Shortlist.of([]).nearest([View(HASHES[0])]) == []
    assert len(Shortlist.of([]).with_more(shortlist)) == len(shortlist)


def test_plain_pictures_are_not_looked_for():
    assert views_of([np.full((64, 64), level, np.uint8) for level in (0, 128, 255)]) == []


@pytest.mark.parametrize("turns", range(4))
def test_a_picture_is_looked_at_from_every_side(turns):
    turned = np.ascontiguousarray(np.rot90(picture(3), turns))
    (near,) = listed(3).nearest(views_of([turned]))
    assert near.bits < 64  # another side would be as far away as chance, 128


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("covered", [slice(0, 60), slice(196, 256)], ids=["above", "below"])
def test_a_caption_hides_no_clip(covered, mirrored):
    shown = picture(5)
    shown[covered] = 240
    shown = np.ascontiguousarray(shown[:, :: -1 if mirrored else 1])
    near = listed(4, 5, 6).nearest(views_of([shown]))[0]
    assert near.mark_id == 5
    assert near.bits < 32
    assert near.way == (5 if mirrored else 0)


def test_a_clip_in_a_frame_of_black_is_found_without_it():
    framed = cv2.copyMakeBorder(picture(5), 50, 50, 20, 20, cv2.BORDER_CONSTANT, value=16)
    near = listed(4, 5, 6).nearest(views_of([framed]))[0]
    assert near.mark_id == 5
    assert near.way == BORDERLESS


def test_what_has_no_borders_is_left_as_it_is():
    frames = [picture(5)]
    assert without_borders(frames) is frames


def test_a_small_light_in_the_dark_is_not_cut_out():
    frame = np.zeros((100, 100), np.uint8)
    frame[40:60, 40:60] = 200
    frames = [frame]
    assert without_borders(frames) is frames


def test_only_upright_hashes_are_kept():
    reference_hashes = RANDOM.integers(0, 256, (3, 8, 32), np.uint8)
    assert hashes_of(reference_hashes) == reference_hashes[:, 0].tobytes()


def test_the_parts_of_a_few_moments_are_kept():
    thumbnails = RANDOM.integers(0, 256, (30, 64, 64), np.uint8)
    kept = parts_of(thumbnails)
    assert len(kept) == 4 * (len(PARTS) - 1) * 32
    assert kept.endswith(parts_of(thumbnails[-1:]))
