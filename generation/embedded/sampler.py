"""From noise to a base clip: steps along the flow, with classifier-free guidance.

Each step keeps the predicted clean clip and renews part of the noise around it (the stochastic
samplers of Karras et al., "Elucidating the design space of diffusion models", 2022, carried over
to flows): that lets patches that disagree settle, where plain Euler steps keep the quarrel.

Guidance: Ho & Salimans, "Classifier-free diffusion guidance" (2022), on predicted pixels, and only
in the middle of the path (Kynkäänniemi et al., "Applying guidance in a limited interval", 2024).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import torch
from torch import Tensor

from generation.embedded.diffusion import LEAST_REST, given_tokens
from generation.embedded.grid import FRAMES, patchify, positions, unpatchify
from generation.embedded.model import ClipTransformer
from generation.embedded.text import TextFeatures

OVERLAP: Final = 4  # frames that a continuation is given
_SETTLED: Final = 0.95  # from this level on no noise is renewed


@dataclass(frozen=True, slots=True)
class Guidance:
    """How strongly to follow the prompt, from which to which level (0 noise, 1 clean), and what
    share of the noise each step renews."""

    strength: float = 3.0
    low: float = 0.1
    high: float = 0.9
    renewed: float = 0.3


def levels(steps: int) -> Tensor:
    """The levels (steps + 1,) from 0 to 1, closer together where the picture is decided."""
    even = torch.linspace(0, 1, steps + 1)
    return even / (even + 1.5 * (1 - even))


def both(text: TextFeatures, blank: TextFeatures) -> TextFeatures:
    """Stack a prompt and the empty prompt as a batch of two, padded to the longer one."""
    tokens, mask = torch.zeros(2, *text.tokens.shape[1:]), torch.zeros(2, text.mask.shape[1]).bool()
    tokens[0], mask[0] = text.tokens[0], text.mask[0]
    short = blank.mask.shape[1]
    tokens[1, :short], mask[1, :short] = blank.tokens[0], blank.mask[0]
    return TextFeatures(tokens, mask)


class Window:
    """Sampling of one window of FRAMES frames.

    Args:
        net: the transformer.
        generator: where all noise comes from; on the CPU, so that it is the same everywhere.
        texts: prompt and empty prompt from `both`.
        size: (width, height).
        known: (k, h, w, 3) given first frames in -1..1, k = 0 for none.
    """

    def __init__(
        self,
        net: ClipTransformer,
        texts: TextFeatures,
        size: tuple[int, int],
        known: Tensor,
        guidance: Guidance,
        generator: torch.Generator,
    ) -> None:
        self.net, self.texts, self.guidance = net, texts, guidance
        self.width, self.height = size
        self.known, self.generator = known, generator
        given = torch.zeros(2, FRAMES)
        given[:, : len(known)] = 1
        self.flags = given_tokens(given, self.height, self.width)
        self.place = positions(FRAMES, self.height, self.width)

    def _predict(self, clip: Tensor, level: float) -> Tensor:
        """The clean clip that the network sees in a noisy one, guided."""
        guided = self.guidance.low <= level <= self.guidance.high
        count = 2 if guided else 1
        text = TextFeatures(self.texts.tokens[:count], self.texts.mask[:count])
        tokens = self.net(
            patchify(clip[None]).expand(count, -1, -1),
            self.flags[:count], torch.full((count,), level), text, self.place,
        )  # fmt: skip
        seen = unpatchify(tokens, FRAMES, self.height, self.width)
        if not guided:
            return seen[0]
        return seen[1] + self.guidance.strength * (seen[0] - seen[1])

    @torch.inference_mode()
    def sample(self, steps: int) -> Iterator[Tensor]:
        """Yield the predicted clean clip (FRAMES,h,w,3) after each step; the last is the result."""
        noise, path = self._noise(), levels(steps).tolist()
        clip = noise
        for here, there in pairwise(path):
            clip = torch.cat([self.known, clip[len(self.known) :]])
            seen = self._predict(clip, here).clamp(-1.1, 1.1)
            noise = (clip - here * seen) / max(1 - here, LEAST_REST)
            renewed = self.guidance.renewed if there < _SETTLED else 0.0
            noise = (1 - renewed**2) ** 0.5 * noise + renewed * self._noise()
            clip = there * seen + (1 - there) * noise
            yield torch.cat([self.known, seen[len(self.known) :]]).clamp(-1, 1)

    def _noise(self) -> Tensor:
        shape = (FRAMES, self.height, self.width, 3)
        return torch.randn(shape, generator=self.generator)


def sample_clip(
    net: ClipTransformer, texts: TextFeatures, size: tuple[int, int], frames: int, seed: int,
    steps: int, guidance: Guidance, on_step: Callable[[Tensor], None],
) -> Tensor:  # fmt: skip
    """Sample a base clip of any length, each further window continuing the last frames.

    The noise comes from one CPU generator seeded by `seed`, so it is the same on every machine.
    `on_step` sees the window's predicted clip after each step.

    Returns (frames, h, w, 3) in -1..1.
    """
    width, height = size
    generator = torch.Generator().manual_seed(seed)
    clip = torch.zeros(0, height, width, 3)
    while len(clip) < frames:
        known = clip[-OVERLAP:]
        seen = known
        for seen in Window(net, texts, size, known, guidance, generator).sample(steps):
            on_step(seen)
        clip = torch.cat([clip, seen[len(known) :]])
    return clip[:frames]


def window_count(frames: int) -> int:
    """How many windows a clip of so many frames takes."""
    return 1 + max(0, -(-(frames - FRAMES) // (FRAMES - OVERLAP)))
