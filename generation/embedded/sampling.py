"""From noise to a clip code: steps along the flow, with classifier-free guidance.

Each step keeps the predicted clean code and renews part of the noise around it (the stochastic
samplers of Karras et al., "Elucidating the design space of diffusion models", 2022, carried over
to flows): that lets parts that disagree settle, where plain Euler steps keep the quarrel.

Guidance: Ho & Salimans, "Classifier-free diffusion guidance" (2022), on predicted codes, and not
near the end of the path (Kynkäänniemi et al., "Applying guidance in a limited interval", 2024).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import torch
from torch import Tensor

from generation.embedded.clipcode import WIDTH
from generation.embedded.denoiser import Condition, Denoiser
from generation.embedded.flow import LEAST_REST
from generation.embedded.text import TextFeatures

_SETTLED: Final = 0.8  # from this level on no noise is renewed


@dataclass(frozen=True, slots=True)
class Guidance:
    """How strongly to follow the prompt, up to which level (0 noise, 1 clean), and what share of
    the noise each step renews."""

    strength: float = 2.5
    high: float = 0.85
    renewed: float = 0.3


@dataclass(frozen=True, slots=True)
class Known:
    """Numbers that are known beforehand: code (WIDTH,), and flags (WIDTH,) of which are."""

    code: Tensor
    flags: Tensor

    @classmethod
    def nothing(cls) -> Known:
        return cls(torch.zeros(WIDTH), torch.zeros(WIDTH))


def levels(steps: int, first: float = 0.0) -> list[float]:
    """The levels (steps + 1,) from `first` to 1, at equal distances."""
    even: list[float] = torch.linspace(first, 1, steps + 1).tolist()
    return even


def both(text: TextFeatures, against: TextFeatures) -> TextFeatures:
    """Stack a prompt and what guidance leads away from as a batch of two, padded to the longer."""
    longest = max(text.mask.shape[1], against.mask.shape[1])
    tokens = torch.zeros(2, longest, text.tokens.shape[2])
    mask = torch.zeros(2, longest, dtype=torch.bool)
    for row, one in enumerate((text, against)):
        tokens[row, : one.mask.shape[1]] = one.tokens[0]
        mask[row, : one.mask.shape[1]] = one.mask[0]
    return TextFeatures(tokens, mask)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of one window: texts from `both`, index of the aspect, loop or not."""

    texts: TextFeatures
    aspect: int
    loop: bool

    def condition(self, known: Known, rows: int) -> Condition:
        """The first `rows` of prompt and counter-prompt."""
        return Condition(
            TextFeatures(self.texts.tokens[:rows], self.texts.mask[:rows]),
            torch.full((rows,), self.aspect), torch.full((rows,), int(self.loop)),
            known.flags.expand(rows, -1),
        )  # fmt: skip


def _predict(
    net: Denoiser, code: Tensor, level: float, question: Question, known: Known, guidance: Guidance
) -> Tensor:
    """The clean code (WIDTH,) that the network sees in a noisy one, guided."""
    rows = 2 if level <= guidance.high else 1
    seen = net(code.expand(rows, -1), torch.full((rows,), level), question.condition(known, rows))
    guided: Tensor = seen[0]
    if rows == 2:
        guided = seen[1] + guidance.strength * (seen[0] - seen[1])
    return guided


@torch.inference_mode()
def sample(
    net: Denoiser, question: Question, known: Known, generator: torch.Generator, steps: int,
    on_step: Callable[[Tensor], None], *, guidance: Guidance | None = None,
    draft: tuple[Tensor, float] | None = None,
) -> Tensor:  # fmt: skip
    """Sample one window's code (WIDTH,).

    Args:
        generator: where all noise comes from; on the CPU, so that it is the same everywhere.
        steps: denoising steps.
        on_step: sees the predicted clean code after each step.
        draft: a code to start from instead of noise, and the level (0..1) at which it is taken up
            (SDEdit: Meng et al., 2022).
    """
    guidance = guidance or Guidance()
    noise = torch.randn(WIDTH, generator=generator)
    code, first = (noise, 0.0)
    if draft is not None:
        code, first = draft[1] * draft[0] + (1 - draft[1]) * noise, draft[1]
    seen = code
    for here, there in pairwise(levels(steps, first)):
        code = torch.where(known.flags > 0, known.code, code)
        seen = _predict(net, code, here, question, known, guidance)
        seen = torch.where(known.flags > 0, known.code, seen)
        noise = (code - here * seen) / max(1 - here, LEAST_REST)
        renewed = guidance.renewed if there < _SETTLED else 0.0
        fresh = torch.randn(WIDTH, generator=generator)
        noise = (1 - renewed**2) ** 0.5 * noise + renewed * fresh
        code = there * seen + (1 - there) * noise
        on_step(seen)
    return seen
