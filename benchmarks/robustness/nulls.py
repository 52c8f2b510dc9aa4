"""How often unmarked videos and wrong keys come near a claim, against what the theorem allows."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.robustness.clips import Clip, collection
from benchmarks.robustness.trials import luma_of
from provenance.watermark import Budget, KeyRing, MarkKey, detect
from provenance.watermark.channels import channels
from provenance.watermark.code import Scrambler
from provenance.watermark.geometry import Geometry
from provenance.watermark.pattern import pattern_of
from provenance.watermark.sync import Folded

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


def uploads(count: int, seed: int, limit_seconds: float) -> dict[str, Any]:
    """The whole detector on unmarked clips, each cut, scaled and lit its own way, under its own
    key; stops early at the time limit and says how many it saw."""
    draw = np.random.default_rng(seed)
    clips = [scene.clip(6) for scene in collection("reporting")]
    scores: list[float] = []
    claims = 0
    started = time.process_time()
    while len(scores) < count and time.process_time() - started < limit_seconds:
        clip = clips[len(scores) % len(clips)]
        luma = _varied(clip, draw)
        found = detect(luma, ["I", *"PPPPP"], KeyRing.of([MarkKey(1, draw.bytes(32))]))
        scores.append(found.score)
        claims += found.mark_id is not None
    return {
        "uploads": len(scores),
        "claims": claims,
        "threshold": round(Budget().blind, 2),
        "largest": round(max(scores), 2),
        "seconds_each": round((time.process_time() - started) / len(scores), 2),
        "scores": np.histogram(scores, np.arange(0, 12.5, 0.5))[0].tolist(),
    }


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
