"""The model that ships: text to drawn clips on a CPU, and its own eye for them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:  # torch is slow to import
    from generation.embedded.judging import Judge


@cache
def _judge() -> Judge:
    from generation.embedded.weights import load_judge

    return load_judge()


def judge(frames: NDArray[np.uint8], fps: float, prompt: str) -> float | None:
    """How much of a prompt a drawn clip (T,H,W,3) shows, from 0 to 1; see `judging.adherence`.

    None if the prompt asks for nothing that can be judged.
    """
    from generation.embedded.judging import adherence

    return adherence(_judge(), frames, round(fps), prompt)


def identity(frames: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Who is seen in a drawn clip (T,H,W,3), T at least 16: a unit vector (18,).

    It is alike for the same subject in the same colour. Raises ModelUnavailable if the weights
    cannot be read.
    """
    from generation.embedded.judging import identity as seen

    return seen(_judge(), frames)
