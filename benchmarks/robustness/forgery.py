"""Lifting a mark onto other content, wiping it with many clips, and how both are answered."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.robustness.attacks import publish
from benchmarks.robustness.clips import FPS, Scene
from benchmarks.robustness.trials import read
from provenance.fingerprint import compare, reference
from provenance.watermark import KeyRing, MarkKey, detect, embed


def copies(scenes: list[Scene], seed: int) -> list[dict[str, Any]]:
    """The mean residual of one marked clip pasted on every other of its size, no key needed.

    What is claimed is the victim's mark; what must follow is that the content is other.
    """
    draw = np.random.default_rng(seed)
    key = MarkKey(1, draw.bytes(32))
    ring = KeyRing.of([key])
    clips = {scene: scene.clip(24) for scene in scenes}
    rows = []
    for scene, clip in clips.items():
        mark_id = int(draw.integers(2**48))
        marked = np.stack(list(embed(clip, mark_id, key, fps=FPS)))
        kept = reference(marked, fps=FPS)
        lifted = _residual(_published(marked))
        for other, target in clips.items():
            if other is scene or target.shape != clip.shape:
                continue
            forged = target + np.rint(lifted * 2.0 / max(lifted.std(), 0.1))[None, :, :, None]
            luma, kinds = _published(np.clip(forged, 0, 255).astype(np.uint8))
            found = detect(luma, kinds, ring)
            match = compare(luma, found.geometry, kept, fps=FPS)
            rows.append({
                "from": scene.name, "onto": other.name, "score": round(found.score, 1),
                "claimed": found.mark_id == mark_id, "content": str(match.state),
                "likeness": round(match.score, 3),
            })  # fmt: skip
    return rows


def wipes(scenes: list[Scene], seed: int) -> dict[str, Any]:
    """The mean residual of many marked clips of one key subtracted from another: the pilots, which
    all of them share, should go; the data, which differs, stays."""
    draw = np.random.default_rng(seed)
    key = MarkKey(1, draw.bytes(32))
    ring = KeyRing.of([key])
    size = (scenes[0].height, scenes[0].width)
    alike = [scene for scene in scenes if (scene.height, scene.width) == size]
    videos = []
    for scene in alike:
        mark_id = int(draw.integers(2**48))
        marked = np.stack(list(embed(scene.clip(24), mark_id, key, fps=FPS)))
        videos.append((mark_id, marked, _residual(_published(marked))))
    mark_id, marked, _ = videos[0]
    shared = np.mean([residual for _, _, residual in videos[1:]], 0)
    cleaned = marked - np.rint(shared * 1.5)[None, :, :, None]
    found = detect(*_published(np.clip(cleaned, 0, 255).astype(np.uint8)), ring)
    before = detect(*_published(marked), ring)
    return {
        "clips": len(videos) - 1,
        "score before": round(before.score, 1),
        "score after": round(found.score, 1),
        "still read": found.mark_id == mark_id,
    }


def _residual(upload: tuple[list[NDArray[np.uint8]], list[str]]) -> NDArray[np.float32]:
    parts = []
    for frame in upload[0]:
        picture = frame.astype(np.float32)
        parts.append(np.clip(picture - cv2.medianBlur(frame, 17).astype(np.float32), -4, 4))
    return np.mean(parts, 0)


def _published(frames: NDArray[np.uint8]) -> tuple[list[NDArray[np.uint8]], list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        publish(frames, path)
        return read(path)
