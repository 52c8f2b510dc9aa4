"""How often unmarked videos and wrong keys come near a claim, against what the theorem allows."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.robustness.attacks import Attack, publish
from benchmarks.robustness.clips import (
    FILMS,
    SIZES,
    Clip,
    collection,
    drawing,
    film,
    gradient,
    photo,
    textured,
    world,
)  # fmt: skip
from benchmarks.robustness.looks import luma_of
from benchmarks.robustness.trials import read
from provenance.watermark import Budget, KeyRing, MarkKey, detect
from provenance.watermark.channels import channels
from provenance.watermark.code import Scrambler
from provenance.watermark.decision import tail
from provenance.watermark.folded import Folded
from provenance.watermark.fourier import Fourier
from provenance.watermark.geometry import Geometry
from provenance.watermark.pattern import pattern_of

_BINS = np.arange(0, 12.5, 0.5)
_PORTION = 20
"""Uploads made of one source."""
_FRAMES = 72
_PHOTOS = ("china.jpg", "flower.jpg")
_QUICK = ("-c:v", "libx264", "-preset", "superfast", "-threads", "1", "-pix_fmt", "yuv420p")
_LEVELS = (2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0)


def statistics(count: int, seed: int) -> dict[str, Any]:
    """z of random codewords under random keys on unmarked clips: its tail beside the bound."""
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
            {"z": level, "measured": float((z >= level).mean()), "bound": tail(level)}
            for level in _LEVELS
        ],
    }


def uploads(
    count: int, seed: int, limit_seconds: float, known: dict[str, Any] | None
) -> Iterator[dict[str, Any]]:
    """The whole detector on unmarked uploads, on all cores; goes on from `known`, stops at the time
    limit and says how many it saw. Of each source, a scene of its own seed or place with a key of
    its own, a portion of uploads is made: other seconds, cuts, sizes, lights, strengths of
    compression.

    Yields:
        the figures so far, after every portion.
    """
    bins = np.zeros(len(_BINS) - 1, np.int64) + (known["scores"] if known else 0)
    seen, claims = (known["uploads"], known["claims"]) if known else (0, 0)
    largest, spent = (known["largest"], known["cpu_seconds"]) if known else (0.0, 0.0)
    slowest = known["slowest"] if known else 0.0
    kinds = Counter(known["kinds"] if known else {})
    if seen >= count:
        return
    ends = [*range((seen // _PORTION + 1) * _PORTION, count, _PORTION), count]
    began = time.monotonic()
    with ProcessPoolExecutor(initializer=cv2.setNumThreads, initargs=(1,)) as pool:
        for portion in pool.map(_portion, repeat(seed), [seen, *ends], ends):
            bins += np.histogram(portion.scores, _BINS)[0]
            claims += portion.claims
            largest, slowest = max(largest, *portion.scores), max(slowest, *portion.seconds)
            seen, spent = seen + len(portion.scores), spent + sum(portion.seconds)
            kinds[portion.kind] += len(portion.scores)
            yield {
                "uploads": seen, "wanted": count, "claims": claims, "kinds": dict(kinds),
                "threshold": round(Budget().blind, 2), "largest": round(largest, 2),
                "cpu_seconds": round(spent, 1), "seconds_each": round(spent / seen, 2),
                "slowest": round(slowest, 2), "scores": bins.tolist(),
            }  # fmt: skip
            if time.monotonic() - began > limit_seconds:
                pool.shutdown(cancel_futures=True)
                return


@dataclass(frozen=True)
class _Portion:
    """What the detector made of the uploads of one source; times in CPU seconds."""

    kind: str
    scores: list[float]
    seconds: list[float]
    claims: int


def _portion(seed: int, first: int, end: int) -> _Portion:
    """The uploads from `first` to `end`, all of one source."""
    scores, seconds, claims = [], [], 0
    with tempfile.TemporaryDirectory() as name:
        kind, source = _source(seed, first // _PORTION, Path(name))
        key = np.random.default_rng([seed, first // _PORTION, 1]).bytes(32)
        ring = KeyRing.of([MarkKey(1, key)])
        for number in range(first, end):
            draw = np.random.default_rng([seed, number])
            upload = read(_varied(draw).apply(source, Path(name)))
            started = time.process_time()
            found = detect(upload.luma, upload.kinds, ring)
            seconds.append(time.process_time() - started)
            scores.append(found.score)
            claims += found.mark_id is not None
    return _Portion(kind, scores, seconds, claims)


def _source(seed: int, number: int, folder: Path) -> tuple[str, Path]:
    """The kind of the number-th source, and three seconds of it as a file, uncompressed."""
    draw = np.random.default_rng([seed, number, 0])
    scene_seed = 10_000 + number
    film_name, frames = FILMS[int(draw.integers(len(FILMS)))]
    kind, render = (
        ("world", world(scene_seed)),
        ("film", film(film_name, int(draw.integers(frames - _FRAMES)))),
        ("photo", photo(_PHOTOS[int(draw.integers(2))], scene_seed)),
        ("drawing", drawing(scene_seed)),
        ("world", world(scene_seed)),
        ("film", film(film_name, int(draw.integers(frames - _FRAMES)))),
        ("texture", textured(scene_seed)),
        ("gradient", gradient(scene_seed)),
    )[number % 8]
    width, height = SIZES[int(draw.integers(len(SIZES)))]
    path = folder / "source.nut"
    publish(render(width, height, _FRAMES), path, ("-c:v", "rawvideo", "-pix_fmt", "yuv420p"))
    return kind, path


def _varied(draw: np.random.Generator) -> Attack:
    """One to three seconds of a cut out of a source, 256 to 512 pixels a side, lit, mirrored and
    encoded in its own way."""
    seconds, start = draw.uniform(1, 3), draw.uniform()
    share, x, y = draw.uniform((0.5, 0, 0), 1)
    width, height = (2 * int(side) for side in draw.integers(128, 257, 2))
    filters = [
        f"crop=iw*{share:.3f}:ih*{share:.3f}:(iw-ow)*{x:.3f}:(ih-oh)*{y:.3f}",
        f"scale={width}:{height}",
        f"eq=brightness={draw.uniform(-0.1, 0.1):.3f}:contrast={draw.uniform(0.7, 1.25):.3f}",
        *(["hflip"] if draw.integers(2) else []),
    ]
    quality = str(draw.integers(18, 41))
    return Attack(
        "", "", ",".join(filters), (*_QUICK, "-crf", quality),
        before=("-ss", f"{start * (3 - seconds):.2f}", "-t", f"{seconds:.2f}"),
    )  # fmt: skip


def _symbols(clip: Clip, draw: np.random.Generator) -> NDArray[np.float32]:
    luma = [luma_of(frame).astype(np.uint8) for frame in clip]
    picture = channels(luma, ["I"] + ["P"] * (len(luma) - 1))[-1]
    scale = float(draw.uniform(0.6, 1.4))
    geometry = Geometry.of(bool(draw.integers(2)), scale, scale, float(draw.uniform(-0.2, 0.2)))
    pattern = pattern_of(MarkKey(1, draw.bytes(32)))
    return pattern.symbols(Folded.of(Fourier.of([picture]), geometry).spectra[0])
