"""Text to video: requests, outputs, and the generators that turn one into the other."""

from generation.base import Generator, Limits, OnProgress, generator_names, load_generator
from generation.errors import (
    Cancelled,
    GenerationError,
    GenerationFailed,
    InvalidRequest,
    ModelUnavailable,
)
from generation.output import GenerationOutput, ModelInfo, Progress, Understanding
from generation.request import Ability, Aspect, Frames, GenerationRequest, Tier
from generation.shots import SLOTS, ShotCard, parse
from generation.styles import STYLES

__all__ = [
    "SLOTS",
    "STYLES",
    "Ability",
    "Aspect",
    "Cancelled",
    "Frames",
    "GenerationError",
    "GenerationFailed",
    "GenerationOutput",
    "GenerationRequest",
    "Generator",
    "InvalidRequest",
    "Limits",
    "ModelInfo",
    "ModelUnavailable",
    "OnProgress",
    "Progress",
    "ShotCard",
    "Tier",
    "Understanding",
    "generator_names",
    "load_generator",
    "parse",
]
