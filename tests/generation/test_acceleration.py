"""Each setting does what it says, on tiny pipelines."""

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from peft import LoraConfig

from generation import Cancelled, GenerationRequest, ModelUnavailable, Tier
from generation.acceleration import device_for, dtypes_for, place, relieve
from generation.settings import Sampling, Settings

sys.path.insert(0, str(Path(__file__).parent))
from tiny_generators import tiny
from tiny_pipelines import build

REQUEST = GenerationRequest("a boat on a lake", seconds=1)
PLAIN = Settings(Sampling(3, 5.0), Sampling(2, 5.0))
CPU, GPU = torch.device("cpu"), torch.device("cuda")


@pytest.fixture(scope="module")
def plain():
    """What the tiny Wan draws without any setting, in both tiers."""
    generator = tiny("wan")
    draft = GenerationRequest("a boat on a lake", seconds=1, tier=Tier.DRAFT)
    return {r.tier: generator.generate(r).frames for r in (REQUEST, draft)}


def own(generator):
    """The loaded pipeline of a generator."""
    return generator._sisters.get("text")


def refusal(**settings) -> str:
    with pytest.raises(ModelUnavailable) as caught:
        tiny("wan", **settings)
    return caught.value.code


def test_a_device_that_is_not_there_is_refused():
    assert refusal(device="cuda:99") == "generation.device"


