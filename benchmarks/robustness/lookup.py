"""Clips whose mark is gone, looked for by their fingerprints among many others."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pdqhash
from numpy.typing import NDArray

from benchmarks.robustness.attacks import Attack, caption, h264, publish, scale
from benchmarks.robustness.clips import FPS, Scene
from benchmarks.robustness.trials import read
from provenance.fingerprint import Reference, reference
from provenance.similar import Fingerprints

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
    """Half of the scenes hide among `size` drawn clips; the others, and drawings that are in no
    index, must not be found."""
    hidden, strangers = scenes[::2], scenes[1::2]
    kept = [reference(scene.clip(FRAMES), fps=FPS) for scene in hidden]
    fillers = np.stack([_hash(_picture(seed, number)) for number in range(size - len(kept))])
    index = Fingerprints([*(each.hashes[:, 0] for each in kept), *fillers[:, None]])

    def reference_of(number: int) -> Reference:
        if number < len(kept):
            return kept[number]
        picture = _picture(seed, number - len(kept))
        own = fillers[number - len(kept)]
        return Reference((8 * _SIDE, 8 * _SIDE), FPS, 1, np.zeros(1, np.int64), picture[None],
                         np.repeat(own[None, None], 8, 1))  # fmt: skip

    found: dict[str, int] = {change.name: 0 for change in CHANGES}
    false, asked, spent = 0, 0, []
    for number, scene in enumerate([*hidden, *strangers]):
        for change in CHANGES:
            luma = _changed(scene, change)
            started = time.process_time()
            hit = index.find(luma, FPS, reference_of)
            spent.append(time.process_time() - started)
            if number < len(hidden):
                found[change.name] += hit is not None and hit.clip == number
                false += hit is not None and hit.clip != number
            else:
                asked += 1
                false += hit is not None
    return {
        "clips": size,
        "strangers": asked,
        "false": false,
        "seconds": round(float(np.median(spent)), 2),
        "found": {name: f"{count}/{len(hidden)}" for name, count in found.items()},
    }


def _changed(scene: Scene, change: Attack) -> list[NDArray[np.uint8]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        publish(scene.clip(FRAMES), folder / "published.mp4")
        luma, _ = read(change.apply(folder / "published.mp4", folder))
    return luma


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


def _hash(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    bits, _ = pdqhash.compute(cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB))
    return np.packbits(np.asarray(bits, np.uint8))
