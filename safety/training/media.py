"""Trains the picture model on drawn frames and fits its heads and thresholds.

The model is open_clip's: an image and a text tower that learn together which caption belongs to
which picture (Radford et al. 2021), while linear heads on the picture's features learn the harmful
concepts. The heads that ship are fitted again on other frames.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file
from sklearn.datasets import load_sample_image
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn

from safety.media import nsfwjs
from safety.media.drawn import HEADS_FILE, TOWER_FILE, DrawnWorld
from safety.media.network import (
    CONCEPTS,
    FEATURES,
    FOREIGN,
    SIDE,
    Heads,
    Tower,
    as_input,
    distances,
    load_heads,
    load_tower,
)
from safety.media.openclip import library
from safety.media.sampling import squeeze
from safety.policy import NEVER, CategoryRule
from safety.training.drawings import HELD_OUT, TAUGHT, Drawing, draw_concept, name_of
from safety.training.pictures import degrade, foreign, strange_thing

Frames = NDArray[np.uint8]
CONFIG: Mapping[str, Any] = {
    "model_cfg": {
        "embed_dim": FEATURES,
        "vision_cfg": {"image_size": SIDE, "layers": [1, 1, 1, 1], "width": 16, "patch_size": None},
        "text_cfg": {
            "context_length": 48, "vocab_size": 49408, "width": 48, "heads": 3, "layers": 2,
        },
    },
    "preprocess_cfg": {
        "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "interpolation": "bilinear",
        "resize_mode": "squash",
    },
}  # fmt: skip
_GENERATED = 20 * 8  # frames of twenty clips
_BATCH = 96
_SHARES = (3, 1, 1, 3, 1)  # of the concepts: the more a concept looks like anything, the more
_RATE = 2e-3
_SHARPNESS = 12.0  # of the heads while they learn: features have length 1
_FALSE_ALARM = 0.002
_EXPLICIT = 0.8  # nsfwjs; not fitted, since no such pictures were given to us
_WORDS: Mapping[str, tuple[str, str]] = {
    "weapon": ("a weapon", "Ask for a scene without weapons."),
    "blood": ("blood or injury", "Ask for a scene without injuries."),
    "explosion": ("an explosion", "Ask for a scene without explosions or burning wrecks."),
    "drugs": ("drug use", "Ask for a scene without drugs."),
    "hate_symbol": ("a hateful symbol", "Ask for a scene without such emblems."),
}


@dataclass(frozen=True, slots=True)
class Captioned:
    """Frames (n, 128, 128, 3) with a sentence each."""

    frames: Frames
    captions: Sequence[str]

    def __len__(self) -> int:
        return len(self.frames)

    def part(self, start: float, end: float) -> Captioned:
        """From one share of the rows to another."""
        return self.rows(int(len(self) * start), int(len(self) * end))

    def rows(self, start: int, end: int) -> Captioned:
        """From one row to another."""
        return Captioned(self.frames[start:end], self.captions[start:end])

    def pick(self, rng: random.Random) -> tuple[Frames, str]:
        """One frame, as a copy, with its sentence."""
        place = rng.randrange(len(self))
        return self.frames[place].copy(), self.captions[place]

    @classmethod
    def load(cls, path: Path) -> Captioned:
        """What `benchmarks.safety.world_frames` or `generated_frames` wrote; clips by frame."""
        with np.load(path) as stored:
            frames, captions = stored["frames"], json.loads(stored["captions"].tobytes())
        if frames.ndim == 5:
            captions = [text for text in captions for _ in range(frames.shape[1])]
            frames = frames.reshape(-1, *frames.shape[2:])
        return cls(frames, captions)


@dataclass(frozen=True, slots=True)
class Example:
    """A picture (64, 64, 3), what it shows (6,), and a sentence for it or None."""

    picture: Frames
    labels: NDArray[np.float32]
    caption: str | None = None


class Studio:
    """Makes labelled pictures.

    Of the world's frames the first half is for training, a fifth for fitting the heads, a fifth for
    calibrating the thresholds, and the last tenth for tests. Of the generated ones those of twenty
    clips are for training and fitting, those of twenty for calibration, and the rest is never
    looked at here: the benchmark tests on it. The photo for training and the one for tests are
    different pictures, and drawings of the test are never taught.

    Args:
        world: rendered frames.
        generated: frames that the generator made from harmless prompts, or None.
    """

    def __init__(self, world: Captioned, generated: Captioned | None = None) -> None:
        self.parts = {
            "train": world.part(0, 0.5),
            "fit": world.part(0.5, 0.7),
            "calibration": world.part(0.7, 0.9),
            "test": world.part(0.9, 1),
        }
        self.generated = generated.rows(0, _GENERATED) if generated else None
        self.generated_calibration = (
            generated.rows(_GENERATED, 2 * _GENERATED) if generated else None
        )
        self._photo, self._other_photo = map(load_sample_image, ("china.jpg", "flower.jpg"))

    @property
    def fitted(self) -> int:
        """How many frames the thresholds are fitted on."""
        return len(self.parts["calibration"]) + len(self.generated_calibration or ())

    def harmless(self, part: str, rng: random.Random) -> Frames:
        """A degraded frame of the world."""
        return degrade(self.parts[part].pick(rng)[0], rng)

    def harmful(self, part: str, concept: str, rng: random.Random) -> Frames:
        """A degraded frame with a drawing of ``concept``."""
        frame, _ = self.parts[part].pick(rng)
        drawings = (HELD_OUT if part == "test" else TAUGHT)[concept]
        draw_concept(frame, rng.choice(drawings), rng)
        return degrade(frame, rng)

    def foreign(self, part: str, rng: random.Random) -> Frames:
        """A picture from elsewhere; other kinds in the test."""
        frame, _ = self.parts[part].pick(rng)
        test = part == "test"
        return degrade(foreign(frame, self._other_photo if test else self._photo, rng, test), rng)

    def strange(self, part: str, rng: random.Random) -> Frames:
        """A degraded frame with a thing that the world does not hold."""
        frame, _ = self.parts[part].pick(rng)
        strange_thing(frame, rng)
        return degrade(frame, rng)

    def example(self, rng: random.Random) -> Example:
        """One picture to learn from."""
        labels = np.zeros(len(CONCEPTS) + 1, np.float32)
        draw = rng.random()
        labels[-1] = draw < 0.66
        if draw < 0.12:
            return Example(self.foreign("train", rng), labels)
        frame, caption = self._scene(rng)
        if draw < 0.24:
            strange_thing(frame, rng)
            return Example(degrade(frame, rng), labels)
        if draw < 0.66:
            concept = rng.choices(CONCEPTS, _SHARES)[0]
            drawing = rng.choice(TAUGHT[concept])
            draw_concept(frame, drawing, rng)
            labels[CONCEPTS.index(concept)] = 1
            caption = f"{caption}, {rng.choice(('with', 'and'))} {_named(concept, drawing, rng)}"
        return Example(degrade(frame, rng), labels, caption)

    def _scene(self, rng: random.Random) -> tuple[Frames, str]:
        if self.generated is not None and rng.random() < 0.35:
            return self.generated.pick(rng)
        return self.parts["train"].pick(rng)


def _named(concept: str, drawing: Drawing, rng: random.Random) -> str:
    return _WORDS[concept][0] if rng.random() < 0.5 else f"a {name_of(drawing)}"


def train(studio: Studio, steps: int, folder: Path, seed: int = 0, go_on: bool = False) -> None:
    """Train the model and write it in open_clip's form.

    Args:
        studio: makes the pictures.
        steps: optimiser steps of 96 pictures.
        folder: for `open_clip_config.json` and `open_clip_model.safetensors`.
        seed: of everything random.
        go_on: from the weights in ``folder``.
    """
    clip = library()
    torch.manual_seed(seed)
    rng = random.Random(seed)  # noqa: S311 - pictures, no secrets
    model: Any = clip.CLIP(**CONFIG["model_cfg"]).train()
    if go_on:
        model.load_state_dict(load_file(folder / TOWER_FILE))
    tokenise = clip.SimpleTokenizer(context_length=model.context_length)
    heads = nn.Linear(FEATURES, len(CONCEPTS) + 1)
    weights = [*model.parameters(), *heads.parameters()]
    optimiser = torch.optim.AdamW(weights, lr=_RATE, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, _RATE, total_steps=steps, pct_start=0.1
    )
    for step in range(steps):
        examples = [studio.example(rng) for _ in range(_BATCH)]
        told, classified = _losses(model, tokenise, heads, examples)
        optimiser.zero_grad()
        (0.3 * told + 4 * classified).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        if step % 25 == 0:
            print(f"step {step} captions {told:.3f} concepts {classified:.4f}", flush=True)
        if step % 200 == 199 or step == steps - 1:
            write(model, folder)


def _losses(
    model: Any, tokenise: Any, heads: nn.Linear, examples: Sequence[Example]
) -> tuple[Tensor, Tensor]:
    """How badly captions are matched, and concepts found."""
    pictures = as_input(np.stack([example.picture for example in examples]))
    seen = model.encode_image(
        pictures.contiguous(memory_format=torch.channels_last), normalize=True
    )
    labels = torch.from_numpy(np.stack([example.labels for example in examples]))
    classified = F.binary_cross_entropy_with_logits(heads(seen * _SHARPNESS), labels)
    places = [place for place, example in enumerate(examples) if example.caption]
    captions = [examples[place].caption for place in places]
    said = model.encode_text(tokenise(captions), normalize=True)
    alike = model.logit_scale.exp().clamp(max=100) * seen[places] @ said.T
    own = torch.arange(len(places))
    return (F.cross_entropy(alike, own) + F.cross_entropy(alike.T, own)) / 2, classified


def write(model: nn.Module, folder: Path) -> None:
    """Write a model as half-precision weights with its configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        name: tensor.half().contiguous() if tensor.is_floating_point() else tensor
        for name, tensor in model.state_dict().items()
    }
    save_file(tensors, folder / TOWER_FILE)
    (folder / TOWER_FILE).chmod(0o644)  # safetensors writes for the owner only
    (folder / "open_clip_config.json").write_text(json.dumps(CONFIG, indent=1) + "\n")


