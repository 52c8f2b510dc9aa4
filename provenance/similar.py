"""Finding a published clip by what it looks like, where its mark is gone.

Two steps. PDQ hashes (Facebook, 2019) of a few of the upload's frames, in the eight orientations of
a picture, are held against those of all clips; the nearest clips are candidates. A hash alone
proves little (drawings are alike, a caption changes a third of it), so a candidate counts only if
its reference, laid over the upload place by place, agrees (`fingerprint.compare`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from provenance.fingerprint import ContentMatch, ContentState, Reference, compare, orientations
from provenance.watermark.planes import Bytes, as_bytes

CANDIDATES = 6
"""How many of the nearest clips are compared."""
LIKENESS = 0.85
"""Share of a clip's structure that must be found again for an unmarked upload to be called it."""
_PROBES = 4
_FAR = 110
"""Bits, of 256, beyond which two pictures have nothing to do with one another."""
_BLOCK = 65_536

Words = NDArray[np.uint64]


@dataclass(frozen=True)
class Similar:
    """A clip that an upload shows, by its place in the index, and how the two compare."""

    clip: int
    match: ContentMatch


class Fingerprints:
    """Hashes of many clips, to be searched.

    Args:
        hashes: for each clip (n, 32) uint8: PDQ of some of its frames, upright (the first
            orientation of `Reference.hashes`).
    """

    def __init__(self, hashes: Sequence[Bytes]) -> None:
        stacked = np.concatenate(hashes) if hashes else np.empty((0, 32), np.uint8)
        self._words = np.ascontiguousarray(stacked).view(np.uint64)
        self._owner = np.repeat(np.arange(len(hashes)), [len(each) for each in hashes])

    def nearest(self, luma: Sequence[Bytes], limit: int = CANDIDATES) -> list[int]:
        """The clips whose frames look most like those of an upload, the likeliest first.

        Args:
            luma: (h, w) uint8 planes of the upload, at least one.
            limit: how many at most.
        """
        probes = [
            luma[i] for i in np.linspace(0, len(luma) - 1, min(_PROBES, len(luma))).astype(int)
        ]
        codes = np.stack([orientations(probe) for probe in probes])  # (probes, 8, 32)
        total = np.zeros((8, self._clips()), np.int64)
        for probe in codes:
            total += self._closest(np.ascontiguousarray(probe).view(np.uint64))
        best = total.min(0)  # one orientation for all frames of an upload
        near = np.argsort(best, kind="stable")[:limit]
        return [int(clip) for clip in near if best[clip] <= _FAR * len(probes)]

    def find(
        self, luma: Sequence[Bytes], fps: float, reference_of: Callable[[int], Reference]
    ) -> Similar | None:
        """The clip that an upload shows, or None.

        Args:
            luma: (h, w) uint8 planes of the upload, in order of time.
            fps: of the upload.
            reference_of: looks a clip's reference up; called for the candidates only.
        """
        for clip in self.nearest(luma):
            kept = reference_of(clip)
            for planes in (luma, [as_bytes(plane[:, ::-1]) for plane in luma]):
                match = compare(planes, None, kept, fps=fps)
                if match.state is not ContentState.OTHER and match.score >= LIKENESS:
                    return Similar(clip, match)
        return None

    def _clips(self) -> int:
        return int(self._owner[-1]) + 1 if len(self._owner) else 0

    def _closest(self, codes: Words) -> NDArray[np.int64]:
        """Distance of the nearest frame of each clip from each code, shape (codes, clips)."""
        closest = np.full((len(codes), self._clips()), 256, np.int64)
        for start in range(0, len(self._words), _BLOCK):
            block = slice(start, start + _BLOCK)
            for row, code in zip(closest, codes, strict=True):
                bits = np.bitwise_count(self._words[block] ^ code).sum(1, dtype=np.int64)
                np.minimum.at(row, self._owner[block], bits)
        return closest
