"""References of published clips: made, stored and read again."""

import contextlib
import json
import struct
import zlib
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.fingerprint import Reference, orientations, reference
from tests.provenance.moving import FPS, SIZE, clip, luma

STORED = reference(clip(1, 2), fps=FPS).to_bytes()


@pytest.fixture(scope="module")
def kept() -> Reference:
    return reference(clip(1), fps=FPS)


def test_a_reference_survives_storage_and_is_small(kept: Reference) -> None:
    stored = kept.to_bytes()
    back = Reference.from_bytes(stored)
    assert len(stored) < 100_000
    assert back.size == kept.size
    assert (back.thumbnails == kept.thumbnails).all()
    assert (back.hashes == kept.hashes).all()
    assert back.seconds == pytest.approx(kept.seconds)


def test_a_reference_from_before_colour_was_compared_is_read(kept: Reference) -> None:
    stored = replace(kept, chroma=None).to_bytes()
    body = zlib.decompress(stored[10:])
    (length,) = struct.unpack(">I", stored[6:10])
    head = {key: value for key, value in json.loads(body[:length]).items() if key != "chroma"}
    text = json.dumps(head).encode()
    old = stored[:6] + struct.pack(">I", len(text)) + zlib.compress(text + body[length:])
    back = Reference.from_bytes(old)
    assert back.chroma is None
    assert (back.thumbnails == kept.thumbnails).all()


@given(st.binary(max_size=200))
def test_bytes_that_are_no_reference_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a reference"):
        Reference.from_bytes(data)


@given(st.integers(0, 10**6), st.integers(1, 255))
def test_a_damaged_reference_is_refused_or_read(position: int, change: int) -> None:
    data = bytearray(STORED)
    data[position % len(data)] ^= change
    with contextlib.suppress(ValueError):
        Reference.from_bytes(bytes(data))


def test_a_reference_needs_a_frame() -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        reference([])


def test_hashes_know_a_mirrored_picture() -> None:
    picture = clip(1)[0]
    texture = np.random.default_rng(0).normal(0, 40, (16, 24))
    busy = np.clip(cv2.resize(texture, SIZE) + luma(picture[None])[0], 0, 255).astype(np.uint8)
    straight, mirrored = orientations(busy), orientations(busy[:, ::-1].copy())
    distances = np.unpackbits(straight ^ mirrored[0], axis=1).sum(1)
    assert distances.min() <= 31
    assert distances[0] > 60
