"""Style presets: a name that people choose, and the words that it adds to a prompt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

STYLES: Final[Mapping[str, str]] = {
    "cartoon": "cartoon style",
    "watercolour": "watercolour painting style",
    "pixel art": "pixel art style",
    "neon": "glowing neon style",
    "cinematic": "cinematic film still, shallow depth of field, graded colours",
    "documentary": "documentary footage, natural light, handheld camera",
    "vintage film": "vintage 16 mm film, grain, faded colours",
    "film noir": "black and white film noir, hard shadows",
    "3D animation": "3D animation, soft global illumination",
    "anime": "hand-drawn anime style, clean lines",
    "comic book": "comic book style, ink outlines, halftone dots",
    "oil painting": "oil painting style, visible brush strokes",
    "pencil sketch": "pencil sketch style, hatching on paper",
    "paper cut-out": "paper cut-out style, layered coloured paper",
    "claymation": "claymation style, modelling clay, stop motion",
    "felt": "felt puppet style, stop motion",
}

WORLD_STYLES: Final = ("cartoon", "watercolour", "pixel art", "neon")
"""What the embedded model was trained on; the rest needs a model of the open world."""


def styled_prompt(prompt: str, style: str | None) -> str:
    """The prompt as the model reads it. Raises KeyError for a style that there is not."""
    return prompt if style is None else f"{prompt.rstrip(' .')}, {STYLES[style]}"
