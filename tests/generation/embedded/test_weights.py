"""Reading the weights that ship, and refusing any others."""

import json
import pickle

import pytest
import torch

from generation import ModelUnavailable
from generation.embedded.model import ClipTransformer, Shape
from generation.embedded.refiner import Refiner
from generation.embedded.weights import load_weights, save_weights

SMALL = Shape(width=64, depth=1, heads=1, bottleneck=16)


@pytest.fixture
def folder(tmp_path):
    torch.manual_seed(0)
    save_weights(ClipTransformer(SMALL), Refiner(), "test", {"base_steps": 0}, tmp_path)
    return tmp_path


def code(folder) -> str:
    with pytest.raises(ModelUnavailable) as caught:
        load_weights(folder)
    return caught.value.code


def test_weights_survive_in_half_precision(folder):
    torch.manual_seed(0)
    original = ClipTransformer(SMALL).state_dict()
    net, _, manifest = load_weights(folder)
    assert net.shape == SMALL
    assert manifest.version == "test"
    for name, value in net.state_dict().items():
        assert torch.equal(value, original[name].half().float())


def test_a_missing_folder(tmp_path):
    assert code(tmp_path / "none") == "generation.weights-missing"


def test_a_missing_file(folder):
    (folder / "refiner.safetensors").unlink()
    assert code(folder) == "generation.weights-missing"


def test_a_changed_byte_is_noticed(folder):
    path = folder / "base.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    assert code(folder) == "generation.weights-changed"


def test_a_pickle_is_refused(folder):
    (folder / "base.safetensors").write_bytes(pickle.dumps({"weight": 1}))
    assert code(folder) == "generation.weights-changed"


def test_a_damaged_manifest(folder):
    (folder / "manifest.json").write_text("{")
    assert code(folder) == "generation.weights-unreadable"


def test_another_architecture(folder):
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["shape"]["width"] = 128
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert code(folder) == "generation.weights-architecture"
