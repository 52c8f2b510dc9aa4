"""A configured open_clip checkpoint: here a small one, random, laid out as on the hub."""

import json
import sys
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from safety import Decision, load_media_gate, load_policy
from safety.errors import InvalidInput, ModelUnavailable, SafetyFailed
from safety.loading import MediaSettings
from safety.media import openclip
from safety.media.checkpoint import (
    SENTENCES,
    WEIGHTS,
    Checkpoint,
    CheckpointSettings,
    Encoder,
    Probes,
    fit_probes,
)
from tests.safety.media.pictures import gradient, noise

pytestmark = pytest.mark.skipif(
    find_spec("open_clip") is None, reason="open_clip_torch is not installed"
)
CONFIG = {
    "embed_dim": 32,
    "vision_cfg": {"image_size": 32, "layers": 1, "width": 32, "patch_size": 16, "head_width": 16},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 1},
}
RNG = np.random.default_rng(5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("checkpoint")
    torch.manual_seed(1)
    model = openclip.library().CLIP(**CONFIG)
    save_file(model.state_dict(), path / WEIGHTS)
    (path / "open_clip_config.json").write_text(json.dumps({"model_cfg": CONFIG}))
    return path


@pytest.fixture(scope="module")
def encoder(folder):
    return Encoder(folder)


def coloured(channel, count=60):
    frames = RNG.integers(0, 90, (count, 32, 32, 3), dtype=np.uint8)
    frames[..., channel] += 150
    return frames


@pytest.fixture(scope="module")
def probes(encoder):
    features = encoder.pictures(np.concatenate([coloured(0), coloured(2)]))
    order = RNG.permutation(120)
    return fit_probes(features[order], {"gore": (np.arange(120) < 60)[order]}, encoder.digest)


@pytest.fixture(scope="module")
def probe_file(probes, tmp_path_factory):
    path = tmp_path_factory.mktemp("probes") / "probes.npz"
    probes.save(path)
    return path


def test_features_have_unit_length(encoder):
    assert np.allclose(np.linalg.norm(encoder.pictures(coloured(1, 3)), axis=1), 1, atol=1e-5)
    assert np.allclose(np.linalg.norm(encoder.sentences(["a cat", "b"]), axis=1), 1, atol=1e-5)


def test_zero_shot_scores_are_a_softmax_over_its_sentences(folder, encoder):
    model = Checkpoint.load(load_policy(), CheckpointSettings(folder))
    frames = coloured(0, 4)
    sentences = json.loads(SENTENCES.read_text())
    own = sentences["gore"]
    told = encoder.sentences([*own["harmful"], *own["harmless"], *sentences["harmless"]])
    logits = torch.from_numpy(encoder.scale * encoder.pictures(frames) @ told.T)
    expected = logits.softmax(1)[:, : len(own["harmful"])].sum(1).numpy()
    assert np.allclose(model.scores(frames)["gore"], expected, atol=1e-5)


def test_every_expected_kind_that_sentences_can_name_is_scored(folder):
    model = Checkpoint.load(load_policy(), CheckpointSettings(folder))
    assert {"sexual", "violence", "gore", "hate", "self_harm", "illegal"} <= set(model.categories)


def test_probes_tell_what_they_were_shown(folder, probe_file):
    model = Checkpoint.load(load_policy(), CheckpointSettings(folder, probe_file))
    red, blue = np.repeat(coloured(0, 1), 3, 0), np.repeat(coloured(2, 1), 3, 0)
    assert "gore" in {finding.category for finding in model.find(red, 8)}
    assert "gore" not in {finding.category for finding in model.find(blue, 8)}


def test_one_classifier_never_blocks_alone(folder, probe_file):
    model = Checkpoint.load(load_policy(), CheckpointSettings(folder, probe_file))
    assert {finding.decision for finding in model.find(coloured(0, 3), 8)} == {Decision.REVIEW}


def test_probes_survive_their_file(probes, probe_file):
    back = Probes.load(probe_file)
    assert back.categories == probes.categories
    assert np.array_equal(back.weights, probes.weights)
    assert back.digest == probes.digest


def test_probes_need_both_kinds_of_pictures(encoder):
    features = encoder.pictures(coloured(0, 20))
    with pytest.raises(InvalidInput):
        fit_probes(features, {"gore": np.ones(20, bool)}, encoder.digest)


def test_probes_of_another_checkpoint_are_refused(folder, probes, tmp_path):
    replace(probes, digest="0" * 64).save(tmp_path / "other.npz")
    with pytest.raises(ModelUnavailable, match="another checkpoint"):
        Checkpoint.load(load_policy(), CheckpointSettings(folder, tmp_path / "other.npz"))


def test_a_policy_without_rules_is_refused(folder):
    with pytest.raises(SafetyFailed):
        Checkpoint.load(replace(load_policy(), prompt={}), CheckpointSettings(folder))


@pytest.mark.parametrize("fault", ["no folder", "no config", "no weights", "damaged", "probes"])
def test_a_missing_or_damaged_checkpoint_asks_for_review(folder, tmp_path, fault):
    chosen, probe_path = tmp_path / "copy", None
    if fault != "no folder":
        chosen.mkdir()
        for name in ("open_clip_config.json", WEIGHTS):
            (chosen / name).write_bytes((folder / name).read_bytes())
    if fault == "no config":
        (chosen / "open_clip_config.json").unlink()
    elif fault == "no weights":
        (chosen / WEIGHTS).unlink()
    elif fault == "damaged":
        (chosen / WEIGHTS).write_bytes(b"garbage")
    elif fault == "probes":
        probe_path = tmp_path / "probes.npz"
        probe_path.write_bytes(b"garbage")
    verdict = load_media_gate(added=MediaSettings(None, chosen, probe_path)).screen(noise(), 24)
    assert any("open_clip checkpoint" in finding.reason for finding in verdict.findings)
    assert verdict.decision is Decision.REVIEW


def test_scores_that_are_not_numbers_ask_for_review(folder, monkeypatch):
    gate = load_media_gate(added=MediaSettings(checkpoint=folder))
    broken = np.full((12, 32), np.nan, np.float32)
    monkeypatch.setattr(Encoder, "pictures", lambda self, frames: broken[: len(frames)])
    verdict = gate.screen(gradient(), 24)
    assert any(finding.source == "open-clip" for finding in verdict.findings)
    assert verdict.decision is Decision.REVIEW


def test_the_stand_ins_for_torchvision_are_gone_again():
    openclip.library()
    assert not isinstance(sys.modules.get("torchvision"), openclip._StandIn)
    assert sys.modules.get("timm", True) is not None
    assert sys.modules.get("transformers", True) is not None
