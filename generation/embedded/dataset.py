"""The training set of the denoiser: `python -m generation.embedded.dataset --out runs/data`.

What is slow to make is kept in the folder: `captions.json` (spec and caption of each example),
`text.npy` (all their tokens, one after the other, float16), `lengths.npy`, and `codes.pt` (the
codes of every stage and of many individual subjects). Paths are drawn anew for every batch, so no
two batches show the same clip.
"""

from __future__ import annotations

import argparse
import json
import random
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor

from generation.embedded.clipcode import (
    APPEARANCE,
    WIDTH,
    encode_light,
    encode_look,
    encode_track,
    given,
    join,
)
from generation.embedded.denoiser import ASPECTS, Condition
from generation.embedded.layers import Floats
from generation.embedded.layout import CANVASES, FPS, FRAMES, OVERLAP
from generation.embedded.text import MAX_TOKENS, TEXT_WIDTH, TextEncoder, TextFeatures
from generation.embedded.train_codec import (
    Individual,
    draw_shapes,
    draw_stages,
    load_trainee,
    stage_key,
    stage_keys,
)
from generation.embedded.world.captions import caption
from generation.embedded.world.render import (
    OUTLINES,
    Chances,
    finish_of,
    paints,
    stage_colours,
    track_of,
)
from generation.embedded.world.spec import Spec, sample_spec
from generation.embedded.world.subjects import Build

ASPECT_SHARES: Final = (0.6, 0.2, 0.2)
LOOP_SHARE: Final = 0.12
NO_PROMPT_SHARE: Final = 0.1
_WINDOW: Final = FRAMES / FPS
_INDIVIDUALS: Final = 100  # of each subject, outline and way of facing, about

# How often what is known: nothing, subject, subject and stage, a first frame, the first frames.
_KNOWN: Final = (
    (0.58, given()),
    (0.10, given("shape", "look")),
    (0.12, given(*APPEARANCE)),
    (0.08, given(*APPEARANCE, "start", first_frames=1)),
    (0.12, given(*APPEARANCE, "start", first_frames=OVERLAP)),
)
_CONTINUES: Final = len(_KNOWN) - 1


@dataclass(frozen=True, slots=True)
class Batch:
    """codes (B, WIDTH) and what they answer."""

    codes: Tensor
    condition: Condition


def build(out: Path, captions: int, codec_run: Path, seed: int) -> None:
    """Write captions, their encodings, and the codes of stages and individuals."""
    out.mkdir(parents=True, exist_ok=True)
    if not (out / "lengths.npy").exists():
        write_captions(out, captions, seed)
    write_codes(out, codec_run)


def write_captions(out: Path, count: int, seed: int) -> None:
    """Draw specs and captions, and encode the captions."""
    rng = random.Random(seed)  # noqa: S311 - pictures, not secrets
    specs = [sample_spec(rng) for _ in range(count)]
    texts = [caption(spec, rng) for spec in specs]
    encode, lengths = TextEncoder(), np.zeros(count, np.int32)
    pieces: list[np.ndarray | None] = [None] * count
    order = sorted(range(count), key=lambda i: len(texts[i]))  # little padding in a batch
    for at in range(0, count, 128):
        chosen = order[at : at + 128]
        with torch.autocast("cpu", torch.bfloat16):
            features = encode([texts[i] for i in chosen])
        for i, tokens, mask in zip(chosen, features.tokens, features.mask, strict=True):
            lengths[i] = int(mask.sum())
            pieces[i] = tokens[: lengths[i]].half().numpy()
    np.save(out / "text.npy", np.concatenate([p for p in pieces if p is not None]))
    examples = [{"spec": asdict(s), "caption": t} for s, t in zip(specs, texts, strict=True)]
    (out / "captions.json").write_text(json.dumps(examples))
    np.save(out / "lengths.npy", lengths)


def write_codes(out: Path, codec_run: Path) -> None:
    """Encode every stage and many individuals with the trained codec."""
    net, keys = load_trainee(codec_run), stage_keys()
    stages = []
    for at in range(0, len(keys), 24):
        coverage = torch.from_numpy(draw_stages(keys[at : at + 24])).float() / 255
        stages.append(net.encode_stages(coverage))
    individuals, about = [], []
    for chunk in range(_INDIVIDUALS):
        drawn, who = draw_shapes(60, seed=1_000 + chunk)
        individuals.append(net.encode_shapes(torch.from_numpy(drawn).float() / 255))
        about += [asdict(one) for one in who]
    codes = {"stages": torch.cat(stages), "shapes": torch.cat(individuals), "about": about}
    torch.save(codes, out / "codes.pt")


