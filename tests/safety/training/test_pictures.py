import json
import random

import numpy as np
import pytest

from safety.media.drawn import FOLDER
from safety.media.network import CELLS, CONCEPTS, FOREIGN, SIDE
from safety.media.sampling import squeeze
from safety.training.drawings import HELD_OUT, TAUGHT, draw_concept
from safety.training.elsewhere import HELD_OUT as OTHER_KINDS
from safety.training.elsewhere import TAUGHT as KINDS
from safety.training.pictures import strange_thing
from safety.training.reading import frame_rules, load_model
from safety.training.studio import Captioned, Studio
from tests.safety.media.pictures import gradient

WORLD = gradient(40, 128)
TOLD = Captioned(WORLD[:, None], [f"picture {number}" for number in range(40)])
DRAWINGS = [drawing for group in (TAUGHT, HELD_OUT) for each in group.values() for drawing in each]


def _rng():
    return random.Random(4)


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


def test_parts_share_no_clip():
    studio = Studio(TOLD, TOLD)
    for parts, total in ((studio.parts, 40), (studio.made, 20)):
        seen = [set(part.captions) for part in parts.values()]
        assert sum(map(len, seen)) == len(set.union(*seen)) == total


def test_half_of_the_generated_clips_is_never_looked_at():
    studio, rng = Studio(TOLD, Captioned(TOLD.clips, [str(number) for number in range(40)])), _rng()
    for part in studio.made.values():
        assert all(int(part.pick(rng)[1]) < 20 for _ in range(50))


def test_a_strange_thing_marks_the_picture():
    picture = WORLD[0].copy()
    strange_thing(picture, random.Random(2))
    assert (picture != WORLD[0]).any()


def test_what_is_learnt_from_fits_together():
    studio, rng = Studio(TOLD, TOLD), _rng()
    for example in (example for _ in range(40) for example in studio.examples(rng)):
        concepts, foreign = example.labels[:-1], example.labels[-1]
        assert example.picture.shape == (SIDE, SIDE, 3)
        assert concepts.sum() <= foreign <= 1
        if concepts.any():
            assert example.caption is not None
        if example.caption is None:
            assert foreign
        assert example.cells.shape == (CELLS, CELLS, len(example.labels))
        assert (example.cells.max((0, 1)) <= example.labels).all()


def test_a_thing_is_taught_where_it_is_and_next_to_the_same_scene_without_it():
    studio, rng = Studio(TOLD), _rng()
    pairs = [pair for _ in range(40) if len(pair := studio.examples(rng)) == 2]
    assert pairs
    for marked, plain in pairs:
        assert not plain.labels.any()
        assert not plain.cells.any()
        rows, columns = np.nonzero(marked.cells[..., -1] == 1)
        step = SIDE // CELLS
        for row, column in zip(rows, columns, strict=True):
            place = np.s_[row * step : (row + 1) * step, column * step : (column + 1) * step]
            assert (marked.picture[place] != plain.picture[place]).any()


@pytest.mark.parametrize(
    "kind", dict.fromkeys((*KINDS, *OTHER_KINDS)), ids=lambda kind: kind.__name__.strip("_")
)
def test_every_kind_from_elsewhere_is_a_picture(kind):
    world = WORLD[0].copy()
    draw_concept(world, TAUGHT["weapon"][0], _rng())
    photo = np.random.default_rng(0).integers(0, 256, (200, 300, 3), dtype=np.uint8)
    made = np.asarray(kind(world, photo, _rng()))
    assert made.ndim == 3
    assert made.dtype == np.uint8
    assert made.std() > 1


def test_kinds_of_the_test_are_taught_only_with_another_photograph():
    assert {kind.__name__ for kind in set(KINDS) & set(OTHER_KINDS)} == {"_photo"}


def test_clips_keep_their_sentence(tmp_path):
    told = np.frombuffer(json.dumps(["one", "two"]).encode(), np.uint8)
    np.savez(tmp_path / "clips.npz", frames=np.zeros((2, 3, 8, 8, 3), np.uint8), captions=told)
    loaded = Captioned.load(tmp_path / "clips.npz")
    assert loaded.clips.shape == (2, 3, 8, 8, 3)
    assert loaded.captions == ["one", "two"]


def test_thresholds_let_the_harmless_pass():
    studio, model = Studio(TOLD, TOLD), load_model(FOLDER)
    rules = frame_rules(studio, model)
    assert {*CONCEPTS, FOREIGN, "sexual", "flashing"} == set(rules)
    for part in (studio.parts, studio.made):
        scores = np.stack([model.clip_scores(squeeze(c, SIDE)) for c in part["calibration"].clips])
        over = scores > [rules[category].review for category in (*CONCEPTS, FOREIGN)]
        assert over.any(1).mean() <= 0.2
