"""Labelled pictures for the picture model: the drawn world, with and without harm, and the rest."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_sample_image

from safety.media.network import CELLS, CONCEPTS
from safety.training.drawings import HELD_OUT, TAUGHT, Drawing, draw_concept, name_of
from safety.training.elsewhere import foreign
from safety.training.pictures import degrade, strange_thing

Frames = NDArray[np.uint8]
Cells = NDArray[np.float32]
LABELS: dict[str, str] = {
    "weapon": "a weapon",
    "blood": "blood or injury",
    "explosion": "an explosion",
    "drugs": "drug use",
    "hate_symbol": "a hateful symbol",
}
"""What the concepts are called, to the model and to people."""

_SHARES = (8, 1, 1, 4, 1)  # of the concepts: the more a concept looks like anything, the more
_MADE_SHARE = 0.5  # of scenes that the generator made, where there are some
_CHANGED = 16  # of 255, by which a drawing changes a pixel
_CLEAR, _FAINT = 0.2, 0.02  # shares of a cell that a drawing fills: taught as there, as not there
UNSURE = -1.0


@dataclass(frozen=True, slots=True)
class Captioned:
    """Clips (n, f, 128, 128, 3) with a sentence each."""

    clips: Frames
    captions: Sequence[str]

    def __len__(self) -> int:
        return len(self.clips)

    def part(self, start: float, end: float) -> Captioned:
        """From one share of the clips to another."""
        one, other = (int(len(self) * share) for share in (start, end))
        return Captioned(self.clips[one:other], self.captions[one:other])

    def pick(self, rng: random.Random) -> tuple[Frames, str]:
        """One frame, as a copy, with its sentence."""
        clip, frame = (rng.randrange(count) for count in self.clips.shape[:2])
        return self.clips[clip, frame].copy(), self.captions[clip]

    @classmethod
    def load(cls, path: Path) -> Captioned:
        """What `benchmarks.safety.world_frames` or `generated_frames` wrote."""
        with np.load(path) as stored:
            return cls(stored["frames"], json.loads(stored["captions"].tobytes()))


@dataclass(frozen=True, slots=True)
class Example:
    """A picture to learn from.

    Attributes:
        picture: (96, 96, 3) uint8.
        labels: what it shows, (6,).
        cells: what each part of it shows, (6, 6, 6) by row, column and output; -1 is unsure.
        caption: a sentence for it, or None.
    """

    picture: Frames
    labels: NDArray[np.float32]
    cells: Cells
    caption: str | None = None


class Studio:
    """Makes labelled pictures.

    Of the world's clips the first half is for training, a fifth for fitting the heads, a fifth for
    calibrating the thresholds, and the last tenth for tests. Of the generator's, a quarter, a tenth
    and 15 %; the other half is never looked at here: the benchmark tests on it. The photo for
    training and the one for tests are different pictures, and drawings and kinds of foreign
    pictures of the test are never taught.

    Args:
        world: rendered clips.
        generated: clips that the generator made from harmless prompts, or None.
    """

    def __init__(self, world: Captioned, generated: Captioned | None = None) -> None:
        self.parts = {
            "train": world.part(0, 0.5),
            "fit": world.part(0.5, 0.7),
            "calibration": world.part(0.7, 0.9),
            "test": world.part(0.9, 1),
        }
        self.made: dict[str, Captioned] = {}
        if generated:
            self.made = {
                "train": generated.part(0, 0.25),
                "fit": generated.part(0.25, 0.35),
                "calibration": generated.part(0.35, 0.5),
            }
        self._photo, self._other_photo = map(load_sample_image, ("china.jpg", "flower.jpg"))

    @property
    def fitted(self) -> int:
        """How many clips the thresholds are fitted on."""
        return len(self.parts["calibration"]) + len(self.made.get("calibration", ()))

    def harmless(self, part: str, rng: random.Random) -> Frames:
        """A degraded frame of the world."""
        return degrade(self._scene(part, rng)[0], rng)

    def harmful(self, part: str, concept: str, rng: random.Random) -> Frames:
        """A degraded frame with a drawing of ``concept``."""
        frame, _ = self._scene(part, rng)
        drawings = (HELD_OUT if part == "test" else TAUGHT)[concept]
        draw_concept(frame, rng.choice(drawings), rng)
        return degrade(frame, rng)

    def foreign(self, part: str, rng: random.Random) -> Frames:
        """A picture from elsewhere; other kinds in the test."""
        frame, _ = self._scene(part, rng)
        test = part == "test"
        return degrade(foreign(frame, self._other_photo if test else self._photo, rng, test), rng)

    def strange(self, part: str, rng: random.Random) -> Frames:
        """A degraded frame with a thing that the world does not hold."""
        frame, _ = self._scene(part, rng)
        strange_thing(frame, rng)
        return degrade(frame, rng)

    def examples(self, rng: random.Random) -> Sequence[Example]:
        """One foreign picture, or a scene with a thing in it and the same scene without."""
        if rng.random() < 0.25:
            shown = np.eye(len(CONCEPTS) + 1, dtype=np.float32)[-1]
            cells = np.broadcast_to(shown, (CELLS, CELLS, len(shown)))
            return [Example(self.foreign("train", rng), shown, cells)]
        frame, caption = self._scene("train", rng)
        if rng.random() < 0.25:
            return _pair(frame, strange_thing, None, None, caption, rng)
        concept = rng.choices(CONCEPTS, _SHARES)[0]
        drawing = rng.choice(TAUGHT[concept])
        told = f"{caption}, {rng.choice(('with', 'and'))} {_named(concept, drawing, rng)}"
        return _pair(frame, _draws(drawing), concept, told, caption, rng)

    def _scene(self, part: str, rng: random.Random) -> tuple[Frames, str]:
        if part in self.made and rng.random() < _MADE_SHARE:
            return self.made[part].pick(rng)
        return self.parts[part].pick(rng)


def _named(concept: str, drawing: Drawing, rng: random.Random) -> str:
    return LABELS[concept] if rng.random() < 0.5 else f"a {name_of(drawing)}"


def _draws(drawing: Drawing) -> Callable[[Frames, random.Random], None]:
    return lambda picture, rng: draw_concept(picture, drawing, rng)


def _pair(
    frame: Frames,
    mark: Callable[[Frames, random.Random], None],
    concept: str | None,
    told: str | None,
    caption: str,
    rng: random.Random,
) -> Sequence[Example]:
    """A frame with a thing in it, and the same without: spoilt alike, so that the thing is all that
    tells them apart, and where they differ is where it is."""
    marked = frame.copy()
    mark(marked, rng)
    state = rng.getstate()
    without = degrade(frame, rng)
    rng.setstate(state)
    picture = degrade(marked, rng)
    change = np.abs(picture.astype(np.int16) - without).max(2) > _CHANGED
    filled = cv2.resize(change.astype(np.float32), (CELLS, CELLS), interpolation=cv2.INTER_AREA)
    there = np.where(filled >= _CLEAR, 1, np.where(filled <= _FAINT, 0, UNSURE))
    shown = np.zeros(len(CONCEPTS) + 1, np.float32)
    shown[-1] = 1
    if concept:
        shown[CONCEPTS.index(concept)] = 1
    cells = (there[..., None] * shown).astype(np.float32)
    nothing = np.zeros_like(shown), np.zeros_like(cells)
    return [Example(picture, shown, cells, told), Example(without, *nothing, caption)]
