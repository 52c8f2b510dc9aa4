"""Real diffusers pipelines, tiny and untrained, driven through the one adapter."""

import dataclasses
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from generation import (
    Aspect,
    Cancelled,
    GenerationFailed,
    GenerationRequest,
    ModelInfo,
    ModelUnavailable,
    load_generator,
)
from generation.families import FAMILIES
from generation.pipelines import DiffusersGenerator, load_pipeline

sys.path.insert(0, str(Path(__file__).parent))
from tiny_pipelines import BUILDERS, build

INFO = ModelInfo("tiny", "0", "0" * 64, "none", upscaled=False)
STEPS = 2


def tiny(pipeline):
    """An adapter at the family's own rules, but few steps, frames and pixels."""
    family = FAMILIES[type(pipeline).__name__]
    frames = 2 * family.stride + family.offset
    small = dataclasses.replace(
        family, most_frames=frames, area=family.multiple**2, steps=STEPS, fps=frames
    )
    return DiffusersGenerator(pipeline, INFO, small)


@pytest.fixture(scope="module", params=BUILDERS)
def generator(request):
    return tiny(build(request.param))


REQUEST = GenerationRequest("a boat on a lake", seconds=1)


def test_a_pipeline_makes_a_clip(generator):
    output = generator.generate(REQUEST)
    family = generator.family
    assert output.frames.shape == (family.most_frames, family.multiple, family.multiple, 3)
    assert output.frames.dtype == np.uint8
    assert output.model == INFO


def test_a_pipeline_repeats_itself_by_seed(generator):
    first, again = generator.generate(REQUEST), generator.generate(REQUEST)
    other = generator.generate(dataclasses.replace(REQUEST, seed=1))
    assert np.array_equal(first.frames, again.frames)
    assert not np.array_equal(first.frames, other.frames)


def test_a_pipeline_reports_each_step(generator):
    seen = []
    generator.generate(REQUEST, seen.append)
    assert [(p.step, p.steps) for p in seen] == [(i, STEPS) for i in range(1, STEPS + 1)]


def test_a_pipeline_is_cancelled_in_mid_denoise_and_runs_again(generator):
    before, seen = generator.generate(REQUEST), []

    def cancel(progress):
        seen.append(progress)
        raise Cancelled

    with pytest.raises(Cancelled):
        generator.generate(REQUEST, cancel)
    assert len(seen) == 1
    assert np.array_equal(generator.generate(REQUEST).frames, before.frames)


@given(st.sampled_from(sorted(FAMILIES)), st.floats(1, 8), st.sampled_from(Aspect))
def test_every_plan_keeps_the_family_s_rules(name, seconds, aspect):
    family = FAMILIES[name]
    frames, (width, height) = family.frames(seconds), family.size(aspect)
    assert (frames - family.offset) % family.stride == 0
    assert 0 < frames <= family.most_frames
    assert width % family.multiple == height % family.multiple == 0
    assert abs(width * height / family.area - 1) < 0.1


def test_an_unknown_family_is_refused():
    class OtherPipeline:
        pass

    with pytest.raises(ModelUnavailable) as caught:
        DiffusersGenerator(OtherPipeline(), INFO)
    assert caught.value.code == "generation.model-family"


def out_of_memory(generator, monkeypatch, times):
    """Let the pipeline run out of memory so many times; returns what was tried in between."""
    tried, pipeline, left = [], generator._pipeline, [times]
    original = pipeline.scheduler.set_timesteps

    def exhausted(*positional, **named):
        if left[0]:
            left[0] -= 1
            raise torch.OutOfMemoryError("no memory")
        return original(*positional, **named)

    monkeypatch.setattr(pipeline.scheduler, "set_timesteps", exhausted)
    monkeypatch.setattr(pipeline, "enable_model_cpu_offload", lambda: tried.append("offload"))
    return tried


def test_out_of_memory_is_tried_once_more_with_less(monkeypatch):
    generator = tiny(build("wan"))
    tried = out_of_memory(generator, monkeypatch, times=1)
    assert generator.generate(REQUEST).frames.size
    assert tried == ["offload"]


def test_out_of_memory_twice_is_an_error(monkeypatch):
    generator = tiny(build("wan"))
    out_of_memory(generator, monkeypatch, times=2)
    with pytest.raises(GenerationFailed) as caught:
        generator.generate(REQUEST)
    assert caught.value.code == "generation.out-of-memory"
    assert caught.value.retryable


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkpoints") / "tiny-ltx"
    build("ltx").save_pretrained(folder)
    return folder


def refusal(folder) -> str:
    with pytest.raises(ModelUnavailable) as caught:
        load_pipeline(folder)
    return caught.value.code


def test_a_checkpoint_is_loaded_from_its_folder(checkpoint):
    generator = load_pipeline(checkpoint)
    assert generator.info.name == "tiny-ltx"
    assert generator.family == FAMILIES["LTXPipeline"]


def test_a_checkpoint_is_loaded_by_name(checkpoint):
    assert load_generator(f"diffusers:{checkpoint}").info.name == "tiny-ltx"


def test_a_missing_checkpoint_is_refused(tmp_path):
    assert refusal(tmp_path) == "generation.checkpoint-missing"


def test_a_pickled_checkpoint_is_refused(checkpoint, tmp_path):
    copy = tmp_path / "copy"
    (copy / "vae").mkdir(parents=True)
    (copy / "model_index.json").write_bytes((checkpoint / "model_index.json").read_bytes())
    (copy / "vae" / "weights.bin").write_bytes(pickle.dumps({}))
    assert refusal(copy) == "generation.checkpoint-pickled"


def test_a_checkpoint_of_another_architecture_is_refused(checkpoint, tmp_path):
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "model_index.json").write_text('{"_class_name": "NoSuchPipeline"}')
    (copy / "x.safetensors").write_bytes(b"")
    assert refusal(copy) == "generation.checkpoint-unreadable"
