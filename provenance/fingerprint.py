"""What a published clip looks like, kept small.

A mark says which clip an upload claims to be. It can be copied onto other pictures; so the registry
keeps a *reference* of each clip, and an upload that carries the clip's mark is compared with it
(`comparison`). The PDQ hashes of a reference (Facebook, 2019) answer for clips whose mark is gone;
they are kept in the eight orientations of a picture.
"""

from __future__ import annotations

import json
import math
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from provenance.alignment import thumbnail
from provenance.shortlist import hashed
from provenance.watermark.planes import Bytes, Floats, as_bytes, as_floats

THUMBNAILS_PER_SECOND = 6
MAX_THUMBNAILS = 96
CHROMA_PITCH = 16
"""Pixels of a clip to a place of its stored chroma."""
_HASHES_PER_SECOND = 2
_MAGIC = b"KMREF1"
_MAX_BYTES = 8_000_000
_MAX_SIDE = 8192
_CHROMA_STEP = 4
"""Levels to which stored chroma is rounded."""
_NO_CHROMA: Bytes = np.zeros((0, 0, 0, 2), np.uint8)
_BT709 = np.array(
    [
        [0.18259, 0.61423, 0.06201],
        [-0.10064, -0.33857, 0.43922],
        [0.43922, -0.39894, -0.04027],
    ],
    np.float32,
)
"""Y', Cb, Cr of 8-bit video in limited range, less 16, 128, 128 (ITU-R BT.709)."""


@dataclass(frozen=True)
class Reference:
    """A clip's compact picture: thumbnails of its luma at an eighth of its size, of its chroma at a
    sixteenth, and PDQ hashes.

    Args:
        size: (width, height) of the clip.
        fps: its frames per second.
        frames: how many frames it has.
        indices: frame number of each thumbnail.
        thumbnails: (n, height // 8, width // 8) uint8.
        hashes: (m, 8, 32) uint8, PDQ of every half second in eight orientations.
        chroma: (n, height // 16, width // 16, 2) uint8, Cb and Cr; None in references made before
            colour was compared.
    """

    size: tuple[int, int]
    fps: float
    frames: int
    indices: NDArray[np.int64]
    thumbnails: Bytes
    hashes: Bytes
    chroma: Bytes | None = None

    @property
    def seconds(self) -> Floats:
        return as_floats(self.indices / self.fps)

    def to_bytes(self) -> bytes:
        chroma = _NO_CHROMA if self.chroma is None else self.chroma
        head = {
            "size": self.size,
            "fps": self.fps,
            "frames": self.frames,
            "indices": self.indices.tolist(),
            "thumbnails": self.thumbnails.shape,
            "hashes": self.hashes.shape,
            "chroma": chroma.shape,
        }
        text = json.dumps(head, separators=(",", ":")).encode()
        parts = (_steps(self.thumbnails), self.hashes, _steps(chroma))
        body = text + b"".join(part.tobytes() for part in parts)
        return _MAGIC + struct.pack(">I", len(text)) + zlib.compress(body, 6)

    @classmethod
    def from_bytes(cls, data: bytes) -> Reference:
        """Read what `to_bytes` wrote.

        Raises:
            ValueError: if it is not a reference.
        """
        try:
            return cls._parse(data)
        except (KeyError, TypeError, struct.error, zlib.error, UnicodeDecodeError) as error:
            raise ValueError("not a reference of a clip") from error

    @classmethod
    def _parse(cls, data: bytes) -> Reference:
        if not data.startswith(_MAGIC):
            raise ValueError("not a reference of a clip")
        start = len(_MAGIC) + 4
        (length,) = struct.unpack(">I", data[len(_MAGIC) : start])
        unpacker = zlib.decompressobj()
        body = unpacker.decompress(data[start:], _MAX_BYTES)
        head = json.loads(body[:length])
        shapes = [
            tuple(int(side) for side in head.get(name, _NO_CHROMA.shape))
            for name in ("thumbnails", "hashes", "chroma")
        ]
        luma, codes, chroma = shapes
        indices = np.array(head["indices"], np.int64)
        width, height = (int(side) for side in head["size"])
        fps = float(head["fps"])
        sound = (
            len(luma) == 3 and len(codes) == 3 and len(chroma) == 4 and min(luma) > 0
            and min(codes) >= 0 and codes[1:] == (8, 32) and indices.shape == luma[:1]
            and (chroma == _NO_CHROMA.shape or (chroma[0], chroma[3]) == (luma[0], 2))
            and min(chroma) >= 0 and 0 < width <= _MAX_SIDE and 0 < height <= _MAX_SIDE
            and 0 < fps <= 1000 and len(body) == length + sum(map(math.prod, shapes))
        )  # fmt: skip
        if not sound:
            raise ValueError("not a reference of a clip")
        ends = np.cumsum([length, *map(math.prod, shapes)])
        first, second, third = (
            np.frombuffer(body[start:end], np.uint8).reshape(shape)
            for start, end, shape in zip(ends, ends[1:], shapes, strict=False)
        )
        return cls(
            (width, height),
            fps,
            int(head["frames"]),
            indices,
            np.cumsum(first, axis=0, dtype=np.uint8),
            second,
            np.cumsum(third, axis=0, dtype=np.uint8) if third.size else None,
        )


def _steps(stack: Bytes) -> Bytes:
    """Each picture less the one before, modulo 256: mostly zeros, which pack well."""
    return as_bytes(np.diff(stack, axis=0, prepend=np.zeros_like(stack[:1])))


def reference(frames: Iterable[Bytes], *, fps: float = 24.0) -> Reference:
    """The reference of a clip.

    Args:
        frames: (H, W, 3) uint8 sRGB pictures, at least one; as published, marked.
        fps: frames per second.

    Raises:
        ValueError: without frames.
    """
    planes = [_planes(frame) for frame in frames]
    if not planes:
        raise ValueError("a reference needs at least one frame")
    lumas = [luma for luma, _ in planes]
    every = max(1, round(fps / THUMBNAILS_PER_SECOND), -(-len(lumas) // MAX_THUMBNAILS))
    indices = np.arange(0, len(lumas), every)
    height, width = lumas[0].shape
    spaced = indices[:: max(1, round(fps / _HASHES_PER_SECOND / every))]
    return Reference(
        (width, height),
        fps,
        len(lumas),
        indices,
        np.stack([thumbnail(lumas[i]) for i in indices]),
        np.stack([orientations(lumas[i]) for i in spaced]),
        np.stack([planes[i][1] for i in indices]),
    )


def _planes(frame: Bytes) -> tuple[Bytes, Bytes]:
    """Luma (h, w) of an RGB picture as video stores it, and its coarse chroma (h/16, w/16, 2)."""
    height, width = frame.shape[:2]
    size = (max(1, width // CHROMA_PITCH), max(1, height // CHROMA_PITCH))
    small = as_floats(cv2.resize(frame, size, interpolation=cv2.INTER_AREA))
    chroma = small @ _BT709[1:].T + 128
    rounded = np.rint(chroma / _CHROMA_STEP) * _CHROMA_STEP
    luma = cv2.transform(frame, np.column_stack([_BT709[:1], [16]]))
    return as_bytes(luma), as_bytes(rounded)


def orientations(luma: Bytes) -> Bytes:
    """PDQ hashes of a picture in its eight orientations, (8, 32) uint8."""
    hashes, _worth = hashed(luma)
    return hashes
