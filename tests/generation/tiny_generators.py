"""The tiny pipelines as generators: a family's own rules, but few steps, frames and pixels."""

from __future__ import annotations

import dataclasses

import numpy as np
from tiny_pipelines import build

from generation import ModelInfo
from generation.families import FAMILIES, recognise
from generation.pipelines import DiffusersGenerator
from generation.settings import SETTINGS

INFO = ModelInfo("tiny", "0", "0" * 64, "none", upscaled=False)
STEPS, DRAFT_STEPS = 3, 2


def pictures(count: int) -> np.ndarray:
    """(count,64,64,3): smooth colours, each frame another."""
    ramp = np.linspace(0, 160, 64)
    rows, columns = np.meshgrid(ramp, ramp, indexing="ij")
    frames = [np.stack([rows, columns, np.full_like(rows, 8 * i)], -1) for i in range(count)]
    return np.stack(frames).astype(np.uint8)


CLIP = pictures(24)
PICTURE, OTHER = CLIP[0], CLIP[-1, ::-1].copy()


def name_of(pipeline) -> str:
    return recognise(type(pipeline).__name__, pipeline.config, pipeline.transformer.config)


def tiny(name: str, steps: int = STEPS, folder=None, **settings) -> DiffusersGenerator:
    """A generator around the tiny pipeline of that name; `settings` change its row."""
    pipeline = build(name)
    family = FAMILIES[name_of(pipeline)]
    frames = 2 * family.stride + family.offset
    side = family.multiple
    small = dataclasses.replace(
        family, most_frames=frames, area=side**2, fps=frames,
        only_size=family.only_size and (side, side),
    )  # fmt: skip
    row = SETTINGS[name_of(pipeline)]
    row = dataclasses.replace(
        row, final=dataclasses.replace(row.final, steps=steps),
        draft=dataclasses.replace(row.draft, steps=DRAFT_STEPS),
    )  # fmt: skip
    row = dataclasses.replace(row, **settings)
    return DiffusersGenerator(pipeline, INFO, small, row, folder)
