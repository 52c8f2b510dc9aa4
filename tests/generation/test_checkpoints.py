"""Checkpoints on disk: those that load, and those that are refused."""

import dataclasses
import json
import pickle
import shutil
import sys
from pathlib import Path

import pytest
import torch

from generation import GenerationRequest, ModelUnavailable, load_generator
from generation.families import FAMILIES
from generation.pipelines import DiffusersGenerator, load_pipeline
from generation.settings import OVERRIDES

sys.path.insert(0, str(Path(__file__).parent))
from tiny_pipelines import build


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkpoints") / "tiny-ltx"
    build("ltx").save_pretrained(folder)
    return folder


@pytest.fixture
def copy(checkpoint, tmp_path):
    return Path(shutil.copytree(checkpoint, tmp_path / "copy"))


def refusal(folder) -> str:
    with pytest.raises(ModelUnavailable) as caught:
        load_pipeline(folder)
    assert caught.value.advice
    return caught.value.code


def test_a_checkpoint_is_loaded_from_its_folder(checkpoint):
    generator = load_pipeline(checkpoint)
    assert generator.info.name == "tiny-ltx"
    assert generator.family == FAMILIES["ltx"]


def test_a_checkpoint_is_loaded_by_name(checkpoint):
    assert load_generator(f"diffusers:{checkpoint}").info.name == "tiny-ltx"


def test_the_operator_s_settings_are_used(copy):
    changes = {"dtype": "bfloat16", "vae_dtype": "float32", "final": {"steps": 3}}
    (copy / OVERRIDES).write_text(json.dumps(changes))
    generator = load_pipeline(copy)
    pipeline = generator._sisters.get("text")
    assert pipeline.transformer.dtype is torch.bfloat16
    assert pipeline.vae.dtype is torch.float32
    assert generator.settings.final.steps == 3


def test_other_weights_have_another_digest(checkpoint, copy):
    before = load_pipeline(copy).info.sha256
    assert before == load_pipeline(checkpoint).info.sha256
    pipeline = build("ltx")
    with torch.no_grad():
        pipeline.transformer.proj_in.bias.add_(1)
    pipeline.save_pretrained(copy)
    assert load_pipeline(copy).info.sha256 != before


def test_a_missing_checkpoint_is_refused(tmp_path):
    assert refusal(tmp_path) == "generation.checkpoint-missing"
    assert refusal(tmp_path / "none") == "generation.checkpoint-missing"


@pytest.mark.parametrize("suffix", ["bin", "ckpt", "pt", "PTH", "pkl"])
def test_one_pickled_file_is_enough_to_refuse(copy, suffix):
    (copy / "vae" / f"weights.{suffix}").write_bytes(pickle.dumps({}))
    assert refusal(copy) == "generation.checkpoint-pickled"


def test_a_checkpoint_without_weights_is_refused(copy):
    for path in copy.rglob("*.safetensors"):
        path.unlink()
    assert refusal(copy) == "generation.checkpoint-pickled"


@pytest.mark.parametrize("kind", ["StableDiffusionPipeline", "NoSuchPipeline", None, 7])
def test_a_checkpoint_of_another_kind_is_refused(copy, kind):
    (copy / "model_index.json").write_text(json.dumps({"_class_name": kind}))
    assert refusal(copy) == "generation.model-family"


@pytest.mark.parametrize("content", ["", "[]", "{"])
def test_a_damaged_index_is_refused(copy, content):
    (copy / "model_index.json").write_text(content)
    assert refusal(copy) == "generation.checkpoint-unreadable"


def test_another_architecture_under_a_known_name_is_refused(copy):
    index = json.loads((copy / "model_index.json").read_text())
    (copy / "model_index.json").write_text(json.dumps(index | {"_class_name": "WanPipeline"}))
    assert refusal(copy) == "generation.checkpoint-unreadable"


def test_weights_of_other_shapes_are_refused(copy):
    config = json.loads((copy / "transformer" / "config.json").read_text())
    changed = json.dumps(config | {"num_attention_heads": 8})
    (copy / "transformer" / "config.json").write_text(changed)
    assert refusal(copy) == "generation.checkpoint-unreadable"


@pytest.mark.parametrize("damage", [b"", b"\xff" * 64])
def test_damaged_weights_are_refused(copy, damage):
    (copy / "vae" / "diffusion_pytorch_model.safetensors").write_bytes(damage)
    assert refusal(copy) == "generation.checkpoint-unreadable"


def test_a_checkpoint_s_own_code_is_not_run(copy):
    (copy / "pipeline.py").write_text("raise SystemExit('ran')")
    index = json.loads((copy / "model_index.json").read_text())
    changed = json.dumps(index | {"_class_name": ["pipeline", "LTXPipeline"]})
    (copy / "model_index.json").write_text(changed)
    assert refusal(copy) == "generation.model-family"


def test_a_loaded_checkpoint_draws_in_bfloat16(copy):
    (copy / OVERRIDES).write_text(json.dumps({"dtype": "bfloat16", "draft": {"steps": 2}}))
    generator = load_pipeline(copy)
    pipeline = generator._sisters.get("text")
    small = dataclasses.replace(FAMILIES["ltx"], fps=9, most_frames=9, area=32 * 32)
    info, settings = generator.info, generator.settings
    drawn = DiffusersGenerator(pipeline, info, small, settings).generate(
        GenerationRequest("a boat", seconds=1, tier="draft")
    )
    assert drawn.frames.shape == (9, 32, 32, 3)
