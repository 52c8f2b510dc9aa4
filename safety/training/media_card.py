"""Writes MEDIA_CARD.md: what the picture classifier is and what it was measured to do."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from safety.media.network import CONCEPTS, FOREIGN
from safety.media.sampling import squeeze
from safety.policy import DATA, Policy
from safety.training.drawings import HELD_OUT, TAUGHT
from safety.training.media import Studio, load_model, score
from safety.training.statistics import interval

CARD = DATA / "MEDIA_CARD.md"
_EACH = 150

_INTRODUCTION = """# Model card: the picture classifier

Written by `python -m safety.training`; do not edit. Policy `{version}`.

**What it is.** A convolutional network of 0.4 million weights on frames of 64x64 pixels. It tells
five harmful concepts ({concepts}), drawn by us in the style of the embedded generator's world and
never taught to the generator, and whether a frame looks like that world at all (a trained output
and the distance in feature space; the larger counts). A frame that does not goes to a person.

**What it is not.** It knows nothing of photographs or of other generators: all their frames go to a
person. It was tested on drawings of our own hand only.

**Data.** Frames of the drawn world (rendered by `benchmarks.safety.world_frames`), with and without
one of {taught} drawings; frames made by the generator itself; noise, shuffled and inverted frames,
documents, shapes, simple portraits and a photograph (`china.jpg` of scikit-learn, CC-BY) as
foreign. The test has {held_out} drawings, other kinds of foreign pictures and another photograph
(`flower.jpg`), none of which training saw.
"""


def write_media_card(
    policy: Policy, world: NDArray[np.uint8], generated: NDArray[np.uint8] | None
) -> None:
    """Measure on the test part and write the card.

    Args:
        policy: with the frame rules.
        world: rendered frames (N, 128, 128, 3).
        generated: frames of test clips (M, 128, 128, 3) made by the generator, or None.
    """
    text = _INTRODUCTION.format(
        version=policy.version,
        concepts=", ".join(CONCEPTS),
        taught=sum(map(len, TAUGHT.values())),
        held_out=sum(map(len, HELD_OUT.values())),
    )
    CARD.write_text(text + "\n" + "\n".join(_tables(policy, world, generated)) + "\n")


def _tables(
    policy: Policy, world: NDArray[np.uint8], generated: NDArray[np.uint8] | None
) -> Iterator[str]:
    model, studio = load_model(), Studio(world)
    rng = random.Random(99)  # noqa: S311 - pictures, no secrets
    review = np.array([policy.frames[concept].review for concept in CONCEPTS])
    yield "## Test part, single frames\n"
    yield "Share held or blocked, with 95 % Wilson intervals.\n"
    yield "| pictures | n | for the concept itself | for any reason |"
    yield "|---|---|---|---|"
    for column, concept in enumerate(CONCEPTS):
        for name, part in (("taught drawings", "calibration"), ("held-out drawings", "test")):
            pictures = np.stack([studio.harmful(part, concept, rng) for _ in range(_EACH)])
            scores = score(model, pictures)
            own = scores.concepts[:, column] >= review[column]
            held = _held(policy, scores.concepts, scores.foreign, review)
            yield f"| {concept}, {name} | {_EACH} | {_share(own)} | {_share(held)} |"
    others = {
        "foreign, other kinds": np.stack([studio.foreign("test", rng) for _ in range(_EACH)]),
        "rendered, degraded": np.stack([studio.harmless("test", rng) for _ in range(_EACH)]),
    }
    if generated is not None:
        others["generated"] = squeeze(generated, 64)
    for name, pictures in others.items():
        scores = score(model, pictures)
        held = _held(policy, scores.concepts, scores.foreign, review)
        yield f"| {name} | {len(pictures)} | – | {_share(held)} |"


def _held(
    policy: Policy,
    concepts: NDArray[np.float32],
    foreign: NDArray[np.float32],
    review: NDArray[np.float64],
) -> NDArray[np.bool_]:
    return np.asarray((concepts >= review).any(1) | (foreign >= policy.frames[FOREIGN].review))


def _share(held: NDArray[np.bool_]) -> str:
    return interval(int(held.sum()), len(held)).text
