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
from generation.request import Aspect, GenerationRequest

__all__ = [
    "Aspect",
    "Cancelled",
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
    "Understanding",
    "generator_names",
    "load_generator",
]
