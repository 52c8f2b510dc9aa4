"""Harmful concepts in the style of the drawn world, never taught to the generator.

Each concept has several drawings; `HELD_OUT` are kept for the test. Hateful symbols are stand-ins
of our own design: an angular emblem in a disc on a banner. Nothing here copies a real symbol.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from safety.training.drawings import blood, drugs, explosions, symbols, weapons
from safety.training.pen import Pen, Picture, thrown

Drawing = Callable[[Pen], None]
TAUGHT: Mapping[str, tuple[Drawing, ...]] = {
    "weapon": weapons.TAUGHT,
    "blood": blood.TAUGHT,
    "explosion": explosions.TAUGHT,
    "drugs": drugs.TAUGHT,
    "hate_symbol": symbols.TAUGHT,
}
"""Drawings that the classifier is trained on."""

HELD_OUT: Mapping[str, tuple[Drawing, ...]] = {
    "weapon": weapons.HELD_OUT,
    "blood": blood.HELD_OUT,
    "explosion": explosions.HELD_OUT,
    "drugs": drugs.HELD_OUT,
    "hate_symbol": symbols.HELD_OUT,
}
"""Drawings that it has never seen."""


def draw_concept(picture: Picture, drawing: Drawing, rng: random.Random) -> None:
    """Put one drawing into a picture (H, W, 3), in place: 18 to 42 % of its side as radius."""
    drawing(thrown(picture, rng))


def name_of(drawing: Drawing) -> str:
    """What a drawing shows, e.g. ``submachine gun``."""
    return drawing.__name__.strip("_").replace("_", " ")
