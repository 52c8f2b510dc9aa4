"""From noise to a base clip: Euler steps along the flow, with classifier-free guidance.

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


@dataclass(frozen=True, slots=True)
class Guidance:
    """How strongly to follow the prompt, and from which to which level (0 noise, 1 clean)."""

    strength: float = 3.0
    low: float = 0.05
    high: float = 0.9


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
        texts: prompt and empty prompt from `both`.
        noise: (FRAMES, h, w, 3) standard normal.
        known: (k, h, w, 3) given first frames in -1..1, k = 0 for none.
    """

    def __init__(
        self, net: ClipTransformer, texts: TextFeatures, noise: Tensor, known: Tensor,
        guidance: Guidance,
    ) -> None:  # fmt: skip
        self.net, self.texts, self.guidance = net, texts, guidance
        _, self.height, self.width, _ = noise.shape
        self.known, self.noise = known, noise
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
        clip, path = self.noise.clone(), levels(steps).tolist()
        for here, there in pairwise(path):
            clip[: len(self.known)] = self.known
            seen = self._predict(clip, here).clamp(-1.1, 1.1)
            clip = clip + (there - here) / max(1 - here, LEAST_REST) * (seen - clip)
            seen[: len(self.known)] = self.known
            yield seen.clamp(-1, 1)


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
        noise = torch.randn(FRAMES, height, width, 3, generator=generator)
        seen = noise
        for seen in Window(net, texts, noise, known, guidance).sample(steps):
            on_step(seen)
        clip = torch.cat([clip, seen[len(known) :]])
    return clip[:frames]


def window_count(frames: int) -> int:
    """How many windows a clip of so many frames takes."""
    return 1 + max(0, -(-(frames - FRAMES) // (FRAMES - OVERLAP)))
