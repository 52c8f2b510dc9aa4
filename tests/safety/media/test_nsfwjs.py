"""The converted nsfwjs network answers as the original does in TensorFlow.js."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_sample_image

from safety import Decision, MediaGate, load_media_gate, load_policy
from safety.errors import ModelUnavailable
from safety.media import nsfwjs
from safety.media.nsfwjs import CATEGORY, CLASSES, SIDE, Nsfwjs
from tests.safety.media.pictures import gradient

REFERENCE = Path(__file__).with_name("nsfwjs_reference.json")
"""What TensorFlow.js 4.22 (its CPU backend) answered for `pictures()` with the package's files."""


def pictures():
    """24 pictures: coloured tiles, and places on two photographs."""
    tiles = [
        np.kron(
            np.random.default_rng(seed).integers(0, 256, (cells, cells, 3), dtype=np.uint8),
            np.ones((SIDE // cells, SIDE // cells, 1), np.uint8),
        )
        for seed, cells in enumerate((4, 7, 8, 14, 16, 28, 56, 112))
    ]
    places = [(0, 0), (50, 80), (100, 160), (150, 240), (200, 320), (20, 400), (180, 30), (90, 300)]
    photos = [load_sample_image(name) for name in ("china.jpg", "flower.jpg")]
    crops = [photo[y : y + SIDE, x : x + SIDE] for photo in photos for y, x in places]
    return np.stack([*tiles, *crops])


@pytest.fixture(scope="module")
def model():
    return Nsfwjs.load(load_policy())


def test_it_answers_as_the_original(model):
    expected = np.array(json.loads(REFERENCE.read_text()))
    assert expected.shape == (24, len(CLASSES))
    assert np.abs(model.scores(pictures()) - expected).max() < 1e-3


def test_photographs_of_buildings_and_flowers_pass(model):
    assert not model.find(pictures()[8:], 8)


@pytest.mark.parametrize("kind", ["hentai", "porn"])
def test_explicit_pictures_ask_for_review_and_never_block(model, monkeypatch, kind):
    sure = np.zeros((12, len(CLASSES)), np.float32)
    sure[3, CLASSES.index(kind)] = 0.95
    monkeypatch.setattr(Nsfwjs, "scores", lambda self, frames: sure[: len(frames)])
    (finding,) = model.find(gradient(), 24)
    assert (finding.category, finding.decision) == (CATEGORY, Decision.REVIEW)
    assert finding.seconds[0] < finding.seconds[1]


def test_scores_that_are_not_numbers_ask_for_review(model, monkeypatch):
    broken = np.full((12, len(CLASSES)), np.nan, np.float32)
    monkeypatch.setattr(Nsfwjs, "scores", lambda self, frames: broken[: len(frames)])
    assert MediaGate(load_policy(), [model]).screen(gradient(), 24).decision is Decision.REVIEW


@pytest.mark.parametrize("content", [None, b"garbage", nsfwjs.WEIGHTS.read_bytes()[:-1] + b"x"])
def test_missing_or_changed_weights_are_said(tmp_path, content):
    path = tmp_path / "weights.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelUnavailable):
        Nsfwjs.load(load_policy(), path)


def test_a_policy_without_its_threshold_asks_for_review():
    policy = load_policy()
    rules = {name: rule for name, rule in policy.frames.items() if name != CATEGORY}
    verdict = load_media_gate(replace(policy, frames=rules)).screen(gradient(), 24)
    assert verdict.decision is Decision.REVIEW
    assert any("nsfwjs" in finding.reason for finding in verdict.findings)
