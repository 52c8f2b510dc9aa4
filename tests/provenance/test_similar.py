"""Published clips found by what they look like."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from provenance.fingerprint import Reference, reference
from provenance.similar import Fingerprints, codes
from tests.provenance.test_fingerprint import FPS, clip, luma, same_landscape

COUNT = 12


@pytest.fixture(scope="module")
def kept() -> list[Reference]:
    return [reference(clip(seed, 24), fps=FPS) for seed in range(1, COUNT + 1)]


@pytest.fixture(scope="module")
def index(kept: list[Reference]) -> Fingerprints:
    return Fingerprints([codes(each) for each in kept])


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
    kept: list[Reference],
    index: Fingerprints,
    seed: int,
    change: Callable[[np.ndarray], np.ndarray],
) -> None:
    found = index.find([change(p) for p in luma(clip(seed, 24))], FPS, kept.__getitem__)
    assert found is not None
    assert found.clip == seed - 1


def test_another_clip_is_not_found(kept: list[Reference], index: Fingerprints) -> None:
    assert index.find(luma(clip(99, 24)), FPS, kept.__getitem__) is None


def test_a_clip_with_the_same_landscape_is_not_found(
    kept: list[Reference], index: Fingerprints
) -> None:
    assert index.find(luma(same_landscape(clip(1, 24))), FPS, kept.__getitem__) is None


def test_nothing_is_found_among_no_clips() -> None:
    assert Fingerprints([]).nearest(luma(clip(1, 2))) == []
