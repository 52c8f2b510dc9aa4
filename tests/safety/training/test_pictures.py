import random

import numpy as np
import pytest

from safety.media.network import CONCEPTS, SIDE
from safety.training.drawings import HELD_OUT, TAUGHT, draw_concept
from safety.training.media import Outputs, Studio
from tests.safety.media.pictures import gradient

WORLD = gradient(40, 128)
DRAWINGS = [drawing for group in (TAUGHT, HELD_OUT) for each in group.values() for drawing in each]


@pytest.mark.parametrize("drawing", DRAWINGS, ids=lambda drawing: drawing.__name__.strip("_"))
def test_every_drawing_marks_the_picture(drawing):
    picture = WORLD[0].copy()
    draw_concept(picture, drawing, random.Random(1))
    assert (picture != WORLD[0]).any(2).mean() > 0.01


def test_held_out_drawings_are_never_taught():
    for concept in CONCEPTS:
        assert not set(TAUGHT[concept]) & set(HELD_OUT[concept])


def test_every_maker_gives_pictures_for_the_network():
    studio, rng = Studio(WORLD), random.Random(3)
    for part in ("train", "calibration", "test"):
        made = [studio.harmless(part, rng), studio.foreign(part, rng)]
        made += [studio.harmful(part, concept, rng) for concept in CONCEPTS]
        for picture in made:
            assert picture.shape == (SIDE, SIDE, 3)
            assert picture.dtype == np.uint8


def test_the_same_seed_makes_the_same_picture():
    one, other = (Studio(WORLD).harmful("test", "weapon", random.Random(5)) for _ in range(2))
    assert np.array_equal(one, other)


def test_parts_share_no_frame():
    parts = Studio(np.arange(50, dtype=np.uint8)[:, None, None, None] * np.ones((1, 8, 8, 3), "u1"))
    seen = [set(frames[:, 0, 0, 0].tolist()) for frames in parts.parts.values()]
    assert sum(map(len, seen)) == len(set.union(*seen))


def test_generated_clips_are_split_by_clip():
    outputs = Outputs.of(np.zeros((10, 4, 8, 8, 3), np.uint8))
    assert [len(part) for part in (outputs.train, outputs.calibration, outputs.test)] == [16, 16, 8]
    assert Outputs.of(None).train is None
