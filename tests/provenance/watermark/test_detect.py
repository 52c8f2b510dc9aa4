"""Marked drawings through a real ffmpeg and back."""

from collections.abc import Callable

import numpy as np
import pytest

from provenance.watermark import KeyRing, MarkDetection, MarkKey, detect, embed
from tests.provenance.watermark.drawings import FPS, MARK_ID, Upload, drawing

Through = Callable[..., Upload]
SIZES = [(512, 512), (640, 384), (384, 640)]


def marked(width: int, height: int, key: MarkKey, frames: int = 24) -> np.ndarray:
    return np.stack(list(embed(drawing(width, height, frames), MARK_ID, key, fps=FPS)))


def read(upload: Upload, ring: KeyRing, **options: object) -> MarkDetection:
    return detect(*upload, ring, **options)


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("-crf", "30"),
        ("-vf", "scale=iw/2:ih/2", "-crf", "30"),
    ],
    ids=["published", "crf30", "half-crf30"],
)
def test_a_flat_drawing_is_read_exactly(
    through: Through, key: MarkKey, ring: KeyRing, width: int, height: int, arguments: tuple[str]
) -> None:
    found = read(through(marked(width, height, key), *arguments), ring)
    assert found.mark_id == MARK_ID
    assert found.epoch == key.epoch
    assert found.false_positive_bound <= 1e-9


@pytest.mark.parametrize(
    "filters",
    [
        "crop=384:384:57:85",
        "crop=256:256:117:157",
        "hflip",
        "rotate=5*PI/180",
        "gblur=sigma=1.8",
        "eq=brightness=0.1:contrast=1.25",
        "scale=410:410,pad=640:480:115:35",
    ],
)
def test_the_mark_is_found_wherever_it_went(
    through: Through, key: MarkKey, ring: KeyRing, filters: str
) -> None:
    found = read(through(marked(512, 512, key), "-vf", filters, "-crf", "23"), ring)
    assert found.mark_id == MARK_ID
    assert found.geometry is not None
    assert found.geometry.flipped == (filters == "hflip")


def test_the_geometry_says_how_the_clip_lies_in_the_upload(
    through: Through, key: MarkKey, ring: KeyRing
) -> None:
    found = read(through(marked(512, 512, key), "-vf", "crop=384:384:57:85", "-crf", "23"), ring)
    assert found.geometry is not None
    assert found.geometry.scale == pytest.approx((1, 1), abs=0.01)
    expected = np.array([-57, -85]) % 256
    off = (np.array(found.geometry.shift) - expected + 128) % 256 - 128
    assert np.abs(off).max() < 3


def test_a_copy_a_little_aslant_is_not_taken_for_upright(
    through: Through, key: MarkKey, ring: KeyRing
) -> None:
    aslant = through(marked(512, 512, key), "-vf", "rotate=1.5*PI/180", "-crf", "30")
    found = read(aslant, ring)
    assert found.geometry is not None
    assert found.geometry.rotation == pytest.approx(1.5, abs=0.25)


def test_an_old_epoch_stays_readable(through: Through, key: MarkKey, ring: KeyRing) -> None:
    rotated = ring.rotated()
    found = read(through(marked(512, 512, key, 8)), rotated)
    assert (found.mark_id, found.epoch) == (MARK_ID, 1)


def test_the_tenant_who_marked_it_is_named(through: Through) -> None:
    ring = KeyRing.of(MarkKey(1, bytes(32), name) for name in ("ada", "bob", "cyd"))
    found = read(through(marked(256, 256, ring.keys[1], 8)), ring)
    assert (found.mark_id, found.tenant) == (MARK_ID, "bob")


def test_without_the_key_there_is_nothing(through: Through, key: MarkKey) -> None:
    stranger = KeyRing.of([MarkKey(1, bytes(32))])
    found = read(through(marked(512, 512, key, 8)), stranger)
    assert found.mark_id is None
    assert found.score < found.threshold


def test_a_weak_mark_is_recognised_among_registered_ids(key: MarkKey, ring: KeyRing) -> None:
    clip = marked(512, 512, key, 4)
    noise = np.random.default_rng(0).normal(0, 54, clip.shape[:3])
    luma = list(np.clip(clip.mean(3) + noise, 0, 255).astype(np.uint8))
    blind = detect(luma, "IPPP", ring)
    named = detect(luma, "IPPP", ring, registered=[5, MARK_ID, 77])
    assert blind.mark_id is None
    assert (named.mark_id, named.by_registry) == (MARK_ID, True)
    assert named.threshold < blind.threshold


def test_an_upload_too_small_says_so(ring: KeyRing) -> None:
    found = detect([np.zeros((64, 64), np.uint8)], ["I"], ring)
    assert found.too_small
    assert found.mark_id is None


@pytest.mark.parametrize("level", [0, 16, 128, 255])
def test_pictures_of_one_colour_hold_no_mark(ring: KeyRing, level: int) -> None:
    found = detect([np.full((256, 256), level, np.uint8)], ["I"], ring)
    assert found.mark_id is None


def test_an_upload_without_frames_is_an_error(ring: KeyRing) -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        detect([], [], ring)


def test_frames_of_different_size_are_an_error(ring: KeyRing) -> None:
    with pytest.raises(ValueError, match="one size"):
        detect([np.zeros((256, 256), np.uint8), np.zeros((128, 256), np.uint8)], "IP", ring)
