"""Perceptual hashes of pictures and clips: PDQ, in all eight orientations, without borders.

PDQ is Meta's 256-bit hash (Dalins, Wilson, Boudry 2019); two pictures are taken for the same at a
distance of at most 31 bits. It does not survive mirroring, turning or letterboxing by itself, so a
query is hashed in all eight orientations and after its plain borders are cut off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pdqhash
from numpy.typing import NDArray

from safety.errors import InvalidInput, Unhashable

BITS = 256
MATCH = 31
"""Largest distance in bits that counts as the same picture."""

LEAST_QUALITY = 50
"""PDQ's own measure of detail, 0..100, below which a hash means nothing."""

_BORDER = 10  # levels of 255 by which a border may vary
_SMALLEST = 32


@dataclass(frozen=True, slots=True)
class PictureHash:
    """PDQ of one picture.

    Attributes:
        bits: 32 bytes.
        quality: detail of the picture, 50..100.
    """

    bits: bytes
    quality: int

    def __post_init__(self) -> None:
        if len(self.bits) * 8 != BITS:
            raise InvalidInput("A PDQ hash has 256 bits.")

    @property
    def hex(self) -> str:
        """64 hexadecimal digits, the form that hash exchanges use."""
        return self.bits.hex()

    @classmethod
    def from_hex(cls, text: str, quality: int = 100) -> PictureHash:
        """Inverse of :attr:`hex`.

        Raises:
            InvalidInput: not 64 hexadecimal digits.
        """
        try:
            return cls(bytes.fromhex(text.strip()), quality)
        except ValueError as error:
            raise InvalidInput("A PDQ hash is written as 64 hexadecimal digits.") from error


def distance(one: PictureHash, other: PictureHash) -> int:
    """Hamming distance, 0..256."""
    return (int.from_bytes(one.bits) ^ int.from_bytes(other.bits)).bit_count()


def hash_picture(picture: NDArray[np.uint8]) -> PictureHash:
    """PDQ of (H, W, 3) uint8 RGB after cutting plain borders.

    Raises:
        InvalidInput: not such a picture, or smaller than 32 pixels.
        Unhashable: too little detail, e.g. a black frame.
    """
    return _pdq(trim(picture))


def orientations(picture: NDArray[np.uint8]) -> tuple[PictureHash, ...]:
    """PDQ of a picture as it is, turned by 90, 180 and 270 degrees, and each of these mirrored.

    Raises:
        InvalidInput: not a picture, or smaller than 32 pixels.
        Unhashable: too little detail.
    """
    inner = trim(picture)
    turned = [np.rot90(inner, quarter) for quarter in range(4)]
    # Turned for real: pdqhash's shortcut for the eight orientations is 20 to 60 bits off on
    # pictures of more than 64 pixels, since it samples them off centre.
    return tuple(_pdq(view) for quarter in turned for view in (quarter, quarter[:, ::-1]))


def _pdq(picture: NDArray[np.uint8]) -> PictureHash:
    vector, quality = pdqhash.compute(np.ascontiguousarray(picture))
    if quality < LEAST_QUALITY:
        raise Unhashable("This picture has too little detail to be compared with others.")
    return PictureHash(np.packbits(np.asarray(vector, np.uint8)).tobytes(), int(quality))


def trim(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """``picture`` (H, W, 3) without borders of one plain colour (letterbox, pillarbox, frame).

    Raises:
        InvalidInput: not a picture, or smaller than 32 pixels.
    """
    if (
        not isinstance(picture, np.ndarray)
        or picture.dtype != np.uint8
        or picture.ndim != 3
        or picture.shape[2] != 3
        or min(picture.shape[:2]) < _SMALLEST
    ):
        raise InvalidInput(f"This is no RGB picture of at least {_SMALLEST} pixels a side.")
    rows, columns = _inside(picture), _inside(picture.transpose(1, 0, 2))
    inner = picture[rows, columns]
    return inner if min(inner.shape[:2]) >= _SMALLEST else picture


def _inside(picture: NDArray[np.uint8]) -> slice:
    """Rows between plain bands at top and bottom."""
    low, high = picture.min(1).astype(int), picture.max(1).astype(int)
    busy = np.flatnonzero((high - low > _BORDER).any(1))
    return slice(int(busy[0]), int(busy[-1]) + 1) if len(busy) else slice(None)


def hash_clip(frames: Sequence[NDArray[np.uint8]]) -> tuple[PictureHash, ...]:
    """Hashes of the frames that can be hashed, consecutive near-duplicates left out (as vPDQ does).

    Raises:
        Unhashable: none of the frames has enough detail.
    """
    kept: list[PictureHash] = []
    for frame in frames:
        try:
            found = hash_picture(frame)
        except Unhashable:
            continue
        if not kept or distance(kept[-1], found) > MATCH // 2:
            kept.append(found)
    if not kept:
        raise Unhashable("No frame of this clip has enough detail to be compared with others.")
    return tuple(kept)
