"""Lifting a mark onto other content, putting one mark in another's place, wiping marks with the
help of many clips of one key; and how each is answered. No attacker here knows a key."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.robustness.attacks import publish
from benchmarks.robustness.clips import FPS, Clip, world
from benchmarks.robustness.trials import Upload, read
from provenance.comparison import compare
from provenance.fingerprint import Reference, reference
from provenance.watermark import KeyRing, MarkKey, detect, embed

Residual = NDArray[np.float32]
_DEVIATION = 2.0
"""Grey levels of a pasted residual: twice what a mark has, and still not seen at once."""
MANY = (10, 30)
FRAMES = 24


@dataclass(frozen=True)
class Victim:
    """A published clip, its mark, and what an attacker takes its mark to be."""

    name: str
    mark_id: int
    clip: Clip
    marked: Clip
    kept: Reference
    residual: Residual


def victims(clips: Sequence[tuple[str, Clip]], key: MarkKey, seed: int) -> list[Victim]:
    """Clips of one size, each marked with an ID of its own under one key."""
    draw = np.random.default_rng(seed)
    found = []
    for name, clip in clips:
        mark_id = int(draw.integers(2**48))
        marked = np.stack(list(embed(clip, mark_id, key, fps=FPS)))
        kept = reference(marked, fps=FPS)
        found.append(Victim(name, mark_id, clip, marked, kept, _residual(_published(marked).luma)))
    return found


def drawn(count: int) -> list[tuple[str, Clip]]:
    """Clips of one size that no other part of the report shows."""
    return [(f"world {n}", world(n)(512, 512, FRAMES)) for n in range(301, 301 + count)]


def measure(clips: Sequence[tuple[str, Clip]], seed: int) -> dict[str, Any]:
    """All forgeries and wipes with these clips of one size; the first few are attacked."""
    key = MarkKey(1, np.random.default_rng(seed).bytes(32))
    marked = victims(clips, key, seed)
    ring = KeyRing.of([key])
    return {
        "copies": list(_copies(marked[: MANY[0]], ring)),
        "swaps": list(_swaps(marked[: MANY[0]], ring)),
        "wipes": [
            wipe for many in MANY for wipe in _wipes(marked[: many + 3], many, ring)
            if len(marked) > many
        ],
    }  # fmt: skip


def _copies(marked: Sequence[Victim], ring: KeyRing) -> Iterator[dict[str, Any]]:
    """The residual of one clip, and the mean of those of many, pasted on the picture of the next
    clip, which bears no mark of its own."""
    shared = _strengthened(np.mean([victim.residual for victim in marked], 0))
    for victim, other in pairwise([*marked, marked[0]]):
        for lifted, source in ((_strengthened(victim.residual), "one clip"), (shared, "all")):
            forged = _less(other.clip, -lifted)
            others = [each for each in marked if each is not other]
            yield {"from": source, "onto": other.name} | _answer(forged, others, ring)


def _swaps(marked: Sequence[Victim], ring: KeyRing) -> Iterator[dict[str, Any]]:
    """Another clip's mark in the place of a clip's own."""
    for victim, other in pairwise([*marked, marked[0]]):
        forged = _less(other.marked, 1.5 * other.residual - 1.5 * victim.residual)
        yield {"onto": other.name} | _answer(forged, [victim], ring)


def _wipes(marked: Sequence[Victim], many: int, ring: KeyRing) -> Iterator[dict[str, Any]]:
    """The mean residual of many other clips subtracted: the pilots, which all of them share, should
    go; the data, which differs, stays."""
    for victim in marked[:3]:
        others = [each.residual for each in marked if each is not victim][:many]
        cleaned = _less(victim.marked, 1.5 * np.mean(others, 0))
        before = detect(*_read(victim.marked), ring)
        found = _answer(cleaned, [victim], ring)
        yield {"clips": len(others), "from": victim.name, "before": round(before.score, 1)} | found


def _answer(frames: Clip, victims: Sequence[Victim], ring: KeyRing) -> dict[str, Any]:
    """Whose mark an upload claims, if one of these, and what is said of its content then."""
    upload = _published(frames)
    found = detect(upload.luma, upload.kinds, ring)
    named = [victim for victim in victims if victim.mark_id == found.mark_id]
    row: dict[str, Any] = {"score": round(found.score, 1), "claimed": bool(named)}
    for victim in named:
        match = compare(upload.luma, found.geometry, victim.kept, fps=FPS, chroma=upload.chroma)
        row |= {"victim": victim.name, "content": str(match.state),
                "likeness": round(match.score, 3)}  # fmt: skip
    return row


def _residual(luma: Sequence[NDArray[np.uint8]]) -> Residual:
    """What an attacker takes for the mark: the mean over time of what a median filter removes."""
    parts = []
    for frame in luma:
        picture = frame.astype(np.float32)
        parts.append(np.clip(picture - cv2.medianBlur(frame, 17).astype(np.float32), -4, 4))
    return np.mean(parts, 0)


def _strengthened(residual: Residual) -> Residual:
    return residual * np.float32(_DEVIATION / max(float(residual.std()), 0.1))


def _less(frames: Clip, residual: Residual) -> Clip:
    changed = frames - np.rint(residual)[None, :, :, None]
    return np.clip(changed, 0, 255).astype(np.uint8)


def _read(frames: Clip) -> tuple[list[NDArray[np.uint8]], list[str]]:
    upload = _published(frames)
    return upload.luma, upload.kinds


def _published(frames: Clip) -> Upload:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        publish(frames, path)
        return read(path)
