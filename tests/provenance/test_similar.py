"""Published clips found by what they look like."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from provenance.fingerprint import Reference, reference
from provenance.shortlist import Shortlist, hashes_of, parts_of, views_of
from provenance.similar import Similar, shown
from tests.provenance.moving import FPS, chroma, clip, luma, same_landscape

COUNT = 12


@pytest.fixture(scope="module")
def kept() -> list[Reference]:
    return [reference(clip(seed, 24), fps=FPS) for seed in range(1, COUNT + 1)]


def found(frames: np.ndarray | list[np.ndarray], kept: list[Reference]) -> Similar | None:
    """As an examination goes about it; the place is that in `kept`."""
    pictures = np.stack(frames)
    everything = Shortlist.of(
        (place, hashes_of(each.hashes), parts_of(each.thumbnails))
        for place, each in enumerate(kept)
    )
    near = everything.nearest(views_of(luma(pictures)))
    candidates = [(kept[each.mark_id], each.way) for each in near]
    match = shown(luma(pictures), chroma(pictures), FPS, candidates)
    return match and Similar(near[match.place].mark_id, match.match)


def captioned(picture: np.ndarray) -> np.ndarray:
    changed = picture.copy()
    changed[-46:] = 16
    changed[-36:-12, 40:340:9] = 235
    return changed


def letterboxed(picture: np.ndarray) -> np.ndarray:
    return cv2.copyMakeBorder(picture, 50, 50, 20, 20, cv2.BORDER_CONSTANT, value=16)


@pytest.mark.parametrize(
    "change",
    [
        lambda p: p,
        lambda p: cv2.resize(p, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
        lambda p: cv2.GaussianBlur(p, (0, 0), 2.0),
        lambda p: p[:, ::-1].copy(),
        captioned,
        letterboxed,
    ],
    ids=["same", "half", "blurred", "mirrored", "captioned", "letterboxed"],
)
@pytest.mark.parametrize("seed", [7])
def test_a_clip_without_its_mark_is_found(
    kept: list[Reference], seed: int, change: Callable[[np.ndarray], np.ndarray]
) -> None:
    match = found([change(p) for p in clip(seed, 24)], kept)
    assert match is not None
    assert match.place == seed - 1


def test_another_clip_is_not_found(kept: list[Reference]) -> None:
    assert found(clip(99, 24), kept) is None


def test_a_clip_with_the_same_landscape_is_not_found(kept: list[Reference]) -> None:
    assert found(same_landscape(clip(1, 24)), kept) is None


def test_the_same_in_other_colours_is_not_the_clip(kept: list[Reference]) -> None:
    assert found(clip(7, 24)[..., [2, 0, 1]], kept) is None


def test_what_lies_behind_the_right_one_is_not_asked_for(kept: list[Reference]) -> None:
    def candidates():
        yield kept[2], 0
        raise AssertionError("the second was asked for")

    frames = clip(3, 24)
    match = shown(luma(frames), chroma(frames), FPS, candidates())
    assert match is not None
    assert match.place == 0


def test_nothing_is_found_among_no_clips() -> None:
    assert shown(luma(clip(1, 2)), chroma(clip(1, 2)), FPS, []) is None
