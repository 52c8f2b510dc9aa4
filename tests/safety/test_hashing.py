import cv2
import numpy as np
import pytest

from safety.errors import InvalidInput, Unhashable
from safety.hashing import MATCH, PictureHash, distance, hash_clip, hash_picture, orientations, trim


def picture(seed=0, side=256):
    """A smooth random landscape of colours."""
    small = np.random.default_rng(seed).integers(0, 256, (12, 12, 3), dtype=np.uint8)
    return cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC)


def nearest(query, reference):
    return min(distance(turned, hash_picture(reference)) for turned in orientations(query))


TURNS = {
    "mirrored": lambda p: p[:, ::-1],
    "upside down": lambda p: p[::-1],
    "a quarter": lambda p: np.rot90(p),
    "half": lambda p: np.rot90(p, 2),
    "three quarters": lambda p: np.rot90(p, 3),
    "transposed": lambda p: p.transpose(1, 0, 2),
}


@pytest.mark.parametrize("turn", TURNS.values(), ids=TURNS)
def test_every_orientation_is_found(turn):
    assert all(nearest(turn(picture(seed)), picture(seed)) <= MATCH for seed in range(10))


def test_letterboxing_is_undone():
    boxed = np.zeros((400, 256, 3), np.uint8)
    boxed[70:326] = picture()
    assert nearest(boxed, picture()) <= MATCH


def test_recompression_is_survived():
    coded = cv2.imencode(".jpg", picture(), [cv2.IMWRITE_JPEG_QUALITY, 30])[1]
    assert nearest(cv2.imdecode(coded, cv2.IMREAD_COLOR), picture()) <= MATCH


def test_other_pictures_are_far_away():
    distances = [nearest(picture(a), picture(b)) for a in range(8) for b in range(a)]
    assert min(distances) > MATCH


@pytest.mark.parametrize("level", [0, 255, 128])
def test_a_plain_picture_says_that_it_cannot_be_hashed(level):
    with pytest.raises(Unhashable) as caught:
        hash_picture(np.full((64, 64, 3), level, np.uint8))
    assert caught.value.code == "safety.unhashable"


@pytest.mark.parametrize(
    "value",
    [None, np.zeros((64, 64), np.uint8), np.zeros((64, 1, 3), np.uint8), np.zeros((64, 64, 3))],
    ids=str,
)
def test_what_is_no_picture_is_refused(value):
    with pytest.raises(InvalidInput):
        hash_picture(value)


def test_trimming_keeps_a_plain_picture_whole():
    plain = np.full((64, 64, 3), 9, np.uint8)
    assert trim(plain).shape == plain.shape


def test_hex_goes_both_ways():
    found = hash_picture(picture())
    assert PictureHash.from_hex(found.hex, found.quality) == found


@pytest.mark.parametrize("text", ["", "zz" * 32, "ab" * 31, "ab" * 33])
def test_what_is_no_hash_is_refused(text):
    with pytest.raises(InvalidInput):
        PictureHash.from_hex(text)


def test_a_still_clip_has_one_hash():
    assert len(hash_clip([picture()] * 5)) == 1


def test_a_clip_without_detail_cannot_be_hashed():
    with pytest.raises(Unhashable):
        hash_clip([np.zeros((64, 64, 3), np.uint8)] * 3)