def test_without_a_graphics_card_models_run_on_the_cpu(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert device_for(PLAIN) == CPU


def test_types_follow_the_device_unless_named():
    assert dtypes_for(PLAIN, CPU) == {"default": torch.float32, "vae": torch.float32}
    assert dtypes_for(PLAIN, GPU) == {"default": torch.bfloat16, "vae": torch.bfloat16}
    named = Settings(PLAIN.final, PLAIN.draft, dtype="float16", vae_dtype="float32")
    assert dtypes_for(named, GPU) == {"default": torch.float16, "vae": torch.float32}


def test_shift_moves_the_schedule(plain):
    generator = tiny("wan", shift=1.0)
    assert own(generator).scheduler.config.shift == 1.0
    assert not np.array_equal(generator.generate(REQUEST).frames, plain[Tier.FINAL])


def test_shift_reaches_multistep_schedules():
    assert own(tiny("skyreels", shift=8.0)).scheduler.config.flow_shift == 8.0


def test_shift_is_refused_where_there_is_none():
    with pytest.raises(ModelUnavailable) as caught:
        tiny("cogvideox", shift=3.0)
    assert caught.value.code == "generation.settings-unsupported"


def test_tiling_reaches_the_vae():
    assert own(tiny("wan", tiling=True)).vae.use_tiling
    assert not own(tiny("wan")).vae.use_tiling


def test_an_attention_backend_draws_the_same(plain):
    generator = tiny("wan", attention="_native_math")
    try:
        processor = own(generator).transformer.blocks[0].attn1.processor
        assert processor._attention_backend == "_native_math"
        difference = generator.generate(REQUEST).frames.astype(int) - plain[Tier.FINAL]
        assert np.abs(difference).max() <= 1
    finally:
        own(generator).transformer.set_attention_backend("native")  # one for the whole process


@pytest.mark.parametrize("backend", ["magic", "flash"])
def test_an_attention_backend_that_is_not_there_is_refused(backend):
    assert refusal(attention=backend) == "generation.settings-unsupported"


def calls_of(module) -> list[int]:
    """How often a module computes, counted below any cache."""
    calls = [0]
    module.register_forward_hook(lambda *_: calls.__setitem__(0, calls[0] + 1))
    return calls


def test_the_first_block_cache_spares_later_blocks():
    generator = tiny("wan", steps=4, cache="first-block", cache_threshold=1e9)
    calls = calls_of(own(generator).transformer.blocks[1].ffn)
    generator.generate(REQUEST)
    assert calls[0] == 2  # the two passes of the first step


def test_taylorseer_spares_blocks():
    generator = tiny("wan", steps=5, cache="taylorseer")
    calls = calls_of(own(generator).transformer.blocks[1].ffn)
    assert generator.generate(REQUEST).frames.size
    assert calls[0] == 8  # of ten passes: the first steps feed the series


@pytest.mark.parametrize("cache", ["first-block", "taylorseer"])
def test_a_cancelled_run_leaves_nothing_in_the_cache(cache):
    generator = tiny("wan", steps=4, cache=cache, cache_threshold=0.5)
    before = generator.generate(REQUEST).frames

    def cancel(progress):
        if progress.step == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        generator.generate(REQUEST, cancel)
    assert np.array_equal(generator.generate(REQUEST).frames, before)


def test_compiling_reaches_the_repeated_blocks():
    blocks = own(tiny("wan", compile="eager")).transformer.blocks
    assert all(block._compiled_call_impl is not None for block in blocks)


def test_compiling_with_nothing_is_refused():
    assert refusal(compile="magic") == "generation.settings-unsupported"


@pytest.fixture
def lora(tmp_path):
    """A random LoRA of the tiny Wan, in a checkpoint's folder."""
    pipeline = build("wan")
    torch.manual_seed(1)
    config = LoraConfig(r=2, target_modules=["to_q", "to_v"], init_lora_weights=False)
    pipeline.transformer.add_adapter(config)
    layers = {
        name: value for name, value in pipeline.transformer.state_dict().items() if "lora_" in name
    }
    layers = {name.replace(".default.", "."): 20 * value for name, value in layers.items()}
    pipeline.save_lora_weights(tmp_path, layers, weight_name="fast.v1.safetensors")
    return tmp_path


def test_a_lora_serves_its_tier_alone(lora, plain):
    draft = Sampling(2, 5.0, lora="fast.v1.safetensors")
    generator = tiny("wan", folder=lora, draft=draft)
    request = GenerationRequest("a boat on a lake", seconds=1, tier=Tier.DRAFT)
    drafted = generator.generate(request).frames
    assert not np.array_equal(drafted, plain[Tier.DRAFT])
    assert np.array_equal(generator.generate(REQUEST).frames, plain[Tier.FINAL])
    assert np.array_equal(generator.generate(request).frames, drafted)


@pytest.mark.parametrize("name", ["none.safetensors", "fast.bin"])
def test_a_lora_that_is_missing_or_pickled_is_refused(tmp_path, name):
    (tmp_path / "fast.bin").write_bytes(b"pickle")
    draft = Sampling(2, 5.0, lora=name)
    assert refusal(folder=tmp_path, draft=draft) == "generation.settings-unsupported"


def test_guidance_reaches_a_guider():
    generator = tiny("hunyuan_15", final=Sampling(2, 2.5))
    generator.generate(REQUEST)
    assert own(generator).guider.guidance_scale == 2.5


class Recorder:
    """Stands where a GPU would be needed: writes down what is asked of the pipeline."""

    def __init__(self):
        self.asked, self.vae = [], self

    def __getattr__(self, name):
        return lambda *positional, **named: self.asked.append(name)


@pytest.mark.parametrize(
    ("offload", "device", "asked"),
    [
        ("none", GPU, ["to"]),
        ("model", GPU, ["enable_model_cpu_offload"]),
        ("group", GPU, ["enable_group_offload"]),
        ("model", CPU, ["to"]),
    ],
)
def test_weights_wait_where_the_settings_want(offload, device, asked):
    pipeline = Recorder()
    place(pipeline, Settings(PLAIN.final, PLAIN.draft, offload=offload), device)
    assert pipeline.asked == asked


@pytest.mark.parametrize(
    ("offload", "device", "asked"),
    [
        ("none", GPU, ["enable_tiling", "enable_model_cpu_offload"]),
        ("group", GPU, ["enable_tiling"]),
        ("none", CPU, ["enable_tiling"]),
    ],
)
def test_out_of_memory_models_are_offloaded_and_tiled(offload, device, asked):
    pipeline = Recorder()
    relieve(pipeline, Settings(PLAIN.final, PLAIN.draft, offload=offload), device)
    assert pipeline.asked == asked
