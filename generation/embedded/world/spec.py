"""What one clip of the world shows: one value per attribute, and which pairs are held out."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from generation.embedded.vocabulary import values

SUBJECTS: Final = values("subject")
COLOURS: Final = values("colour")
MOTIONS: Final = values("motion")
SCENES: Final = values("scene")


@dataclass(frozen=True, slots=True)
class Spec:
    """One value of each attribute in `vocabulary.PHRASES`."""

    subject: str
    colour: str
    motion: str
    scene: str
    time: str
    weather: str
    camera: str
    style: str


# Ten of eighty subject-colour pairs and ten of a hundred subject-motion pairs never occur in
# training: the evaluation asks for exactly these.
HELD_OUT_COLOUR: Final = frozenset(
    (s, c)
    for i, s in enumerate(SUBJECTS)
    for j, c in enumerate(COLOURS)
    if (3 * i + 5 * j) % 8 == 0
)
HELD_OUT_MOTION: Final = frozenset(
    (s, m)
    for i, s in enumerate(SUBJECTS)
    for j, m in enumerate(MOTIONS)
    if (7 * i + 3 * j) % 10 == 0
)


def is_held_out(spec: Spec) -> bool:
    """Whether training never shows this subject in this colour or this motion."""
    return (spec.subject, spec.colour) in HELD_OUT_COLOUR or (
        spec.subject,
        spec.motion,
    ) in HELD_OUT_MOTION


def sample_spec(rng: random.Random, *, held_out: bool = False) -> Spec:
    """Draw a spec, from the held-out combinations or from all the others."""
    while True:
        scene = rng.choice(SCENES)
        space = scene == "space"
        spec = Spec(
            subject=rng.choice(SUBJECTS),
            colour=rng.choice(COLOURS),
            motion=rng.choice(MOTIONS),
            scene=scene,
            time="night"
            if space
            else rng.choices(("day", "sunset", "night"), (0.5, 0.25, 0.25))[0],
            weather="clear"
            if space
            else rng.choices(("clear", "rain", "snow"), (0.7, 0.15, 0.15))[0],
            camera=rng.choices(
                ("static", "pan_left", "pan_right", "zoom_in"), (0.67, 0.11, 0.11, 0.11)
            )[0],
            style=rng.choices(
                ("cartoon", "watercolour", "pixel", "neon"), (0.58, 0.14, 0.14, 0.14)
            )[0],
        )
        if is_held_out(spec) == held_out:
            return spec
