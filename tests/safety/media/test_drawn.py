"""The picture model that ships: an open_clip model, run without open_clip."""

import json
from importlib.util import find_spec

import numpy as np
import pytest
import torch

from safety.media.drawn import FOLDER, TOWER_FILE
from safety.media.network import (
    CELLS,
    CHANNELS,
    CONCEPTS,
    FEATURES,
    SIDE,
    Cloud,
    as_input,
    load_tower,
)
from safety.training.reading import load_model
from tests.safety.media.pictures import noise

needs_open_clip = pytest.mark.skipif(
    find_spec("open_clip") is None, reason="open_clip_torch is not installed"
)
FRAMES = noise(5, SIDE)


@pytest.fixture(scope="module")
def features():
    return load_tower(FOLDER / TOWER_FILE)(as_input(FRAMES)).features.numpy()


def test_features_have_length_one(features):
    assert features.shape == (5, FEATURES)
    assert np.allclose(np.linalg.norm(features, axis=1), 1, atol=1e-5)


@needs_open_clip
def test_the_tower_sees_what_open_clip_sees(features):
    from safety.media.checkpoint import Encoder

    encoder = Encoder(FOLDER)
    assert encoder.side == SIDE
    assert np.abs(encoder.pictures(FRAMES) - features).max() < 1e-4


@needs_open_clip
def test_the_shipped_model_is_a_checkpoint_as_any():
    from safety import load_policy
    from safety.media.checkpoint import Checkpoint, CheckpointSettings

    model = Checkpoint.load(load_policy(), CheckpointSettings(FOLDER))
    assert model.scores(FRAMES)["violence"].shape == (5,)


def test_its_configuration_names_the_size_that_it_is_run_at():
    stored = json.loads((FOLDER / "open_clip_config.json").read_text())
    assert stored["model_cfg"]["vision_cfg"]["image_size"] == SIDE
    assert stored["model_cfg"]["embed_dim"] == FEATURES


def test_a_picture_does_not_depend_on_its_neighbours():
    tower = load_tower(FOLDER / TOWER_FILE)
    with torch.inference_mode():
        alone, among = tower(as_input(FRAMES[:1])), tower(as_input(FRAMES))
    assert torch.allclose(alone.features[0], among.features[0], atol=1e-5)
    assert alone.places.shape == (1, CHANNELS, CELLS, CELLS)


def test_a_mirrored_picture_is_judged_alike():
    model = load_model(FOLDER)
    mirrored = np.ascontiguousarray(FRAMES[:, :, ::-1])
    for one, other in zip(model.scores(FRAMES), model.scores(mirrored), strict=True):
        assert np.allclose(one, other, atol=1e-4)


def test_a_concept_has_to_last_but_one_foreign_frame_is_enough(monkeypatch):
    model = load_model(FOLDER)
    concepts = np.repeat(np.array([[0.9], [0.2], [0.8], [0.7]], np.float32), len(CONCEPTS), 1)
    foreign = np.array([0.1, 0.95, 0.2, 0.3], np.float32)
    monkeypatch.setattr(model, "scores", lambda frames: (concepts, foreign))
    assert np.allclose(model.clip_scores(FRAMES[:4]), [0.7] * len(CONCEPTS) + [0.95])


def test_what_lies_off_the_cloud_is_farther():
    values = torch.randn(200, 8, generator=torch.Generator().manual_seed(1))
    near, far = Cloud.around(values).distances(torch.stack([values.mean(0) + 1, values[0] + 9]))
    assert near < far
