"""Clips whose mark is gone, looked for by their fingerprints among many others."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.robustness.attacks import Attack, caption, h264, publish, scale
from benchmarks.robustness.clips import FPS, Scene
from benchmarks.robustness.trials import read
from provenance.fingerprint import Reference, reference
from provenance.similar import CANDIDATES, MOTION, Fingerprints, codes, codes_of

CHANGES = (
    Attack("half size", "", scale(0.5), h264(26)),
    Attack("CRF 36", "", output=h264(36)),
    Attack("blur σ 1.8", "", "gblur=sigma=1.8"),
    Attack("mirrored", "", "hflip"),
    Attack("caption bar", "", caption(), h264(26)),
)
FRAMES = 24
_SIDE = 64


def measure(scenes: list[Scene], size: int, seed: int) -> dict[str, Any]:
    """Half of the scenes hide among `size` clips, most of them drawn for this; the others are in no
    index and must not be found."""
    hidden, strangers = scenes[::2], scenes[1::2]
    kept = [reference(scene.clip(FRAMES), fps=FPS) for scene in hidden]
    fillers = [_filler(seed, number) for number in range(size - len(kept))]
    index = Fingerprints([*map(codes, kept), *fillers])

    def reference_of(number: int) -> Reference:
        if number < len(kept):
            return kept[number]
        picture = _picture(seed, number - len(kept))
        return Reference((8 * _SIDE, 8 * _SIDE), FPS, 1, np.zeros(1, np.int64), picture[None],
                         np.zeros((0, 8, 32), np.uint8))  # fmt: skip

    rows = {change.name: {"name": change.name, "found": 0, "asked": 0} for change in CHANGES}
    false, asked, spent = 0, 0, []
    for number, (scene, change) in enumerate(product([*hidden, *strangers], CHANGES)):
        own = number // len(CHANGES)
        luma = _changed(scene, change)
        started = time.process_time()
        hit = index.find(luma, FPS, reference_of)
        spent.append(time.process_time() - started)
        if own < len(hidden):
            rows[change.name]["asked"] += 1
            rows[change.name]["found"] += hit is not None and hit.clip == own
            false += hit is not None and hit.clip != own
        else:
            asked += 1
            false += hit is not None
    return {
        "clips": size,
        "strangers": asked,
        "false": false,
        "seconds": round(float(np.median(spent)), 2),
        "rows": list(rows.values()),
    }


def chance(foreign: Sequence[float]) -> dict[str, Any]:
    """The chance that a foreign candidate is taken for the clip, and so that a look-up is wrong.

    A candidate is taken only if enough of what moves in it is found again. Beyond the upper tenth
    of foreign pairs the tail is taken to be exponential (peaks over a threshold): cautious, for
    it is lighter, as shares end at 1. Every candidate counts, with and without borders.

    Args:
        foreign: share of what moves found again, for pairs of different clips in one landscape,
            which is harder than what the hashes bring together.
    """
    values = np.array(foreign)
    start = float(np.quantile(values, 0.9))
    excess = float(np.mean(values[values > start] - start))
    single = 0.1 * math.exp(-(MOTION - start) / excess)
    tried = 2 * CANDIDATES
    return {
        "tail": {"pairs": len(values), "largest": round(float(values.max()), 3),
                 "tenth": round(start, 3), "excess": round(excess, 4)},
        "bound": f"{min(1.0, tried * single):.1e}",
        "holds": tried * single <= 1e-6,
    }  # fmt: skip


def _changed(scene: Scene, change: Attack) -> list[NDArray[np.uint8]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        publish(scene.clip(FRAMES), folder / "published.mp4")
        return read(change.apply(folder / "published.mp4", folder)).luma


def _picture(seed: int, number: int) -> NDArray[np.uint8]:
    """The thumbnail of a drawn clip: a sky, hills, and a few things."""
    draw = np.random.default_rng([seed, number])
    levels = draw.integers(10, 245, 8)
    picture = np.full((_SIDE, _SIDE), levels[0], np.uint8)
    for row, level in zip(np.sort(draw.integers(20, _SIDE, 2)), levels[1:3], strict=True):
        x = np.arange(_SIDE + 1)
        y = row + draw.uniform(0, 6) * np.sin(x / draw.uniform(3, 12) + draw.uniform(0, 6))
        outline = np.concatenate([np.stack([x, y], 1), [[_SIDE, _SIDE], [0, _SIDE]]])
        cv2.fillPoly(picture, [outline.astype(np.int32)], int(level), cv2.LINE_AA)
    for level in levels[3 : 4 + draw.integers(4)]:
        x, y, w, h = (int(v) for v in draw.integers((0, 0, 4, 4), (60, 60, 24, 24)))
        if draw.integers(2):
            cv2.rectangle(picture, (x, y), (x + w, y + h), int(level), -1)
        else:
            cv2.ellipse(picture, (x, y), (w, h), 0, 0, 360, int(level), -1, cv2.LINE_AA)
    return picture


def _filler(seed: int, number: int) -> NDArray[np.uint8]:
    """What an index keeps of a drawn clip that hardly moves."""
    return codes_of(_picture(seed, number))
