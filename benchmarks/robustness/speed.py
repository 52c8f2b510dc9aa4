"""Time of marking, of reading, and of looking a weak mark up among a million registered IDs."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.robustness.clips import FPS, Clip, collection
from benchmarks.robustness.looks import luma_of
from provenance.errors import ProvenanceFailed
from provenance.watermark import Budget, KeyRing, MarkKey, detect, embed
from provenance.watermark.layers import layer
from provenance.watermark.names import Names
from provenance.watermark.pattern import pattern_of


def measure(seed: int) -> dict[str, Any]:
    """CPU seconds on one core; the best of three, for the machine may be shared."""
    draw = np.random.default_rng(seed)
    key = MarkKey(1, draw.bytes(32))
    ring = KeyRing.of([key])
    scene = collection("reporting")[0]
    clip = scene.clip(72)
    list(embed(clip[:2], 1, key, fps=FPS))
    marking = min(_timed(lambda: list(embed(clip, 1, key, fps=FPS))) for _ in range(3))
    beside = _peer(clip, ring)
    marked = [luma_of(frame).astype(np.uint8) for frame in embed(clip, 1, key, fps=FPS)]
    bare = [luma_of(frame).astype(np.uint8) for frame in clip]
    kinds = ["I"] + ["P"] * 71
    reading = min(_timed(lambda: detect(marked, kinds, ring)) for _ in range(3))
    missing = min(_timed(lambda: detect(bare, kinds, ring)) for _ in range(2))
    return {
        "embed_512_frames_per_second": round(72 / marking),
        "dwtDct_512_frames_per_second": beside,
        "detect_marked_3s_seconds": round(reading, 2),
        "detect_unmarked_3s_seconds": round(missing, 2),
        "registry": [_lookup(size, ring, draw, bare) for size in (10**3, 10**4, 10**5, 10**6)],
    }


def _peer(clip: Clip, ring: KeyRing) -> int | None:
    """Frames a second of dwtDct, the quickest of the peers, on the same clip; None without it."""
    try:
        peer = layer("dwtDct", ring)
    except ProvenanceFailed as missing:
        print(missing.message, missing.advice, flush=True)
        return None
    spent = min(_timed(lambda: list(peer.embed(clip, 1, fps=FPS))) for _ in range(3))
    return round(len(clip) / spent)


def _lookup(
    size: int, ring: KeyRing, draw: np.random.Generator, bare: list[NDArray[np.uint8]]
) -> dict[str, Any]:
    """Marks at z about 11 among `size` registered IDs; and a clip without a mark, in which they
    are looked for whenever something correlates as well as one of them might."""
    names = Names.of((int(mark_id) for mark_id in draw.integers(0, 2**48, size)), ring)
    key = ring.keys[0]
    code, words = pattern_of(key).scrambler.code, names.under(key)
    seconds, found = [], 0
    for wanted in draw.integers(0, len(words), 20):
        noise = draw.normal(size=code.length)
        soft = code.encode(int(words[wanted])) * (11.4 / np.sqrt(code.length)) + noise
        soft = (soft / np.linalg.norm(soft)).astype(np.float32)
        started = time.process_time()
        best = code.likeliest(soft, words, Budget(registered=size).registry)
        seconds.append(time.process_time() - started)
        found += best is not None and best[0] == wanted
    kinds = ["I"] + ["P"] * (len(bare) - 1)
    missing = min(_timed(lambda: detect(bare, kinds, ring, registered=names)) for _ in range(2))
    return {
        "ids": size, "seconds": round(float(np.median(seconds)), 3), "found": f"{found}/20",
        "detect_unmarked_3s_seconds": round(missing, 2),
    }  # fmt: skip


def _timed(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started
