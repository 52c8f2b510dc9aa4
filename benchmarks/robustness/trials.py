"""One trial: a scene marked, published, attacked, read and compared with its reference."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.robustness.attacks import Attack, publish
from benchmarks.robustness.clips import FPS, Scene
from provenance.fingerprint import Reference, compare, reference
from provenance.watermark import Budget, KeyRing, MarkKey, detect, embed

REGISTERED = 10**6
"""Size of the registry that a recognised mark must stand out of."""
_NAMED = 500


@dataclass(frozen=True)
class Trial:
    """What became of one clip under one attack; times in CPU seconds."""

    scene: str
    attack: str
    exact: bool
    recognised: bool
    wrong: bool
    score: float
    seconds: float
    content: str
    likeness: float


@dataclass(frozen=True)
class Appearance:
    """How a marked clip looks beside its original, before encoding."""

    scene: str
    ssim: float
    worst_ssim: float
    psnr: float
    frames_per_second: float


def run(
    scenes: Iterable[Scene], attacks: Iterable[Attack], seed: int
) -> Iterator[Trial | Appearance]:
    """Every scene under every attack, each scene with a key and an ID of its own."""
    attacks = tuple(attacks)
    for number, scene in enumerate(scenes):
        draw = np.random.default_rng(seed * 1000 + number)
        key = MarkKey(1, draw.bytes(32))
        mark_id = int(draw.integers(2**48))
        clip = scene.clip()
        started = time.process_time()
        marked = np.stack(list(embed(clip, mark_id, key, fps=FPS)))
        spent = time.process_time() - started
        yield _appearance(scene.name, clip, marked, len(clip) / spent)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            publish(marked, folder / "published.mp4")
            kept = reference(marked, fps=FPS)
            others = [int(i) for i in draw.integers(0, 2**48, _NAMED)]
            for attack in attacks:
                upload = attack.apply(folder / "published.mp4", folder)
                yield _trial(scene, attack, upload, key, mark_id, others, kept)


def _trial(
    scene: Scene, attack: Attack, upload: Path, key: MarkKey, mark_id: int, others: list[int],
    kept: Reference,
) -> Trial:  # fmt: skip
    luma, kinds = read(upload)
    ring = KeyRing.of([key])
    started = time.process_time()
    found = detect(luma, kinds, ring)
    spent = time.process_time() - started
    named = found
    if found.mark_id is None:
        named = detect(luma, kinds, ring, registered=[mark_id, *others])
        if named.score < Budget(registered=REGISTERED).registry:
            named = found
    match = None
    if named.mark_id == mark_id:
        match = compare(luma, named.geometry, kept, fps=attack.fps)
    return Trial(
        scene.name, attack.name, found.mark_id == mark_id, named.mark_id == mark_id,
        named.mark_id not in (None, mark_id), round(named.score, 2), round(spent, 3),
        str(match.state) if match else "", round(match.score, 3) if match else 0.0,
    )  # fmt: skip


def read(path: Path) -> tuple[list[NDArray[np.uint8]], list[str]]:
    """Luma planes and picture types of a video."""
    luma, kinds = [], []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if frame.format.name.startswith("yuv"):
                plane = frame.planes[0]
                rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
                luma.append(rows[: frame.height, : frame.width].copy())
            else:
                luma.append(frame.to_ndarray(format="gray"))
            kinds.append("I" if int(frame.pict_type) == 1 else "P")
    return luma, kinds


def _appearance(
    name: str, clip: NDArray[np.uint8], marked: NDArray[np.uint8], speed: float
) -> Appearance:
    pairs = [(luma_of(a), luma_of(b)) for a, b in zip(clip[::6], marked[::6], strict=True)]
    values = [ssim(a, b) for a, b in pairs]
    error = float(np.mean([(a - b) ** 2 for a, b in pairs]))
    return Appearance(name, round(float(np.mean(values)), 4), round(min(values), 4),
                      round(float(10 * np.log10(255**2 / error)), 1), round(speed))  # fmt: skip


def luma_of(frame: NDArray[np.uint8]) -> NDArray[np.float64]:
    return cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY).astype(np.float64)


def ssim(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Mean SSIM with the Gaussian window of Wang et al. 2004."""

    def smooth(picture: NDArray[np.float64]) -> NDArray[np.float64]:
        return cv2.GaussianBlur(picture, (11, 11), 1.5).astype(np.float64)

    mean_1, mean_2 = smooth(one), smooth(other)
    power_1, power_2 = smooth(one * one) - mean_1**2, smooth(other * other) - mean_2**2
    cross = smooth(one * other) - mean_1 * mean_2
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    likeness = (2 * mean_1 * mean_2 + c1) * (2 * cross + c2)
    return float(np.mean(likeness / ((mean_1**2 + mean_2**2 + c1) * (power_1 + power_2 + c2))))
