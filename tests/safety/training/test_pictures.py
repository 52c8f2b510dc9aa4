import json
import random

import numpy as np
import pytest

from safety.media.network import CONCEPTS, SIDE
from safety.training.drawings import HELD_OUT, TAUGHT, draw_concept
from safety.training.media import Captioned, Studio
from safety.training.pictures import strange_thing
from tests.safety.media.pictures import gradient

WORLD = gradient(40, 128)
TOLD = Captioned(WORLD, [f"picture {number}" for number in range(40)])
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
    studio, rng = Studio(TOLD), random.Random(3)
    for part in ("train", "fit", "calibration", "test"):
        made = [make(part, rng) for make in (studio.harmless, studio.foreign, studio.strange)]
        made += [studio.harmful(part, concept, rng) for concept in CONCEPTS]
        for picture in made:
            assert picture.shape == (SIDE, SIDE, 3)
            assert picture.dtype == np.uint8


def test_the_same_seed_makes_the_same_picture():
    one, other = (Studio(TOLD).harmful("test", "weapon", random.Random(5)) for _ in range(2))
    assert np.array_equal(one, other)


def test_parts_share_no_frame():
    clips = Captioned(np.repeat(WORLD, 10, 0), [f"frame {number}" for number in range(400)])
    studio = Studio(TOLD, clips)
    generated = [studio.generated, studio.generated_calibration]
    for parts, total in ((list(studio.parts.values()), 40), (generated, 320)):
        seen = [set(part.captions) for part in parts]
        assert sum(map(len, seen)) == len(set.union(*seen)) == total


def test_a_strange_thing_marks_the_picture():
    picture = WORLD[0].copy()
    strange_thing(picture, random.Random(2))
    assert (picture != WORLD[0]).any()


def test_what_is_learnt_from_fits_together():
    studio, rng = Studio(TOLD, TOLD), random.Random(4)
    for example in (studio.example(rng) for _ in range(60)):
        concepts, foreign = example.labels[:-1], example.labels[-1]
        assert concepts.sum() <= foreign <= 1
        if concepts.any():
            assert example.caption is not None
        if example.caption is None:
            assert foreign


def test_clips_become_frames_with_their_sentence(tmp_path):
    told = np.frombuffer(json.dumps(["one", "two"]).encode(), np.uint8)
    np.savez(tmp_path / "clips.npz", frames=np.zeros((2, 3, 8, 8, 3), np.uint8), captions=told)
    loaded = Captioned.load(tmp_path / "clips.npz")
    assert loaded.frames.shape == (6, 8, 8, 3)
    assert loaded.captions == ["one"] * 3 + ["two"] * 3
