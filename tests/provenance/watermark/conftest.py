"""Keys, and the way of a clip through a real ffmpeg."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from provenance.watermark import KeyRing, MarkKey
from tests.provenance.watermark.drawings import Upload, decode, encode, ffmpeg

cv2.setNumThreads(1)


@pytest.fixture(scope="session")
def key() -> MarkKey:
    return MarkKey(1, bytes(range(32)))


@pytest.fixture(scope="session")
def ring(key: MarkKey) -> KeyRing:
    return KeyRing.of([key])


@pytest.fixture
def through(tmp_path: Path) -> Callable[..., Upload]:
    """Encode frames as published (CRF 18), pass them through ffmpeg arguments, decode."""

    def run(frames: NDArray[np.uint8], *arguments: str) -> Upload:
        published = tmp_path / "published.mp4"
        encode(frames, published)
        if not arguments:
            return decode(published)
        upload = tmp_path / "upload.mp4"
        ffmpeg("-i", str(published), *arguments, "-map_metadata", "-1", str(upload))
        return decode(upload)

    return run
