"""One trial: a scene marked, published, attacked, read and compared with its reference."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.robustness.attacks import publish
from benchmarks.robustness.clips import FPS, Clip, Scene
from benchmarks.robustness.suite import Transform
from provenance.comparison import compare
from provenance.fingerprint import Reference, reference
from provenance.media import Moments, read_video
from provenance.watermark import Budget, KeyRing, MarkKey, detect, embed

REGISTERED = 10**6
"""Size of the registry that a recognised mark must stand out of."""
_SEED = 7


@dataclass(frozen=True)
class Trial:
    """What became of one clip of so many frames under one attack; times in CPU seconds.

    Args:
        content: what the comparison with the reference said, "" where nothing was recognised.
        honest: whether the attack alters nothing of what the clip shows.
    """

    scene: str
    frames: int
    attack: str
    exact: bool
    recognised: bool
    wrong: bool
    score: float
    seconds: float
    content: str
    likeness: float
    honest: bool


@dataclass(frozen=True)
class Marked:
    """A scene's clip before and after it was marked, with a key and an ID of its own."""

    scene: Scene
    key: MarkKey
    mark_id: int
    registered: Sequence[int]
    clip: Clip
    frames: Clip
    frames_per_second: float

    @classmethod
    def of(cls, scene: Scene) -> Marked:
        draw = np.random.default_rng([_SEED, *scene.name.encode()])
        key = MarkKey(1, draw.bytes(32))
        mark_id = int(draw.integers(2**48))
        registered = [mark_id, *draw.integers(0, 2**48, REGISTERED - 1).tolist()]
        clip = scene.clip()
        frames = np.empty_like(clip)
        started = time.process_time()
        for index, frame in enumerate(embed(clip, mark_id, key, fps=FPS)):
            frames[index] = frame
        speed = len(clip) / (time.process_time() - started)
        return cls(scene, key, mark_id, registered, clip, frames, speed)


def run(
    scenes: Iterable[Scene], attacks: Sequence[Transform], done: Collection[tuple[str, str]]
) -> Iterator[Trial]:
    """Every scene under every attack, but for the (scene, attack) pairs that are `done`."""
    for scene in scenes:
        left = [attack for attack in attacks if (scene.name, attack.name) not in done]
        if not left:
            continue
        marked = Marked.of(scene)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            publish(marked.frames, folder / "published.mp4")
            kept = reference(marked.frames, fps=FPS)
            for attack in left:
                yield _trial(marked, attack, attack.apply(folder / "published.mp4", folder), kept)


def _trial(marked: Marked, attack: Transform, upload: Path, kept: Reference) -> Trial:
    seen = read(upload)
    ring = KeyRing.of([marked.key])
    started = time.process_time()
    found = detect(seen.luma, seen.kinds, ring)
    spent = time.process_time() - started
    named, needed = found, Budget(registered=REGISTERED).registry
    if found.mark_id is None and found.score >= needed:  # no registered word can do better
        named = detect(seen.luma, seen.kinds, ring, registered=marked.registered)
    right = named.mark_id == marked.mark_id
    match = None
    if right:
        shown = seen.moments
        lattice = named.geometry.resized(shown.scale) if named.geometry else None
        match = compare(shown.luma, lattice, kept, fps=shown.fps, chroma=shown.chroma)
    return Trial(
        marked.scene.name, marked.scene.frames, attack.name, found.mark_id == marked.mark_id, right,
        named.mark_id is not None and not right, round(named.score, 2), round(spent, 3),
        str(match.state) if match else "", round(match.score, 3) if match else 0.0,
        not attack.alters,
    )  # fmt: skip


@dataclass(frozen=True)
class Upload:
    """A decoded video: luma planes, picture types, coarse chroma, frames per second, and what is
    compared of it."""

    luma: list[NDArray[np.uint8]]
    kinds: list[str]
    chroma: list[NDArray[np.uint8]]
    fps: float
    moments: Moments


def read(path: Path) -> Upload:
    """A video as the verification reads what people upload, its limits included."""
    video = read_video(path)
    return Upload(video.luma, video.picture_types, video.chroma, video.info.fps, video.moments)
