"""Our mark and its peers, through one interface, under the same attacks."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from benchmarks.robustness.attacks import publish
from benchmarks.robustness.clips import FPS, Scene, drawing, film, photo, world
from benchmarks.robustness.suite import chosen
from provenance.errors import ProvenanceFailed
from provenance.watermark import KeyRing, MarkKey
from provenance.watermark.layers import PEERS, Layer, layer

FRAMES = 10
ATTACKS = ("published (CRF 18)", "H.264 CRF 23", "H.264 CRF 30", "H.264 CRF 36", "scale 50 %",
           "crop to 75 %", "rotate 3°", "mirrored", "blur σ 1.8",
           "brightness, contrast, saturation", "GIF, 12 fps, 400 px")  # fmt: skip


PICTURES = (
    Scene("photo flower", 512, 512, photo("flower.jpg", 7)),
    Scene("film bikes", 512, 512, film("bikes", 120)),
    Scene("film bunny", 512, 512, film("bigbuckbunny", 80)),
    Scene("film carphone", 512, 512, film("carphone_pristine", 60)),
)
"""What peers are made for: photographs and film, at 512²."""
DRAWN = (
    Scene("world 101", 512, 512, world(101)),
    Scene("drawing 101", 512, 512, drawing(101)),
)


def measure(seed: int) -> list[dict[str, Any]]:
    """The same table for photographs and film, and for drawings."""
    kinds = {"photographs and film": PICTURES, "drawings": DRAWN}
    return [{"what": what, "rows": _table(scenes, seed)} for what, scenes in kinds.items()]


def _table(scenes: Sequence[Scene], seed: int) -> list[dict[str, Any]]:
    """Bits right and words whole, per attack and method; methods that are not installed are left
    out."""
    draw = np.random.default_rng(seed)
    layers = _installed(KeyRing.of([MarkKey(1, draw.bytes(32))]))
    bits: dict[tuple[str, str], list[float]] = {}
    spent: dict[str, list[float]] = {}
    for scene in scenes:
        clip = scene.clip(FRAMES)
        for mark in layers:
            word = int(draw.integers(1 << mark.bits))
            started = time.process_time()
            marked = np.stack(list(mark.embed(clip, word, fps=FPS)))
            spent.setdefault(mark.name, []).append((time.process_time() - started) / FRAMES)
            for attack, share in _attacked(mark, marked, word):
                bits.setdefault((attack, mark.name), []).append(share)
    names = [mark.name for mark in layers]
    cost = {name: round(1000 * min(values), 1) for name, values in spent.items()}
    return [
        {
            "attack": attack, "clips": len(scenes), "frames": FRAMES, "ms": cost,
            "size": f"{scenes[0].width} × {scenes[0].height}",
            "bits": {name: round(float(np.mean(bits[attack, name])), 2) for name in names},
            "whole": {
                name: f"{sum(s == 1 for s in bits[attack, name])}/{len(scenes)}" for name in names
            },
        }
        for attack in ATTACKS
    ]  # fmt: skip


def _installed(keys: KeyRing) -> list[Layer]:
    found = []
    for name in ("kinemark", *PEERS):
        try:
            found.append(layer(name, keys))
        except ProvenanceFailed as missing:
            print(missing.message, missing.advice, flush=True)
    return found


def _attacked(mark: Layer, marked: NDArray[np.uint8], word: int) -> list[tuple[str, float]]:
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        publish(marked, folder / "published.mp4")
        for attack in chosen(ATTACKS):
            frames, kinds = _read(attack.apply(folder / "published.mp4", folder))
            said = mark.read(frames, kinds).word
            wrong = (said ^ word).bit_count() if said is not None else mark.bits / 2
            rows.append((attack.name, 1 - wrong / mark.bits))
    return rows


def _read(path: Path) -> tuple[list[NDArray[np.uint8]], list[str]]:
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    kinds = ["I" if int(frame.pict_type) == 1 else "P" for frame in frames]
    return [frame.to_ndarray(format="rgb24") for frame in frames], kinds
