"""The few of many published clips that an upload may show: those whose frames have hashes like its.

Laying a clip over an upload place by place (`similar`) takes tenths of a second, so it is done for
a few only. Hashes are PDQ (Facebook, 2019), of upright pictures; 100,000 clips of five seconds are
32 MB of them, and are gone through in a third of a second.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import pdqhash
from numpy.typing import NDArray

from provenance.watermark.planes import Bytes, Floats, as_bytes, as_floats

FINGERPRINT_ALGORITHM = "org.kinemark.pdq-frames.1"
"""Its value: hashes of frames spread over the clip, 32 bytes each, in order of time."""
HASH_BYTES = 32
VIEWS = 8
"""Ways in which an upload is looked at: as it is, turned and mirrored."""
CANDIDATES = 4
"""How many clips are worth comparing with an upload."""
FAR = 104.0
"""Bits, of 256, beyond which pictures have nothing to do with one another; 128 are chance."""
_CHANCE = 128
_PROBES = 4
_WORTH_HASHING = 50
"""PDQ's own measure of a picture, 0 … 100, below which its hash is noise."""


@dataclass(frozen=True, slots=True)
class Near:
    """A clip, and how many bits its frames' hashes are away from those asked for, on average."""

    mark_id: int
    bits: float

    @property
    def similarity(self) -> int:
        """The same in per cent: 100 for equal hashes, 0 for hashes as far away as chance."""
        return max(0, round(100 * (1 - self.bits / _CHANCE)))


@dataclass(frozen=True)
class Shortlist:
    """Hashes of many clips, to be gone through. Never written to.

    Args:
        mark_ids: of the clips, shape (clips,) uint64.
        starts: where each clip's hashes begin, shape (clips,) int64; every clip has one at least.
        words: the hashes, shape (4, hashes) uint64, those of a clip side by side.
    """

    mark_ids: NDArray[np.uint64]
    starts: NDArray[np.int64]
    words: NDArray[np.uint64]

    @classmethod
    def of(cls, clips: Iterable[tuple[int, bytes]]) -> Shortlist:
        """From mark IDs and hashes (`hashes_of`); clips without hashes cannot be found."""
        there = [(mark_id, hashes) for mark_id, hashes in clips if hashes]
        counts = [len(hashes) // HASH_BYTES for _mark_id, hashes in there]
        rows = np.frombuffer(b"".join(hashes for _mark_id, hashes in there), np.uint64)
        return cls(
            np.array([mark_id for mark_id, _hashes in there], np.uint64),
            np.cumsum([0, *counts])[:-1],
            np.ascontiguousarray(rows.reshape(-1, 4).T),
        )

    def __len__(self) -> int:
        return len(self.mark_ids)

    def with_more(self, others: Shortlist) -> Shortlist:
        """These clips and others."""
        return Shortlist(
            np.concatenate([self.mark_ids, others.mark_ids]),
            np.concatenate([self.starts, others.starts + self.words.shape[1]]),
            np.concatenate([self.words, others.words], axis=1),
        )

    def nearest(self, views: Bytes, limit: int = CANDIDATES, most_bits: float = FAR) -> list[Near]:
        """The clips whose frames look most like those of an upload, the likeliest first.

        Args:
            views: (views, frames, 32) uint8: hashes of the upload's frames, seen in one way or
                another (`views_of`); one way counts for all frames.
            limit: how many clips at most.
            most_bits: how far away they may be.
        """
        if not len(self) or not views.size:
            return []
        bits = np.min([self._bits(view) for view in views], axis=0)
        near = np.argsort(bits, kind="stable")[:limit]
        return [
            Near(int(self.mark_ids[clip]), float(bits[clip]))
            for clip in near
            if bits[clip] <= most_bits
        ]

    def _bits(self, frames: Bytes) -> Floats:
        """Of each clip: distance of its nearest hash from each frame's, on average."""
        total = np.zeros(len(self), np.int64)
        for code in np.ascontiguousarray(frames).view(np.uint64):
            apart = np.zeros(self.words.shape[1], np.uint16)
            for column, word in zip(self.words, code, strict=True):
                apart += np.bitwise_count(column ^ word)
            total += np.minimum.reduceat(apart, self.starts)
        return as_floats(total / len(frames))


def hashes_of(reference_hashes: Bytes) -> bytes:
    """What of `Reference.hashes` goes into a shortlist: the upright ones."""
    return as_bytes(reference_hashes[:, 0]).tobytes()


def views_of(luma: Sequence[Bytes]) -> Bytes:
    """Hashes of a few of an upload's frames, in the eight orientations of a picture.

    Frames without structure are left out: any plain picture is like any other.

    Args:
        luma: (h, w) uint8 planes, at least one.

    Returns:
        (`VIEWS`, frames, 32) uint8; no frames if none has structure.
    """
    places = np.linspace(0, len(luma) - 1, min(_PROBES, len(luma))).astype(int)
    probes = [hashed(luma[place]) for place in dict.fromkeys(places.tolist())]
    kept = [hashes for hashes, worth in probes if worth >= _WORTH_HASHING]
    return as_bytes(np.array(kept, np.uint8).reshape(-1, VIEWS, HASH_BYTES).swapaxes(0, 1))


def hashed(plane: Bytes) -> tuple[Bytes, int]:
    """PDQ of a (h, w) luma picture in its eight orientations, (`VIEWS`, 32) uint8, and how much it
    holds that could be hashed, 0 … 100."""
    vectors, worth = pdqhash.compute_dihedral(cv2.cvtColor(plane, cv2.COLOR_GRAY2RGB))
    return np.packbits(np.array(vectors, np.uint8), axis=1), int(worth)