class ClipData:
    """The training set; a batch is a pure function of its seed.

    Raises FileNotFoundError if the folder has no training set.
    """

    def __init__(self, folder: Path) -> None:
        examples = json.loads((folder / "captions.json").read_text())
        self.specs = [Spec(**e["spec"]) for e in examples]
        self._lengths = np.load(folder / "lengths.npy")
        self._starts = np.concatenate([[0], np.cumsum(self._lengths)])
        self._text = np.load(folder / "text.npy", mmap_mode="r")
        codes = torch.load(folder / "codes.pt", weights_only=True)
        stages = codes["stages"].numpy()
        self._stages = {key: stages[i] for i, key in enumerate(stage_keys())}
        self._individuals: dict[tuple[str, float, int], list[tuple[Individual, Floats]]] = {}
        for about, code in zip(codes["about"], codes["shapes"].numpy(), strict=True):
            one = Individual(**{**about, "build": Build(**about["build"])})
            self._individuals.setdefault(one.kind, []).append((one, code))

    def text(self, chosen: list[int]) -> TextFeatures:
        """The encoded captions of some examples, padded to the longest."""
        longest = min(MAX_TOKENS, int(self._lengths[chosen].max()))
        tokens = np.zeros((len(chosen), longest, TEXT_WIDTH), np.float32)
        mask = np.zeros((len(chosen), longest), bool)
        for row, i in enumerate(chosen):
            length = int(self._lengths[i])
            tokens[row, :length] = self._text[self._starts[i] : self._starts[i] + length]
            mask[row, :length] = True
        return TextFeatures(torch.from_numpy(tokens), torch.from_numpy(mask))

    def individual(self, spec: Spec, facing: int, rng: random.Random) -> tuple[Individual, Floats]:
        """One of a spec's kind, and its code."""
        return rng.choice(self._individuals[(spec.subject, OUTLINES[spec.style], facing)])

    def stage(self, spec: Spec, aspect: str, sun_right: bool) -> Floats:
        """The code of a spec's stage."""
        code: Floats = self._stages[stage_key(spec, aspect, sun_right)]
        return code

    def code(self, spec: Spec, aspect: str, rng: random.Random, start: float, loop: bool) -> Floats:
        """The code of one clip of a spec that begins at `start` seconds."""
        canvas, chances = CANVASES[aspect], Chances.draw(rng)
        times = start + np.arange(FRAMES) / FPS
        track, facing = track_of(spec, chances, rng, times, canvas, _WINDOW if loop else None)
        begin, motion = encode_track(track, canvas)
        _, shape = self.individual(spec, facing, rng)
        return join({
            "stage": self.stage(spec, aspect, chances.sun_right),
            "light": encode_light(stage_colours(spec)),
            "shape": shape,
            "look": encode_look(paints(spec), finish_of(spec)),
            "start": begin, "motion": motion,
        })  # fmt: skip

    def batch(self, size: int, rng: random.Random) -> Batch:
        """Draw a batch; one prompt in ten is left out, for classifier-free guidance."""
        chosen = [rng.randrange(len(self.specs)) for _ in range(size)]
        aspects = rng.choices(range(len(ASPECTS)), ASPECT_SHARES, k=size)
        known = rng.choices(range(len(_KNOWN)), [share for share, _ in _KNOWN], k=size)
        loops = [k != _CONTINUES and rng.random() < LOOP_SHARE for k in known]
        codes = np.empty((size, WIDTH), np.float32)
        for row, i in enumerate(chosen):
            late = known[row] == _CONTINUES or (known[row] > 0 and rng.random() < 0.5)
            start = rng.uniform(0, 6) if late and not loops[row] else 0.0
            codes[row] = self.code(
                self.specs[i], ASPECTS[aspects[row]], rng, start, loop=loops[row]
            )
        condition = Condition(
            without_some(self.text(chosen), rng), torch.tensor(aspects),
            torch.tensor(loops).long(), torch.stack([_KNOWN[k][1] for k in known]),
        )  # fmt: skip
        return Batch(torch.from_numpy(codes), condition)


def without_some(text: TextFeatures, rng: random.Random) -> TextFeatures:
    """Blank some prompts (to a single zero token)."""
    blank = [rng.random() < NO_PROMPT_SHARE for _ in range(len(text.tokens))]
    text.tokens[blank] = 0
    text.mask[blank] = False
    text.mask[blank, 0] = True
    return text


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("runs/data"))
    parser.add_argument("--captions", type=int, default=40_000)
    parser.add_argument("--only-captions", action="store_true", help="before the codec is trained")
    parser.add_argument("--codec", type=Path, default=Path("runs/codec"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    if options.only_captions:
        write_captions(options.out, options.captions, options.seed)
    else:
        build(options.out, options.captions, options.codec, options.seed)
