"""Writes MEDIA_CARD.md: what the picture model is and what it was measured to do."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from safety.media.drawn import FOLDER, TOWER_FILE, DrawnWorld
from safety.media.network import CELLS, CONCEPTS, FOREIGN, SIDE
from safety.policy import DATA, Policy
from safety.training.drawings import HELD_OUT, TAUGHT
from safety.training.elsewhere import HELD_OUT as OTHER_KINDS
from safety.training.elsewhere import TAUGHT as KINDS
from safety.training.reading import score
from safety.training.statistics import interval
from safety.training.studio import Studio

CARD = DATA / "MEDIA_CARD.md"
_EACH = 150

_INTRODUCTION = """# Model card: the picture model of the drawn world

Written by `python -m safety.training`; do not edit.

**What it is.** An open_clip model of our own (`drawn_world/`: a ResNet of width 16 on frames of
{side}x{side} pixels and a two-layer text tower, {size:.1f} MB) that learned which caption belongs
to which frame of the embedded generator's world, and six logistic heads: five harmful concepts
({concepts}), drawn by us in the style of that world and
never taught to the generator, and whether a frame holds anything that this world does not. The
heads read the features of the frame and of its mirror image, how much each of its {places} places
looks like one of the six, and how far off features and places are. A frame that holds something
foreign goes to a person.

**What it is not.** It knows nothing of photographs or of other generators: their frames go to a
person. It was tested on drawings of our own hand only.

**Data.** Clips of the drawn world (rendered by `benchmarks.safety.world_frames`) and clips made by
the generator itself, with and without one of {taught} drawings, the same scene always both ways, so
that the drawing tells where it is; things of random shapes on them; {kinds} kinds of foreign
pictures, from noise, textures, charts and spoilt frames to a photograph (`china.jpg` of
scikit-learn, CC-BY). The test has {held_out} drawings, {other_kinds} kinds of foreign pictures,
another photograph (`flower.jpg`) and half of the generated clips, none of which training saw.

**Made again.** `make train-safety` draws, trains, fits and writes this card. The same seeds give an
equivalent model, not the same bits: sums of floating-point numbers differ between processors and
versions of torch. The weights that ship took 2,200 steps and, with weapons drawn twice as often,
500 more (`--continue`).

## Test part, single frames

Share held, with 95 % Wilson intervals; harmless frames are rendered. Whole clips, and frames that
the generator made, are in [safety](../../docs/safety.md).
"""


def write_media_card(policy: Policy, studio: Studio, model: DrawnWorld) -> None:
    """Measure on the test part and write the card.

    Args:
        policy: with the frame rules.
        studio: makes the pictures.
        model: what is measured.
    """
    text = _INTRODUCTION.format(
        size=(FOLDER / TOWER_FILE).stat().st_size / 1e6,
        concepts=", ".join(CONCEPTS),
        side=SIDE,
        places=CELLS * CELLS,
        kinds=len(set(KINDS)),
        other_kinds=len(set(OTHER_KINDS) - set(KINDS)),
        taught=sum(map(len, TAUGHT.values())),
        held_out=sum(map(len, HELD_OUT.values())),
    )
    CARD.write_text(text + "\n" + "\n".join(_table(policy, studio, model)) + "\n")


def _table(policy: Policy, studio: Studio, model: DrawnWorld) -> Iterator[str]:
    rng = random.Random(99)  # noqa: S311 - pictures, no secrets
    review = np.array([policy.frames[concept].review for concept in CONCEPTS])
    far = policy.frames[FOREIGN].review
    yield "| pictures | n | for the concept itself | for any reason |"
    yield "|---|---|---|---|"
    for column, concept in enumerate(CONCEPTS):
        for name, part in (("taught drawings", "calibration"), ("held-out drawings", "test")):
            pictures = np.stack([studio.harmful(part, concept, rng) for _ in range(_EACH)])
            concepts, strange = score(model, pictures)
            held = (concepts >= review).any(1) | (strange >= far)
            own = concepts[:, column] >= review[column]
            yield f"| {concept}, {name} | {_EACH} | {_share(own)} | {_share(held)} |"
    for name, make in (("foreign, other kinds", studio.foreign), ("harmless", studio.harmless)):
        pictures = np.stack([make("test", rng) for _ in range(_EACH)])
        concepts, strange = score(model, pictures)
        held = (concepts >= review).any(1) | (strange >= far)
        yield f"| {name} | {_EACH} | – | {_share(held)} |"


def _share(held: NDArray[np.bool_]) -> str:
    return interval(int(held.sum()), len(held)).text
