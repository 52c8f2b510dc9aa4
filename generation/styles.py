"""Style presets: a name that people choose, and the words that it adds to a prompt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

STYLES: Final[Mapping[str, str]] = {
    "cartoon": "cartoon style",
    "watercolour": "watercolour painting style",
    "pixel art": "pixel art style",
    "neon": "glowing neon style",
}


def styled_prompt(prompt: str, style: str | None) -> str:
    """The prompt as the model reads it. Raises KeyError for a style that there is not."""
    return prompt if style is None else f"{prompt.rstrip(' .')}, {STYLES[style]}"
