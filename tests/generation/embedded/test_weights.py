"""Reading the weights that ship, and refusing any others."""

import json
import pickle

import pytest
import torch

from generation import ModelUnavailable
from generation.embedded.codec import Codec
from generation.embedded.denoiser import Denoiser, Shape
from generation.embedded.judging import ClipProbe, Judge, SubjectProbe
from generation.embedded.perception import Perceiver
from generation.embedded.weights import Networks, load_judge, load_weights, save_weights

SMALL = Shape(width=64, depth=1, heads=1)


def networks() -> Networks:
    torch.manual_seed(0)
    return Networks(Denoiser(SMALL), Codec(), Perceiver())


def judge() -> Judge:
    torch.manual_seed(1)
    return Judge(ClipProbe(), SubjectProbe())


@pytest.fixture
def folder(tmp_path):
    save_weights(networks(), judge(), "test", {"steps": 0}, tmp_path)
    return tmp_path


def code(folder) -> str:
    with pytest.raises(ModelUnavailable) as caught:
        load_weights(folder)
    return caught.value.code


def test_weights_survive_in_half_precision(folder):
    loaded, manifest = load_weights(folder)
    assert loaded.denoiser.shape == SMALL
    assert manifest.version == "test"
    originals = networks().by_name()
    for name, net in loaded.by_name().items():
        original = originals[name].state_dict()
        for key, value in net.state_dict().items():
            assert torch.equal(value, original[key].half().float())


def test_the_judge_survives(folder):
    loaded, original = load_judge(folder).by_name(), judge().by_name()
    for name, net in loaded.items():
        for key, value in net.state_dict().items():
            assert torch.equal(value, original[name].state_dict()[key].half().float())


def test_a_missing_folder(tmp_path):
    assert code(tmp_path / "none") == "generation.weights-missing"


def test_a_missing_file(folder):
    (folder / "codec.safetensors").unlink()
    assert code(folder) == "generation.weights-missing"


def test_a_changed_byte_is_noticed(folder):
    path = folder / "denoiser.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert code(folder) == "generation.weights-changed"


def test_a_pickle_is_refused(folder):
    (folder / "denoiser.safetensors").write_bytes(pickle.dumps({"weight": 1}))
    assert code(folder) == "generation.weights-changed"


def test_a_damaged_manifest(folder):
    (folder / "manifest.json").write_text("{")
    assert code(folder) == "generation.weights-unreadable"


def test_another_architecture(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["shape"]["width"] = 128
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert code(folder) == "generation.weights-architecture"