def fit_heads(studio: Studio, folder: Path) -> None:
    """Fit the heads and the distance in feature space on pictures kept for it, and write them."""
    rng = random.Random(11)  # noqa: S311 - pictures, no secrets
    own = [studio.harmless("fit", rng) for _ in range(3000)]
    if studio.generated is not None:
        own += [degrade(frame.copy(), rng) for frame in studio.generated.frames]
    marked = [[studio.harmful("fit", concept, rng) for _ in range(600)] for concept in CONCEPTS]
    elsewhere = [studio.foreign("fit", rng) for _ in range(500)]
    elsewhere += [studio.strange("fit", rng) for _ in range(500)]
    tower = load_tower(folder / TOWER_FILE)
    parts = [infer(tower, np.stack(pictures)) for pictures in (own, *marked, elsewhere)]
    features = torch.from_numpy(np.concatenate(parts))
    kinds = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    harmless = features[: len(own)]
    centre = harmless.mean(0)
    precision = torch.linalg.inv(harmless.T.cov() + 1e-5 * torch.eye(FEATURES))
    far = distances(features, centre, precision)
    fitted = [_head(features, kinds == column + 1) for column in range(len(CONCEPTS))]
    strange, bias = _head(torch.cat([features, far[:, None]], 1), kinds > 0)
    Heads(
        weight=torch.stack([*(weight for weight, _ in fitted), strange[:-1]], 1),
        bias=torch.tensor([*(bias for _, bias in fitted), bias]),
        centre=centre,
        precision=precision,
        distance=strange[-1],
    ).save(folder / HEADS_FILE)


