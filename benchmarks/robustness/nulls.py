"""How often unmarked videos and wrong keys come near a claim, against what the theorem allows."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.robustness.clips import Clip, collection
from benchmarks.robustness.looks import luma_of
from provenance.watermark import Budget, KeyRing, MarkKey, detect
from provenance.watermark.channels import channels
from provenance.watermark.code import Scrambler
from provenance.watermark.geometry import Geometry
from provenance.watermark.pattern import pattern_of
from provenance.watermark.sync import Folded

_BINS = np.arange(0, 12.5, 0.5)
_PORTION = 20
_LEVELS = (2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0)


def statistics(count: int, seed: int) -> dict[str, Any]:
    """z of random codewords under random keys on unmarked clips: its tail beside exp(-z²/2)."""
    draw = np.random.default_rng(seed)
    tables = [_symbols(scene.clip(8), draw) for scene in collection("reporting")]
    parts: list[NDArray[np.float32]] = []
    while sum(map(len, parts)) < count:
        symbols = tables[len(parts) % len(tables)]
        scrambler = Scrambler(draw.bytes(32), len(symbols))
        soft = scrambler.gather(symbols)
        words = draw.integers(0, 2**64 - 1, 5000, np.uint64, endpoint=True)
        parts.append(scrambler.code.correlations(soft / np.linalg.norm(soft), words))
    z = np.concatenate(parts)
    return {
        "statistics": len(z),
        "keys": len(parts),
        "mean": round(float(z.mean()), 4),
        "deviation": round(float(z.std()), 4),
        "largest": round(float(z.max()), 2),
        "tail": [
            {"z": level, "measured": float((z >= level).mean()), "bound": math.exp(-(level**2) / 2)}
            for level in _LEVELS
        ],
    }


def uploads(
    count: int, seed: int, limit_seconds: float, known: dict[str, Any] | None
) -> Iterator[dict[str, Any]]:
    """The whole detector on unmarked clips, each cut, scaled and lit its own way, under its own
    key; goes on from `known`, stops at the time limit and says how many it saw.

    Yields:
        the figures so far, after every portion.
    """
    clips = [scene.clip(6) for scene in collection("reporting") if "generated" not in scene.name]
    bins = np.zeros(len(_BINS) - 1, np.int64) + (known["scores"] if known else 0)
    seen, claims = (known["uploads"], known["claims"]) if known else (0, 0)
    largest, spent = (known["largest"], known["cpu_seconds"]) if known else (0.0, 0.0)
    slowest = known["slowest"] if known else 0.0
    began = time.process_time()
    while seen < count and time.process_time() - began < limit_seconds:
        for _ in range(min(_PORTION, count - seen)):
            draw = np.random.default_rng([seed, seen])
            luma = _varied(clips[seen % len(clips)], draw)
            started = time.process_time()
            found = detect(luma, ["I", *"PPPPP"], KeyRing.of([MarkKey(1, draw.bytes(32))]))
            took = time.process_time() - started
            bins += np.histogram([found.score], _BINS)[0]
            largest, slowest = max(largest, found.score), max(slowest, took)
            claims += found.mark_id is not None
            seen, spent = seen + 1, spent + took
        yield {
            "uploads": seen, "wanted": count, "claims": claims,
            "threshold": round(Budget().blind, 2), "largest": round(largest, 2),
            "cpu_seconds": round(spent, 1), "seconds_each": round(spent / seen, 2),
            "slowest": round(slowest, 2), "scores": bins.tolist(),
        }  # fmt: skip


def _symbols(clip: Clip, draw: np.random.Generator) -> NDArray[np.float32]:
    luma = [luma_of(frame).astype(np.uint8) for frame in clip]
    picture = channels(luma, ["I"] + ["P"] * (len(luma) - 1))[-1]
    scale = float(draw.uniform(0.6, 1.4))
    geometry = Geometry.of(bool(draw.integers(2)), scale, scale, float(draw.uniform(-0.2, 0.2)))
    pattern = pattern_of(MarkKey(1, draw.bytes(32)))
    return pattern.symbols(Folded.of(picture, geometry).spectrum)


def _varied(clip: Clip, draw: np.random.Generator) -> list[NDArray[np.uint8]]:
    height, width = clip.shape[1:3]
    side = int(draw.integers(200, min(height, width)))
    top, left = int(draw.integers(height - side + 1)), int(draw.integers(width - side + 1))
    gain, offset = draw.uniform(0.7, 1.2), draw.uniform(-20, 20)
    mirrored = slice(None, None, -1 if draw.integers(2) else 1)
    cut = clip[:, top : top + side, left : left + side][:, :, mirrored]
    return [np.clip(luma_of(f) * gain + offset, 0, 255).astype(np.uint8) for f in cut]
