"""Applies a model's settings to its pipeline: device, memory, attention, cache, compile, LoRA."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from generation.errors import ModelUnavailable
from generation.settings import Sampling, Settings


def device_for(settings: Settings) -> torch.device:
    """Where a model runs. Raises ModelUnavailable (generation.device) if it is not there."""
    name = settings.device
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.empty(0, device=name)
    except (RuntimeError, AssertionError) as error:  # torch raises either where CUDA is lacking
        raise ModelUnavailable(
            "generation.device",
            f"There is no device {name!r} on this machine.",
            "Choose another device in the settings, or auto.",
        ) from error
    return torch.device(name)


def dtypes_for(settings: Settings, device: torch.device) -> dict[str, torch.dtype]:
    """The weights' types, as `from_pretrained` takes them."""
    own = torch.float32 if device.type == "cpu" else torch.bfloat16
    named = {"bfloat16": torch.bfloat16, "float16": torch.float16, "float32": torch.float32}
    default = named.get(settings.dtype, own)
    return {"default": default, "vae": named.get(settings.vae_dtype, default)}


def accelerate(pipeline: Any, settings: Settings, folder: Path | None = None) -> None:
    """Apply all that belongs to the components, which sister pipelines share. Call it once.

    Raises ModelUnavailable (generation.settings-unsupported) if the model or machine lacks
    something.
    """
    with _supported():
        _shift(pipeline, settings)
        if settings.tiling:
            pipeline.vae.enable_tiling()
        for lora in sorted(settings.loras()):
            _load_lora(pipeline, lora, folder)
        for denoiser in denoisers(pipeline):
            _accelerate_denoiser(denoiser, settings)


def place(pipeline: Any, settings: Settings, device: torch.device) -> None:
    """Put a pipeline's weights where the settings want them."""
    if settings.offload == "none" or device.type == "cpu":
        pipeline.to(device)
    elif settings.offload == "model":
        pipeline.enable_model_cpu_offload(device=device)
    else:
        pipeline.enable_group_offload(device, offload_type="leaf_level", use_stream=True)


def relieve(pipeline: Any, settings: Settings, device: torch.device) -> None:
    """After running out of memory: decode in tiles, and keep idle models off the device."""
    pipeline.vae.enable_tiling()
    if device.type != "cpu":
        torch.cuda.empty_cache()
        if settings.offload == "none":
            pipeline.enable_model_cpu_offload(device=device)


def denoisers(pipeline: Any) -> list[Any]:
    """The networks that are called at every step: one, or two experts."""
    both = (getattr(pipeline, name, None) for name in ("transformer", "transformer_2"))
    return [network for network in both if network is not None]


def tune(pipeline: Any, sampling: Sampling) -> None:
    """Switch to a tier's LoRA, and guidance where the call does not take it."""
    for denoiser in denoisers(pipeline):
        if getattr(denoiser, "peft_config", None):
            if sampling.lora:
                denoiser.set_adapter(_adapter(sampling.lora))
                denoiser.enable_adapters()
            else:
                denoiser.disable_adapters()
    if getattr(pipeline, "guider", None) is not None:
        pipeline.guider = pipeline.guider.new(guidance_scale=sampling.guidance)


def _shift(pipeline: Any, settings: Settings) -> None:
    """Schedulers of flow models name their shift differently."""
    if settings.shift is None:
        return
    config = pipeline.scheduler.config
    name = "flow_shift" if "flow_shift" in config else "shift"
    if name not in config or config.get("use_dynamic_shifting"):
        raise ValueError("this model's schedule has no shift of its own")
    pipeline.scheduler = type(pipeline.scheduler).from_config(config, **{name: settings.shift})


def _accelerate_denoiser(denoiser: Any, settings: Settings) -> None:
    diffusers: Any = importlib.import_module("diffusers")  # untyped
    if settings.attention:
        denoiser.set_attention_backend(settings.attention)
    if settings.cache == "first-block":
        denoiser.enable_cache(diffusers.FirstBlockCacheConfig(threshold=settings.cache_threshold))
    elif settings.cache == "taylorseer":
        # The lite mode finds the blocks of every model; the default looks for names that Wan's
        # attention does not have, and then caches nothing.
        denoiser.enable_cache(diffusers.TaylorSeerCacheConfig(use_lite_mode=True))
    if settings.compile:
        denoiser.compile_repeated_blocks(backend=settings.compile)


def _adapter(lora: str) -> str:
    """The name that a LoRA goes by in the network; dots would divide it."""
    return Path(lora).stem.replace(".", "-")


def _load_lora(pipeline: Any, lora: str, folder: Path | None) -> None:
    path = (folder or Path()) / lora
    if path.suffix != ".safetensors" or not path.is_file():
        raise ValueError(f"there is no LoRA {lora} in safetensors")
    pipeline.load_lora_weights(
        str(path.parent), weight_name=path.name, adapter_name=_adapter(lora), local_files_only=True
    )


@contextmanager
def _supported() -> Iterator[None]:
    try:
        yield
    except (ValueError, RuntimeError, ImportError, AttributeError, KeyError) as error:
        raise ModelUnavailable(
            "generation.settings-unsupported",
            f"The settings of this model cannot be applied: {error}.",
            "Change them in the kinemark.json of the checkpoint's folder.",
        ) from error
