"""Clips whose mark is gone, looked for by their picture among many others, as the product does it.

The many are clips of the embedded world, each of its own seed: the hardest crowd there is, for they
share landscapes, subjects and styles with one another and with what is asked for. Foreign uploads
are further clips of that world and all scenes of the suite, asked for where they are not kept. Some
are of one prompt with a clip that is kept: another take of the same.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from benchmarks.robustness.attacks import Attack, caption, h264, publish, scale
from benchmarks.robustness.clips import FPS, Clip, Scene
from benchmarks.robustness.trials import Upload, read
from generation.embedded.world.render import render
from generation.embedded.world.spec import Spec, sample_spec
from provenance.fingerprint import Reference, reference
from provenance.shortlist import Shortlist, hashed, hashes_of, parts_of, views_of
from provenance.similar import shown

CHANGES = (
    Attack("half size", "", scale(0.5), h264(26)),
    Attack("CRF 36", "", output=h264(36)),
    Attack("blur σ 1.8", "", "gblur=sigma=1.8"),
    Attack("mirrored", "", "hflip"),
    Attack("caption bar", "", caption(), h264(26)),
)
FRAMES = 48
_SIZE = (512, 512)
_SMALL = (128, 128)
"""Pixels at which the many are rendered to be hashed."""
_MOMENTS = np.linspace(0, (FRAMES - 1) / FPS, 4)
_CROWD_SEED, _FOREIGN_SEED = 1_000_000, 10_000_000
"""Of the first clip; no scene of the suite has such a seed."""
_CACHE = Path("runs/robustness")


@dataclass(frozen=True)
class _Asked:
    """What a look-up found: the mark ID named, of which clips the pictures were laid over the
    upload, the CPU seconds of both steps."""

    named: int | None
    laid: tuple[int, ...]
    seconds: float


@dataclass(frozen=True)
class _Crowd:
    """Many clips of the world, numbered from 0 by their mark IDs."""

    listed: Shortlist

    @classmethod
    def of(cls, size: int) -> _Crowd:
        """Rendered and hashed on all cores, and kept for the next run."""
        path = _CACHE / f"crowd-{size}.npz"
        if not path.exists():
            with ProcessPoolExecutor() as pool:
                rows = list(pool.map(_hashes, range(size), chunksize=50))
            path.parent.mkdir(parents=True, exist_ok=True)
            hashes, parts = (np.array(each) for each in zip(*rows, strict=True))
            np.savez(path, hashes=hashes, parts=parts)
        with np.load(path) as kept:
            rows = zip(kept["hashes"], kept["parts"], strict=True)
            clips = [(n, each.tobytes(), part.tobytes()) for n, (each, part) in enumerate(rows)]
        return cls(Shortlist.of(clips))

    def reference(self, number: int) -> Reference:
        seed = _CROWD_SEED + number
        return reference(_rendered(_spec(seed), seed), fps=FPS)


def measure(scenes: Sequence[Scene], size: int, foreign: int) -> dict[str, Any]:
    """The scenes hide among `size` clips and are looked for; then they and `foreign` more clips are
    looked for where they are not kept."""
    crowd = _Crowd.of(size)
    kept = {size + n: _kept(scene) for n, scene in enumerate(scenes)}
    listed = crowd.listed.with_more(
        Shortlist.of(
            (number, hashes_of(each.hashes), parts_of(each.thumbnails))
            for number, each in kept.items()
        )
    )

    def reference_of(number: int) -> Reference:
        return kept[number] if number in kept else crowd.reference(number)

    rows, spent, wrong = [], [], 0
    for change in CHANGES:
        asked = [_ask(_changed(scene, change), listed, reference_of) for scene in scenes]
        found = sum(each.named == size + n for n, each in enumerate(asked))
        wrong += sum(each.named not in (None, size + n) for n, each in enumerate(asked))
        rows.append({"name": change.name, "found": found, "asked": len(asked)})
        spent += [each.seconds for each in asked]
    return {
        "clips": size,
        "rows": rows,
        "wrong": wrong,
        "seconds": round(float(np.median(spent)), 2),
        **_foreign(crowd, scenes, foreign),
    }


def _foreign(crowd: _Crowd, scenes: Sequence[Scene], count: int) -> dict[str, Any]:
    """Uploads that none of the crowd shows: whom they are taken for, with upper limits of 95 %."""
    size, laid, takes, named = len(crowd.listed), 0, 0, []
    for spec, upload in chain(
        _of_the_world(count), ((None, _changed(scene, CHANGES[0])) for scene in scenes)
    ):
        asked = _ask(upload, crowd.listed, crowd.reference)
        laid += len(asked.laid)
        same = [
            n for n in asked.laid if spec and _subject(_spec(_CROWD_SEED + n)) == _subject(spec)
        ]
        takes += bool(same)
        if asked.named is not None:
            named.append(asked.named in same)
    total = count + len(scenes)
    other = named.count(False)
    return {
        "strangers": total,
        "laid": laid,
        "takes": takes,
        "false": len(named),
        "false_of_others": other,
        "per_look_up": _upper(other, total),
        "per_clip": _upper(other, total) / size,
    }


def _upper(hits: int, total: int) -> float:
    """Upper limit of a share, 95 % (Clopper & Pearson 1934)."""
    return 1.0 if hits == total else float(beta.ppf(0.95, hits + 1, total - hits))


def _ask(upload: Upload, listed: Shortlist, reference_of: Callable[[int], Reference]) -> _Asked:
    """The two steps of the product; making the references is not counted, for they are stored."""
    started = time.process_time()
    near = listed.nearest(views_of(upload.luma))
    spent = time.process_time() - started
    laid = []
    for each in near:
        kept = reference_of(each.mark_id)
        started = time.process_time()
        found = shown(upload.luma, upload.chroma, upload.fps, [(kept, each.way)])
        spent += time.process_time() - started
        laid.append(each.mark_id)
        if found is not None:
            return _Asked(each.mark_id, tuple(laid), spent)
    return _Asked(None, tuple(laid), spent)


def _of_the_world(count: int) -> Iterator[tuple[Spec, Upload]]:
    for number in range(_FOREIGN_SEED, _FOREIGN_SEED + count):
        spec = _spec(number)
        yield spec, _through(_rendered(spec, number), CHANGES[0])


def _spec(number: int) -> Spec:
    return sample_spec(random.Random(number))


def _subject(spec: Spec) -> tuple[str, ...]:
    """What a prompt names."""
    return spec.subject, spec.colour, spec.motion, spec.scene, spec.time, spec.style


def _rendered(spec: Spec, seed: int) -> Clip:
    return render(spec, seed, _SIZE, np.arange(FRAMES) / FPS).frames


def _hashes(number: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """What a shortlist keeps of a clip of the crowd."""
    cv2.setNumThreads(1)
    seed = _CROWD_SEED + number
    frames = render(_spec(seed), seed, _SMALL, _MOMENTS).frames
    luma = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in frames]
    whole = np.stack([hashed(plane)[0][0] for plane in luma])
    small = np.stack([cv2.resize(p, (64, 64), interpolation=cv2.INTER_AREA) for p in luma])
    return whole, np.frombuffer(parts_of(small), np.uint8)


def _kept(scene: Scene) -> Reference:
    return reference(scene.clip(FRAMES), fps=FPS)


def _changed(scene: Scene, change: Attack) -> Upload:
    return _through(scene.clip(FRAMES), change)


def _through(clip: Clip, change: Attack) -> Upload:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        publish(clip, folder / "published.mp4")
        return read(change.apply(folder / "published.mp4", folder))
