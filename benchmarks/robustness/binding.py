"""Whether an alteration is found where and when it was made, and whether nobody is accused who
altered nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.robustness.attacks import Attack, h264, publish, scale
from benchmarks.robustness.clips import FPS, Clip, Scene
from benchmarks.robustness.trials import read
from provenance.fingerprint import ContentMatch, ContentState, Reference, compare, reference
from provenance.watermark.geometry import Geometry, of_format

GENUINE = (
    Attack("CRF 23", "", output=h264(23)),
    Attack("CRF 36", "", output=h264(36)),
    Attack("half", "", scale(0.5), h264(26)),
    Attack("blur", "", "gblur=sigma=1.8"),
    Attack("brightness", "", "eq=brightness=0.06:contrast=1.1"),
)
EDITS = 4
FRAMES = 48
Box = tuple[float, float, float, float]


def edits(scenes: list[Scene], seed: int) -> dict[str, Any]:
    """Edited, genuine and transplanted uploads of each scene; the geometry is the detector's where
    it is exact (whole clips), so that only the comparison is measured."""
    draw = np.random.default_rng(seed)
    clips = [scene.clip(FRAMES) for scene in scenes]
    kept = [reference(clip, fps=FPS) for clip in clips]
    located = [row for n, clip in enumerate(clips) for row in _edited(clip, kept[n], clips, draw)]
    genuine = [
        _compared(clip, kept[n], attack) for n, clip in enumerate(clips) for attack in GENUINE
    ]
    strangers = [
        _compared(other, kept[n], GENUINE[0])
        for n in range(len(clips))
        for m, other in enumerate(clips)
        if n != m
    ]
    errors = [max(abs(a - b) for a, b in zip(*times, strict=True)) for times, _ in located if times]
    ious = [iou for _, iou in located]
    return {
        "edits": len(located),
        "found": len(errors),
        "in_time": sum(error <= 0.25 for error in errors),
        "in_place": sum(iou >= 0.7 for iou in ious),
        "median_iou": round(float(np.median(ious)), 2),
        "median_seconds": round(float(np.median(errors)), 3) if errors else None,
        "genuine": len(genuine),
        "accused": sum(match.state is not ContentState.MATCHES for match in genuine),
        "transplants": len(strangers),
        "exposed": sum(match.state is ContentState.OTHER for match in strangers),
    }


_Times = tuple[tuple[float, float], tuple[float, float]] | None


def _edited(
    clip: Clip, kept: Reference, clips: list[Clip], draw: np.random.Generator
) -> Iterator[tuple[_Times, float]]:
    """(wanted and found start and end, IoU of the region) of some edits of one clip."""
    height, width = clip.shape[1:3]
    for number in range(EDITS):
        first = int(draw.integers(0, FRAMES // 3))
        last = first + int(draw.integers(FRAMES // 4, FRAMES // 2))
        w, h = (int(side * draw.uniform(0.2, 0.45)) for side in (width, height))
        x, y = int(draw.integers(width - w)), int(draw.integers(height - h))
        changed = clip.copy()
        patch: NDArray[np.uint8] | tuple[int, ...] = tuple(draw.integers(0, 256, 3).tolist())
        if number % 2:
            other = clips[int(draw.integers(len(clips)))][:, ::-1, ::-1]
            patch = np.resize(other[first:last, :h, :w], (last - first, h, w, 3))
        changed[first:last, y : y + h, x : x + w] = patch
        match = _compared(changed, kept, GENUINE[0])
        wanted = (first / FPS, last / FPS)
        found = (match.segments[0][0], match.segments[-1][1]) if match.segments else None
        box = (x / width, y / height, w / width, h / height)
        yield (wanted, found) if found else None, _iou(match, box)


def _iou(match: ContentMatch, box: Box) -> float:
    """Overlap of an edit with the smallest box around the regions found."""
    if not match.regions:
        return 0.0
    left = min(r.x for r in match.regions)
    top = min(r.y for r in match.regions)
    right = max(r.x + r.width for r in match.regions)
    bottom = max(r.y + r.height for r in match.regions)
    x, y, w, h = box
    across = min(right, x + w) - max(left, x)
    down = min(bottom, y + h) - max(top, y)
    shared = max(0.0, across) * max(0.0, down)
    return shared / ((right - left) * (bottom - top) + w * h - shared)


def _compared(clip: Clip, kept: Reference, attack: Attack) -> ContentMatch:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        publish(clip, folder / "published.mp4")
        luma, _ = read(attack.apply(folder / "published.mp4", folder))
    geometry: Geometry = of_format(luma[0].shape[1], luma[0].shape[0], kept.size)
    return compare(luma, geometry, kept, fps=FPS)
