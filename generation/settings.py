"""How each family of models is run: the one table, and what an operator may change of it.

A checkpoint's folder may hold `kinemark.json`, an object of the fields of `Settings` that are to
differ, for instance `{"offload": "model", "draft": {"steps": 4, "lora": "fast.safetensors"}}`.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from generation.errors import ModelUnavailable
from generation.request import Tier

OVERRIDES: Final = "kinemark.json"


@dataclass(frozen=True, slots=True)
class Sampling:
    """How a tier is sampled.

    Attributes:
        steps: denoising steps, 2 to 200 (the schedules of some models cannot do one).
        guidance: guidance scale; at 1 or less there is no guidance and no negative prompt.
        second_guidance: of the low-noise expert, for models that have two; None: the same.
        lora: file of a few-step LoRA, relative to the checkpoint's folder; empty: none.
    """

    steps: int
    guidance: float
    second_guidance: float | None = None
    lora: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a model is run.

    Attributes:
        final, draft: sampling of the two tiers.
        device: "auto" (a GPU where there is one), "cpu", "cuda" or "cuda:1".
        dtype: of the weights: "auto" (bfloat16 on a GPU, float32 otherwise), "bfloat16", "float16"
            or "float32".
        vae_dtype: of the VAE's weights; "auto": as dtype.
        shift: of the flow schedule towards noise; None: the checkpoint's own.
        offload: "none"; "model" (whole models wait in main memory); "group" (each layer is fetched
            when it is needed: slower, least memory).
        tiling: decode in tiles: less memory, slower.
        attention: diffusers' attention backend ("native", "flash", "sage", …); empty: its default.
        cache: "first-block" or "taylorseer" reuse parts of earlier steps; empty: none.
        cache_threshold: of "first-block": larger is faster and less exact.
        compile: a backend of torch.compile for the repeated blocks ("inductor"); empty: none.
    """

    final: Sampling
    draft: Sampling
    device: str = "auto"
    dtype: str = "auto"
    vae_dtype: str = "auto"
    shift: float | None = None
    offload: str = "none"
    tiling: bool = False
    attention: str = ""
    cache: str = ""
    cache_threshold: float = 0.05
    compile: str = ""

    def __post_init__(self) -> None:
        for name, allowed in _CHOICES.items():
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} is one of {', '.join(sorted(allowed))}")
        for sampling in (self.final, self.draft):
            if not 2 <= sampling.steps <= 200:
                raise ValueError("steps is from 2 to 200")

    def sampling(self, tier: Tier) -> Sampling:
        """The sampling of a tier."""
        return self.draft if tier is Tier.DRAFT else self.final

    def loras(self) -> frozenset[str]:
        """The LoRA files of both tiers."""
        return frozenset({self.final.lora, self.draft.lora} - {""})


_DTYPES: Final = frozenset({"auto", "bfloat16", "float16", "float32"})
_CHOICES: Final[Mapping[str, frozenset[str]]] = {
    "dtype": _DTYPES,
    "vae_dtype": _DTYPES,
    "offload": frozenset({"none", "model", "group"}),
    "cache": frozenset({"", "first-block", "taylorseer"}),
}

# Steps and guidance of `final` are each publisher's defaults; drafts take about a third of the
# steps. Wan's and SkyReels' VAE is kept in float32, as diffusers' documentation advises.
SETTINGS: Final[Mapping[str, Settings]] = {
    "wan-2.1": Settings(Sampling(50, 5.0), Sampling(20, 5.0), vae_dtype="float32"),
    "wan-2.1-i2v": Settings(Sampling(40, 5.0), Sampling(15, 5.0), vae_dtype="float32"),
    "wan-2.1-flf2v": Settings(Sampling(50, 5.0), Sampling(20, 5.0), vae_dtype="float32"),
    "wan-2.2-a14b": Settings(Sampling(40, 4.0, 3.0), Sampling(15, 4.0, 3.0), vae_dtype="float32"),
    "wan-2.2-a14b-i2v": Settings(Sampling(40, 3.5), Sampling(15, 3.5), vae_dtype="float32"),
    "wan-2.2-5b": Settings(Sampling(50, 5.0), Sampling(20, 5.0), vae_dtype="float32"),
    "wan-vace": Settings(Sampling(50, 5.0), Sampling(20, 5.0), vae_dtype="float32"),
    "skyreels-v2": Settings(Sampling(30, 6.0), Sampling(12, 6.0), vae_dtype="float32"),
    "ltx": Settings(Sampling(40, 3.0), Sampling(15, 3.0)),
    "ltx-condition": Settings(Sampling(30, 3.0), Sampling(12, 3.0)),
    "cogvideox": Settings(Sampling(50, 6.0), Sampling(20, 6.0)),
    "cogvideox-i2v": Settings(Sampling(50, 6.0), Sampling(20, 6.0)),
    "cogvideox-1.5": Settings(Sampling(50, 6.0), Sampling(20, 6.0)),
    "cogvideox-1.5-i2v": Settings(Sampling(50, 6.0), Sampling(20, 6.0)),
    "hunyuan": Settings(Sampling(50, 6.0), Sampling(20, 6.0)),
    "hunyuan-1.5": Settings(Sampling(50, 6.0), Sampling(20, 6.0)),
    "mochi": Settings(Sampling(64, 4.5), Sampling(24, 4.5)),
}


def settings_for(family: str, folder: Path) -> Settings:
    """The table's row of a family, with what the checkpoint's `kinemark.json` changes.

    Raises ModelUnavailable (generation.settings-invalid) if that file names a field that there is
    not, or gives one a value that it cannot have.
    """
    path = folder / OVERRIDES
    if not path.is_file():
        return SETTINGS[family]
    try:
        return _changed(SETTINGS[family], json.loads(path.read_text()))
    except (ValueError, OSError) as error:
        raise ModelUnavailable(
            "generation.settings-invalid",
            f"{OVERRIDES} in the checkpoint's folder cannot be used: {error}.",
            "Correct it or remove it; docs/models.md lists its fields.",
        ) from error


Row = TypeVar("Row", Settings, Sampling)


def _changed(row: Row, changes: Any) -> Row:
    """A row with some fields changed. Raises ValueError."""
    if not isinstance(changes, dict):
        raise ValueError("it is not an object")
    known = {field.name: str(field.type) for field in dataclasses.fields(row)}
    if unknown := sorted(set(changes) - set(known)):
        raise ValueError(f"there is no field {unknown[0]!r}")
    values = {n: _value(getattr(row, n), known[n], n, given) for n, given in changes.items()}
    return dataclasses.replace(row, **values)


def _value(current: Any, kind: str, name: str, given: Any) -> Any:
    """A field's new value, if it is of the field's type. Raises ValueError."""
    if isinstance(current, Sampling):
        return _changed(current, given)
    if given is None and kind.endswith("None"):
        return None
    kinds = {"int": int, "str": str, "bool": bool}.get(kind, (int, float))
    if not isinstance(given, kinds) or (isinstance(given, bool) and kind != "bool"):
        raise ValueError(f"{name} cannot be {given!r}")
    return given
