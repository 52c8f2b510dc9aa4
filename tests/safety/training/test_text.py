import json
import random

import numpy as np
import pytest

from safety.prompt.csae import PairRule
from safety.prompt.features import Extractor
from safety.prompt.heads import Heads
from safety.prompt.normalise import normalise
from safety.training import corpus
from safety.training.concepts import concepts, expand
from safety.training.corpus import CALIBRATION, CATEGORIES, TEST, TRAIN, Row
from safety.training.fitting import COLUMNS, calibrate, fit
from safety.training.prompt import Scored
from safety.training.statistics import interval
from safety.training.thresholds import fitted_on, prompt_rules

BANK = list(concepts(per_template=6))


def test_choices_and_slots_are_expanded():
    slots = {"who": ["a cat", "{a red|a blue} bird"]}
    texts = {expand("<who> {sings|sleeps}", slots, random.Random(n)) for n in range(60)}
    assert texts == {
        f"{who} {what}"
        for who in ("a cat", "a red bird", "a blue bird")
        for what in ("sings", "sleeps")
    }


def test_the_bank_expands_to_the_same_texts_every_time():
    assert list(concepts(per_template=6)) == BANK


def test_every_category_has_harmful_and_look_alike_concepts():
    for category in CATEGORIES:
        assert any(c.harmful for c in BANK if c.category == category)
        assert any(not c.harmful for c in BANK if c.category == category)


def test_no_concept_pairs_minors_with_anything_sexual():
    rule = PairRule.load()
    assert not [c.text for c in BANK if rule.find(normalise(c.text), "prompt")]


def test_what_was_added_to_the_bank_later_is_only_taught(tmp_path):
    (tmp_path / "slots.json").write_text("{}")
    bank = {"category": "gore", "unsafe": ["old"], "safe": [], "taught_unsafe": ["{new|newer}"]}
    (tmp_path / "gore.json").write_text(json.dumps(bank))
    found = {(c.text, c.harmful, c.number) for c in concepts(tmp_path)}
    assert found == {("old", True, 0), ("new", True, None), ("newer", True, None)}


@pytest.fixture
def data(tmp_path):
    """A tiny data folder with every source present and one of them filled."""
    for source in corpus._READERS:
        (tmp_path / source).mkdir()
        (tmp_path / source / f"{source}.jsonl").write_text("")
    lines = [{"text": f"a quiet lake {n}", "label": 0, "cats": []} for n in range(200)]
    (tmp_path / "coco_10k" / "coco_10k.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (tmp_path / "vbench" / "vbench.jsonl").write_text("\n".join(map(json.dumps, lines[:80])))
    return tmp_path


def test_the_three_splits_are_disjoint(data):
    rows = list(corpus.rows(data))
    texts = {name: {r.text for r in rows if r.split == name and r.source == "coco_10k"}
             for name in (TRAIN, CALIBRATION, TEST)}  # fmt: skip
    assert all(texts.values())
    assert not texts[TRAIN] & texts[TEST]
    assert not texts[CALIBRATION] & texts[TEST]


def test_no_scene_of_the_bank_is_taught_and_tested(data):
    bank = [row for row in corpus.rows(data) if row.source in ("concepts", corpus.EVERYDAY)]
    scenes = {name: {row.text.partition(",")[0] for row in bank if row.split == name}
              for name in (TRAIN, CALIBRATION, TEST)}  # fmt: skip
    assert all(scenes.values())
    assert not scenes[TRAIN] & (scenes[CALIBRATION] | scenes[TEST])


def test_held_out_sources_are_never_trained_on(data):
    assert {r.split for r in corpus.rows(data) if r.source == "vbench"} == {CALIBRATION, TEST}


@pytest.fixture(scope="module")
def trained():
    rows = [
        Row(c.text, frozenset({c.category}) if c.harmful else frozenset(), c.harmful, "concepts",
            1.0, TRAIN)
        for c in BANK
    ]  # fmt: skip
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(len(rows), 384)).astype(np.float32)
    vectors += 2 * np.array([[row.harmful] for row in rows], np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return rows, vectors, fit(rows, vectors, Extractor.load())


def test_heads_learn_what_they_are_shown(trained):
    rows, vectors, heads = trained
    extractor = Extractor.load()
    wording = np.stack([heads.wording_logits(extractor.features(r.text)) for r in rows])
    harmful = np.array([row.harmful for row in rows])
    column = COLUMNS.index("harmful")
    assert wording[harmful, column].mean() > 2 + wording[~harmful, column].mean()
    meaning = heads.meaning_logits(vectors)
    assert meaning[harmful, column].mean() > 1 + meaning[~harmful, column].mean()


def test_heads_survive_their_file(trained, tmp_path):
    _, vectors, heads = trained
    heads.save(tmp_path / "heads.npz")
    back = Heads.load(tmp_path / "heads.npz")
    assert back.categories == heads.categories
    assert np.allclose(back.meaning_logits(vectors), heads.meaning_logits(vectors), atol=0.05)


def test_calibrated_scores_are_probabilities_that_mean_something(trained):
    rows, vectors, heads = trained
    extractor = Extractor.load()
    wording = np.stack([heads.wording_logits(extractor.features(r.text)) for r in rows])
    meaning = heads.meaning_logits(vectors)
    joint, views = calibrate(heads, wording, meaning, rows).probabilities(wording, meaning)
    assert ((joint >= 0) & (joint <= 1)).all()
    assert ((views >= 0) & (views <= 1)).all()
    share = np.mean([row.harmful for row in rows])
    assert abs(joint[:, COLUMNS.index("harmful")].mean() - share) < 0.05


def test_thresholds_hold_the_promised_share_of_harmless_rows():
    rng = np.random.default_rng(2)
    rows = [Row(f"text {n}", frozenset(), False, "vbench", 1.0, CALIBRATION) for n in range(4000)]
    joint = rng.uniform(0, 0.9, (len(rows), len(COLUMNS))).astype(np.float32)
    scored = Scored(rows, joint, np.stack([joint, joint]))
    for column, rule in enumerate(prompt_rules(scored).values()):
        assert np.mean(joint[:, column] >= rule.review) <= rule.target_fpr + 1e-9
        assert rule.block >= rule.review


def test_a_fitted_set_is_known_by_its_content():
    rows = [Row("a", frozenset(), False, "x", 1.0, TEST)]
    other = [Row("b", frozenset(), False, "x", 1.0, TEST)]
    assert fitted_on("set", rows) == fitted_on("set", rows)
    assert fitted_on("set", rows).sha256 != fitted_on("set", other).sha256


@pytest.mark.parametrize(("hits", "total"), [(0, 10), (10, 10), (5, 10), (0, 0)])
def test_an_interval_contains_its_share(hits, total):
    share = interval(hits, total)
    assert 0 <= share.low <= share.value <= share.high <= 1


def test_the_wilson_interval_of_a_known_case():
    share = interval(5, 10)
    assert share.low == pytest.approx(0.2366, abs=1e-4)
    assert share.high == pytest.approx(0.7634, abs=1e-4)
