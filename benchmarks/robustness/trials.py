"""One trial: a scene marked, published, attacked, read and compared with its reference."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import Colorspace
from numpy.typing import NDArray

from benchmarks.robustness.attacks import publish
from benchmarks.robustness.clips import FPS, Scene
from benchmarks.robustness.looks import Appearance, appearance
from benchmarks.robustness.suite import Transform
from provenance.fingerprint import Reference, compare, reference
from provenance.media import coarse_chroma
from provenance.watermark import Budget, KeyRing, MarkKey, detect, embed

REGISTERED = 10**6
"""Size of the registry that a recognised mark must stand out of."""
_NAMED = 500


@dataclass(frozen=True)
class Trial:
    """What became of one clip of so many frames under one attack; times in CPU seconds."""

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


def run(
    scenes: Iterable[Scene],
    attacks: Iterable[Transform],
    seed: int,
    done: Collection[tuple[str, str]],
) -> Iterator[Trial | Appearance]:
    """Every scene under every attack, each scene with a key and an ID of its own, but for the
    (scene, attack) pairs that are `done`."""
    attacks = tuple(attacks)
    for scene in scenes:
        left = [attack for attack in attacks if (scene.name, attack.name) not in done]
        if not left:
            continue
        draw = np.random.default_rng([seed, *scene.name.encode()])
        key = MarkKey(1, draw.bytes(32))
        mark_id = int(draw.integers(2**48))
        clip = scene.clip()
        started = time.process_time()
        marked = np.stack(list(embed(clip, mark_id, key, fps=FPS)))
        spent = time.process_time() - started
        yield appearance(scene.name, clip, marked, len(clip) / spent)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            publish(marked, folder / "published.mp4")
            kept = reference(marked, fps=FPS)
            others = [int(i) for i in draw.integers(0, 2**48, _NAMED)]
            for attack in left:
                upload = attack.apply(folder / "published.mp4", folder)
                yield _trial(scene, attack, upload, key, mark_id, others, kept)


def _trial(
    scene: Scene, attack: Transform, upload: Path, key: MarkKey, mark_id: int, others: list[int],
    kept: Reference,
) -> Trial:  # fmt: skip
    seen = read(upload)
    ring = KeyRing.of([key])
    started = time.process_time()
    found = detect(seen.luma, seen.kinds, ring)
    spent = time.process_time() - started
    named = found
    if found.mark_id is None:
        named = detect(seen.luma, seen.kinds, ring, registered=[mark_id, *others])
        if named.score < Budget(registered=REGISTERED).registry:
            named = found
    match = None
    if named.mark_id == mark_id:
        match = compare(seen.luma, named.geometry, kept, fps=attack.fps, chroma=seen.chroma)
    return Trial(
        scene.name, scene.frames, attack.name, found.mark_id == mark_id, named.mark_id == mark_id,
        named.mark_id not in (None, mark_id), round(named.score, 2), round(spent, 3),
        str(match.state) if match else "", round(match.score, 3) if match else 0.0,
    )  # fmt: skip


@dataclass(frozen=True)
class Upload:
    """A decoded video: luma planes, picture types, coarse chroma."""

    luma: list[NDArray[np.uint8]]
    kinds: list[str]
    chroma: list[NDArray[np.uint8]]


def read(path: Path) -> Upload:
    """Any video that ffmpeg reads, GIF too, as `provenance.media` reads what people upload."""
    luma, kinds, chroma = [], [], []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if frame.format.name.startswith("yuv"):
                plane = frame.planes[0]
                rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
                luma.append(rows[: frame.height, : frame.width].copy())
            else:
                frame = frame.reformat(format="yuv444p", dst_colorspace=Colorspace.ITU709)
                luma.append(frame.to_ndarray()[0])
            kinds.append("I" if int(frame.pict_type) == 1 else "P")
            chroma.append(coarse_chroma(frame))
    return Upload(luma, kinds, chroma)
