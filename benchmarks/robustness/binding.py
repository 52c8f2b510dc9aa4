"""Whether other content under a mark is exposed, whether nobody is accused who altered nothing, and
whether an alteration is found where and when it was made.

The marks themselves are left out: uploads keep the whole frame, so that their geometry is known
(or, of other content, any), and only the comparison with the reference is measured.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.robustness.attacks import Attack, h264, publish, scale
from benchmarks.robustness.clips import FPS, Clip, collection
from benchmarks.robustness.trials import Upload, read
from generation.embedded.world.render import render
from generation.embedded.world.spec import SCENES, sample_spec
from provenance.comparison import ContentMatch, ContentState, compare
from provenance.fingerprint import Reference, reference
from provenance.watermark.geometry import Geometry, of_format
from provenance.watermark.pattern import TILE

GENUINE = (
    Attack("CRF 23", "", output=h264(23)),
    Attack("CRF 36", "", output=h264(36)),
    Attack("half size, CRF 30", "", scale(0.5), h264(30)),
    Attack("blur σ 1.8", "", "gblur=sigma=1.8"),
    Attack("brightness, contrast", "", "eq=brightness=0.08:contrast=1.2"),
    Attack("darker", "", "eq=brightness=-0.08:contrast=0.85:gamma=0.9"),
    Attack("saturation × 1.6", "", "eq=saturation=1.6"),
    Attack("saturation × 0.4", "", "eq=saturation=0.4"),
    Attack("warmer", "", "colorbalance=rm=.06:bm=-.06"),
    Attack("grey", "", "hue=s=0"),
    Attack("24 → 15 fps", "", "fps=15", fps=15),
    Attack("GIF", "", "[0:v]fps=12,scale=400:-1,split[a][b];[a]palettegen=max_colors=96[p];"
           "[b][p]paletteuse", (), suffix="gif", fps=12),
)  # fmt: skip
CHAIN = Attack("CRF 23", "", output=h264(23))
SIZE = (512, 512)
FRAMES = 36
ALIKE = 8
"""Clips that share landscape, light and style, and differ in what they show in it."""
SAME = "same landscape"
_LATTICES = 8
"""Under which an upload is laid over another clip, besides its own."""
_SEEDS = {"tuning": 20_000, "reporting": 40_000}
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Comparison:
    """One upload beside one reference."""

    name: str
    state: str
    likeness: float
    motion: float
    colour: str


def alike(purpose: str, groups: int) -> list[Clip]:
    """Groups of ALIKE drawn clips each in one landscape: the hardest to tell apart."""
    first = _SEEDS[purpose]
    clips = []
    for number in range(groups * ALIKE):
        draw = random.Random(first + number)
        common = sample_spec(random.Random(first + number // ALIKE))
        scene = SCENES[number // ALIKE % len(SCENES)]
        own = sample_spec(draw)
        spec = replace(common, scene=scene, subject=own.subject, colour=own.colour,
                       motion=own.motion, camera="static",
                       time="night" if scene == "space" else common.time)  # fmt: skip
        clips.append(render(spec, first + number, SIZE, np.arange(FRAMES) / FPS).frames)
    return clips


def strangers(clips: Sequence[Clip]) -> Iterator[Comparison]:
    """Every clip, published, beside the reference of every other; and beside some, laid as it is
    not."""
    kept = [reference(clip, fps=FPS) for clip in clips]
    uploads = [_attacked(clip, CHAIN) for clip in clips]
    for one, other in product(range(len(clips)), repeat=2):
        if one != other:
            same = one // ALIKE == other // ALIKE
            match = _matched(uploads[one], kept[other])
            yield _row(SAME if same else "other landscape", match)
    draw = np.random.default_rng(len(clips))
    for one, _ in product(range(len(clips)), range(_LATTICES)):
        other = (one + int(draw.integers(1, len(clips)))) % len(clips)
        upload, lattice = uploads[one], _lattice(draw)
        match = compare(upload.luma, lattice, kept[other], fps=FPS, chroma=upload.chroma)
        yield _row("under any lattice", match)


def _lattice(draw: np.random.Generator) -> Geometry:
    """As a mark may lie that was scaled, turned, mirrored and cut before it was lifted."""
    scale, wider = draw.uniform(0.7, 1.4), draw.uniform(0.95, 1.05)
    turned = draw.choice((0, 1)) * draw.uniform(-0.25, 0.25)
    lattice = Geometry.of(bool(draw.integers(2)), scale * wider, scale, turned)
    x, y = draw.uniform(0, TILE, 2)
    return lattice.moved((x, y))


def copies(clips: Sequence[Clip], attacks: Sequence[Attack]) -> Iterator[Comparison]:
    """Every clip under changes that alter nothing of what it shows."""
    for clip, attack in product(clips, attacks):
        upload = _attacked(clip, attack)
        yield _row(attack.name, _matched(upload, reference(clip, fps=FPS), attack.fps))


@dataclass(frozen=True)
class Edit:
    """An edit and what was found of it.

    Args:
        kind: "painted", "other picture" or "recoloured".
        found: whether the clip is called altered.
        seconds: larger error of start and end.
        iou: overlap of the edited box with the smallest one around the regions found.
    """

    kind: str
    found: bool
    seconds: float
    iou: float


def edits(clips: Sequence[Clip], count: int, seed: int) -> Iterator[Edit]:
    """`count` edits of each clip: for a time a place is painted over, shows a piece of another
    clip, or is recoloured."""
    draw = np.random.default_rng(seed)
    for number, clip in enumerate(clips):
        kept = reference(clip, fps=FPS)
        length, height, width = clip.shape[:3]
        for turn in range(count):
            kind = ("painted", "other picture", "recoloured")[turn % 3]
            first = int(draw.integers(0, length // 3))
            last = first + int(draw.integers(length // 4, length // 2))
            w, h = (int(side * draw.uniform(0.2, 0.45)) for side in (width, height))
            x, y = int(draw.integers(width - w)), int(draw.integers(height - h))
            changed = clip.copy()
            place = changed[first:last, y : y + h, x : x + w]
            place[:] = _edited(kind, place, clips[number - 1], draw)
            upload = _attacked(changed, CHAIN)
            match = _matched(upload, kept)
            times = (match.segments[0][0], match.segments[-1][1]) if match.segments else (0, 0)
            error = max(abs(times[0] - first / FPS), abs(times[1] - last / FPS))
            box = (x / width, y / height, w / width, h / height)
            altered = match.state is ContentState.ALTERED
            yield Edit(kind, altered, round(error, 3), round(_iou(match, box), 3))


def _edited(kind: str, place: Clip, other: Clip, draw: np.random.Generator) -> Clip:
    colour = draw.integers(0, 256, 3).astype(np.uint8)
    if kind == "painted":
        return np.broadcast_to(colour, place.shape)
    if kind == "other picture":
        return other[: len(place), -place.shape[1] :, -place.shape[2] :][:, ::-1, ::-1]
    frames = []
    for frame in place:  # the hue of everything turned, its luma kept
        planes = cv2.cvtColor(frame, cv2.COLOR_RGB2YCrCb)
        planes[..., 1:] = 255 - planes[..., 1:]
        frames.append(cv2.cvtColor(planes, cv2.COLOR_YCrCb2RGB))
    return np.stack(frames)


def measure(purpose: str, groups: int, more: int, seed: int) -> dict[str, Any]:
    """All of it: so many landscapes, and so many clips of every kind, of one purpose."""
    near = alike(purpose, groups)
    mixed = [*near[::ALIKE], *(scene.clip(FRAMES) for scene in collection(purpose)[:more])]
    return {
        "strangers": _summed(strangers(near), ContentState.OTHER),
        "copies": _summed(copies(mixed, GENUINE), ContentState.MATCHES),
        "edits": [vars(edit) for edit in edits(mixed, 6, seed)],
    }


def _summed(rows: Iterator[Comparison], wanted: ContentState) -> list[dict[str, Any]]:
    """Per name: how many, how many of the wanted state, and how the likeness lies."""
    named: dict[str, list[Comparison]] = {}
    for row in rows:
        named.setdefault(row.name, []).append(row)
    return [
        {
            "name": name,
            "count": len(own),
            "right": sum(row.state == wanted for row in own),
            "called": {state: sum(row.state == state for row in own)
                       for state in sorted({row.state for row in own})},
            "likeness": [round(float(q), 3)
                         for q in np.quantile([row.likeness for row in own], (0, 0.5, 1))],
            "motion": [round(float(q), 3)
                       for q in np.quantile([row.motion for row in own], (0, 0.5, 1))],
        }
        for name, own in named.items()
    ]  # fmt: skip


def _row(name: str, match: ContentMatch) -> Comparison:
    return Comparison(name, str(match.state), match.score, match.motion, str(match.colour))


def _iou(match: ContentMatch, box: Box) -> float:
    """Overlap of an edit with the smallest box around the regions found."""
    if not match.regions:
        return 0.0
    left = min(r.x for r in match.regions)
    top = min(r.y for r in match.regions)
    right = max(r.x + r.width for r in match.regions)
    bottom = max(r.y + r.height for r in match.regions)
    x, y, w, h = box
    across = min(right, x + w) - max(left, x)
    down = min(bottom, y + h) - max(top, y)
    shared = max(0.0, across) * max(0.0, down)
    return shared / ((right - left) * (bottom - top) + w * h - shared)


def _attacked(clip: NDArray[np.uint8], attack: Attack) -> Upload:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        publish(clip, folder / "published.mp4")
        return read(attack.apply(folder / "published.mp4", folder))


def _matched(upload: Upload, kept: Reference, fps: float = FPS) -> ContentMatch:
    height, width = upload.luma[0].shape
    geometry = of_format(width, height, kept.size)
    return compare(upload.luma, geometry, kept, fps=fps, chroma=upload.chroma)