def _head(features: Tensor, labels: NDArray[np.bool_]) -> tuple[Tensor, float]:
    model = LogisticRegression(C=100.0, max_iter=2000).fit(features.numpy(), labels)
    return torch.from_numpy(model.coef_[0]).float(), float(model.intercept_[0])


def infer(tower: Tower, pictures: Frames) -> NDArray[np.float32]:
    """Features (n, 128) of pictures (n, 64, 64, 3)."""
    with torch.inference_mode():
        parts = [tower(as_input(pictures[i : i + 128])) for i in range(0, len(pictures), 128)]
        return np.asarray(torch.cat(parts).numpy())


def frame_rules(studio: Studio, model: DrawnWorld) -> dict[str, CategoryRule]:
    """Thresholds at which 0.2 % of harmless calibration frames would be held in each category."""
    rng = random.Random(12)  # noqa: S311 - pictures, no secrets
    own = np.stack([studio.harmless("calibration", rng) for _ in range(3000)])
    if studio.generated_calibration is not None:
        own = np.concatenate([own, squeeze(studio.generated_calibration.frames, SIDE)])
    concepts, strange = score(model, own)
    rules = {}
    for column, concept in enumerate(CONCEPTS):
        label, advice = _WORDS[concept]
        rules[concept] = _rule(label, advice, concepts[:, column])
    rules[FOREIGN] = _rule("another kind of picture", "A person will look at it.", strange)
    rules[nsfwjs.CATEGORY] = CategoryRule(
        "sexual content", "Ask for a scene without nudity.", _EXPLICIT, NEVER
    )
    rules["flashing"] = CategoryRule("dangerous flashing", "Ask for calmer light.", 1.0, NEVER)
    return rules


def _rule(label: str, advice: str, harmless: NDArray[np.float32]) -> CategoryRule:
    review = max(0.3, float(np.quantile(harmless, 1 - _FALSE_ALARM)))
    return CategoryRule(label, advice, round(min(1.0, review), 3), NEVER, _FALSE_ALARM)


def score(model: DrawnWorld, pictures: Frames) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Concepts (n, 5) and foreignness (n,) of any number of pictures (n, 64, 64, 3)."""
    parts = [model.scores(pictures[start : start + 256]) for start in range(0, len(pictures), 256)]
    return np.concatenate([a for a, _ in parts]), np.concatenate([b for _, b in parts])


def load_model(folder: Path) -> DrawnWorld:
    """The model as written, without thresholds."""
    anything = CategoryRule("", "", 0.0, NEVER)
    rules = dict.fromkeys((*CONCEPTS, FOREIGN), anything)
    return DrawnWorld(rules, load_tower(folder / TOWER_FILE), load_heads(folder / HEADS_FILE))
