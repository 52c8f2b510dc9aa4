"""Speed and memory of models of real size, with random weights, on a GPU.

    python -m benchmarks.generation.adapter.gpu              # Wan-1.3B- and LTX-2B-sized
    python -m benchmarks.generation.adapter.gpu --tiny       # proves the script, on any machine

For each model and each setting (none, attention backends, compiling, first-block cache), prints
denoising steps per second (two passes a step, as guidance takes), seconds until the first step is
done, and peak memory. Random weights make a step as slow as real ones do; what a cache saves
depends on the clip, so its line says which part of the passes was computed. A setting that this
machine lacks is printed with its reason. Needs no checkpoint and no network.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from diffusers import LTXVideoTransformer3DModel, WanTransformer3DModel

from generation import ModelUnavailable
from generation.acceleration import accelerate, device_for
from generation.settings import Sampling, Settings

STEPS, WARM_UP = 20, 3
VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "plain": {},
    "attention: flash": {"attention": "flash"},
    "attention: sage": {"attention": "sage"},
    "attention: cuDNN": {"attention": "_native_cudnn"},
    "compile: inductor": {"compile": "inductor"},
    "cache: first block, 0.05": {"cache": "first-block"},
    "cache: first block, 0.1": {"cache": "first-block", "cache_threshold": 0.1},
}


@dataclass(frozen=True)
class Model:
    """A denoiser, and the inputs of one pass for a clip of its usual size."""

    build: Callable[[], Any]
    latents: tuple[int, ...]
    inputs: Callable[[torch.device, torch.dtype], dict[str, Any]]


def wan(tiny: bool) -> Model:
    """Wan 2.1 1.3B at 832×480, 81 frames (its published configuration)."""
    sizes = {"num_attention_heads": 12, "attention_head_dim": 128, "num_layers": 30,
             "ffn_dim": 8960, "text_dim": 4096}  # fmt: skip
    if tiny:
        sizes = {"num_attention_heads": 2, "attention_head_dim": 12, "num_layers": 2,
                 "ffn_dim": 32, "text_dim": 32}  # fmt: skip
    tokens = 16 if tiny else 512

    def inputs(device: torch.device, dtype: torch.dtype) -> dict[str, Any]:
        text = torch.randn(1, tokens, sizes["text_dim"], device=device, dtype=dtype)
        return {"encoder_hidden_states": text}

    return Model(
        lambda: WanTransformer3DModel(**sizes),
        (1, 16, 3, 4, 4) if tiny else (1, 16, 21, 60, 104),
        inputs,
    )


def ltx(tiny: bool) -> Model:
    """LTX-Video 2B at 704×480, 161 frames (diffusers' default configuration)."""
    sizes = {"num_attention_heads": 32, "attention_head_dim": 64, "num_layers": 28,
             "cross_attention_dim": 2048, "caption_channels": 4096}  # fmt: skip
    if tiny:
        sizes = {"num_attention_heads": 4, "attention_head_dim": 8, "num_layers": 2,
                 "cross_attention_dim": 32, "caption_channels": 32}  # fmt: skip
    frames, height, width = (2, 2, 2) if tiny else (21, 15, 22)

    def inputs(device: torch.device, dtype: torch.dtype) -> dict[str, Any]:
        text = torch.randn(1, 128, sizes["caption_channels"], device=device, dtype=dtype)
        mask = torch.ones(1, 128, device=device, dtype=dtype)
        return {
            "encoder_hidden_states": text, "encoder_attention_mask": mask,
            "num_frames": frames, "height": height, "width": width,
            "rope_interpolation_scale": (8 / 25, 32, 32),
        }  # fmt: skip

    return Model(
        lambda: LTXVideoTransformer3DModel(**sizes), (1, frames * height * width, 128), inputs
    )


class Shell:
    """As much of a pipeline as settings are applied to."""

    def __init__(self, transformer: Any) -> None:
        self.transformer = transformer


def measure(model: Model, changes: Mapping[str, Any], device: torch.device, steps: int) -> dict:
    """Figures of one model under one setting."""
    # An attention backend stays on for the whole process: each setting names its own.
    chosen = {"attention": "native"} | dict(changes)
    settings = Settings(Sampling(steps, 5.0), Sampling(steps, 5.0), **chosen)
    dtype = torch.bfloat16 if device.type == "cuda" else torch.float32
    torch.manual_seed(0)
    with torch.device(device):
        network = model.build().to(dtype).eval()
    accelerate(Shell(network), settings)
    passes = _counted(network)
    latents = torch.randn(model.latents, device=device, dtype=dtype)
    inputs = model.inputs(device, dtype)
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    began = time.perf_counter()
    _denoise(network, latents, inputs, 1)
    _wait(device)
    first = time.perf_counter() - began
    _denoise(network, latents, inputs, WARM_UP)
    _forget(network)
    _wait(device)
    passes[0], began = 0, time.perf_counter()
    _denoise(network, latents, inputs, steps)
    _wait(device)
    figures = {
        "steps_per_s": round(steps / (time.perf_counter() - began), 3),
        "first_step_s": round(first, 2),
    }
    if settings.cache:
        figures["computed"] = round(passes[0] / (2 * steps), 2)
    if device.type == "cuda":
        figures["peak_gib"] = round(torch.cuda.max_memory_allocated(device) / 2**30, 2)
    return figures


@torch.inference_mode()
def _denoise(network: Any, latents: torch.Tensor, inputs: dict[str, Any], steps: int) -> None:
    """Steps along a straight line, two passes each, as a guided pipeline takes them."""
    for step in range(steps):
        moment = torch.full((1,), 1000.0 * (1 - step / steps), device=latents.device)
        for side in ("cond", "uncond"):
            with network.cache_context(side):
                velocity = network(latents, timestep=moment, **inputs, return_dict=False)[0]
        latents = latents - velocity / steps


def _counted(network: Any) -> list[int]:
    """Counts how often the last block really computes: a cache calls blocks, and skips inside."""
    blocks = getattr(network, "blocks", None) or network.transformer_blocks
    inner, calls = blocks[-1].ffn if hasattr(blocks[-1], "ffn") else blocks[-1].ff, [0]
    inner.register_forward_pre_hook(lambda *_: calls.__setitem__(0, calls[0] + 1))
    return calls


def _forget(network: Any) -> None:
    if network.is_cache_enabled:
        network._reset_stateful_cache()


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def main() -> None:
    """Measure every model under every setting, and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tiny", action="store_true", help="tiny models, few steps")
    parser.add_argument("--only", help="one setting alone, by its name")
    options = parser.parse_args()
    device = device_for(Settings(Sampling(2, 1.0), Sampling(2, 1.0)))
    if device.type == "cpu" and not options.tiny:
        parser.error("there is no GPU here; --tiny proves the script without one")
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
    figures: dict[str, Any] = {"device": name, "torch": torch.__version__, "tiny": options.tiny}
    for model_name, model in (("wan", wan(options.tiny)), ("ltx", ltx(options.tiny))):
        figures[model_name] = {}
        for variant, changes in VARIANTS.items():
            if options.only in (None, variant):
                figures[model_name][variant] = _tried(model, changes, device, options.tiny)
    print(json.dumps(figures, indent=2))


def _tried(model: Model, changes: Mapping[str, Any], device: torch.device, tiny: bool) -> Any:
    try:
        return measure(model, changes, device, 4 if tiny else STEPS)
    except (ModelUnavailable, torch.OutOfMemoryError, RuntimeError) as error:
        return f"not here: {str(error).splitlines()[0]}"


if __name__ == "__main__":
    main()
