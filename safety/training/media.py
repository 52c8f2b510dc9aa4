"""Trains the picture classifier on drawn frames and fits the thresholds for frames."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from sklearn.datasets import load_sample_image
from sklearn.linear_model import LogisticRegression

from safety.media.drawn import WEIGHTS, DrawnWorld
from safety.media.network import (
    CONCEPTS,
    FEATURES,
    FOREIGN,
    SIDE,
    PictureNetwork,
    as_input,
    load,
    save,
)
from safety.policy import NEVER, CategoryRule
from safety.training.drawings import HELD_OUT, TAUGHT, draw_concept
from safety.training.pictures import confused, degrade, foreign

Frames = NDArray[np.uint8]
_BATCH = 96
_FALSE_ALARM = 0.002
_WORDS: Mapping[str, tuple[str, str]] = {
    "weapon": ("a weapon", "Ask for a scene without weapons."),
    "blood": ("blood or injury", "Ask for a scene without injuries."),
    "explosion": ("an explosion", "Ask for a scene without explosions or burning wrecks."),
    "drugs": ("drug use", "Ask for a scene without drugs."),
    "hate_symbol": ("a hateful symbol", "Ask for a scene without such emblems."),
}


@dataclass(frozen=True, slots=True)
class Scores:
    """Answers for one set of pictures: concepts (n, 5), foreignness (n,)."""

    concepts: NDArray[np.float32]
    foreign: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Outputs:
    """Generated frames (n, 128, 128, 3) by part, split by clip; None without any."""

    train: Frames | None = None
    calibration: Frames | None = None
    test: Frames | None = None

    @classmethod
    def of(cls, clips: Frames | None) -> Outputs:
        """Split (N, F, 128, 128, 3) into two fifths, two fifths and one fifth of the clips."""
        if clips is None:
            return cls()
        first, second = int(len(clips) * 0.4), int(len(clips) * 0.8)
        parts = (clips[:first], clips[first:second], clips[second:])
        return cls(*(part.reshape(-1, *part.shape[2:]) for part in parts))


class Studio:
    """Makes labelled pictures from world frames (N, 128, 128, 3).

    The last tenth of the frames is kept for tests, the tenth before for calibration. The photo for
    training and the one for tests are different pictures.
    """

    def __init__(self, world: Frames) -> None:
        cut, end = int(len(world) * 0.8), int(len(world) * 0.9)
        self.parts = {"train": world[:cut], "calibration": world[cut:end], "test": world[end:]}
        self._photos = {
            "train": load_sample_image("china.jpg"),
            "calibration": load_sample_image("china.jpg"),
            "test": load_sample_image("flower.jpg"),
        }

    def harmless(self, part: str, rng: random.Random) -> Frames:
        """A degraded frame of the world, now and then with confused tokens."""
        frame = self._frame(part, rng)
        if rng.random() < 0.3:
            frame = confused(frame, self._frame(part, rng), rng)
        return degrade(frame, rng)

    def harmful(self, part: str, concept: str, rng: random.Random) -> Frames:
        """A degraded frame with a drawing of ``concept``; drawings of the test are never taught."""
        frame = self._frame(part, rng)
        drawings = (HELD_OUT if part == "test" else TAUGHT)[concept]
        draw_concept(frame, rng.choice(drawings), rng)
        return degrade(frame, rng, strength=0.6)

    def foreign(self, part: str, rng: random.Random) -> Frames:
        """A picture from elsewhere; other kinds in the test."""
        picture = foreign(self._frame(part, rng), self._photos[part], rng, part == "test")
        return degrade(picture, rng, strength=0.5)

    def _frame(self, part: str, rng: random.Random) -> Frames:
        frames: Frames = self.parts[part][rng.randrange(len(self.parts[part]))]
        return frames.copy()


def train(
    world: Frames,
    outputs: Frames | None,
    steps: int,
    seed: int = 0,
    network: PictureNetwork | None = None,
) -> PictureNetwork:
    """Train the network.

    Args:
        world: rendered frames (N, 128, 128, 3).
        outputs: frames that the generator made from harmless prompts, (M, 128, 128, 3), or None.
        steps: optimiser steps of 96 pictures.
        seed: of everything random.
        network: goes on from these weights, at half the learning rate.
    """
    torch.manual_seed(seed)
    rng = random.Random(seed)  # noqa: S311 - pictures, no secrets
    studio = Studio(world)
    rate = 2e-3 if network is None else 1e-3
    network = PictureNetwork() if network is None else network.train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps)
    for step in range(steps):
        pictures, labels = _batch(studio, outputs, rng)
        logits, _ = network(as_input(pictures))
        loss = F.binary_cross_entropy_with_logits(logits, torch.from_numpy(labels))
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        if step % 50 == 0:
            print(f"step {step} loss {loss.item():.4f}", flush=True)
    return network.eval()


def _batch(
    studio: Studio, outputs: Frames | None, rng: random.Random
) -> tuple[Frames, NDArray[np.float32]]:
    pictures: list[Frames] = []
    labels = np.zeros((_BATCH, len(CONCEPTS) + 1), np.float32)
    for index in range(_BATCH):
        draw = rng.random()
        if draw < 0.42:
            column = rng.randrange(len(CONCEPTS))
            labels[index, column] = 1
            pictures.append(_with_concept(studio, outputs, CONCEPTS[column], rng))
        elif draw < 0.60:
            labels[index, -1] = 1
            pictures.append(studio.foreign("train", rng))
        elif outputs is not None and draw < 0.78:
            pictures.append(degrade(outputs[rng.randrange(len(outputs))].copy(), rng, 0.3))
        else:
            pictures.append(studio.harmless("train", rng))
    return np.stack(pictures), labels


def _with_concept(
    studio: Studio, outputs: Frames | None, concept: str, rng: random.Random
) -> Frames:
    if outputs is None or rng.random() < 0.7:
        return studio.harmful("train", concept, rng)
    frame = outputs[rng.randrange(len(outputs))].copy()
    draw_concept(frame, rng.choice(TAUGHT[concept]), rng)
    return degrade(frame, rng, 0.5)


def finish(network: PictureNetwork, world: Frames, outputs: Frames | None, path: Path) -> None:
    """Fit calibration and the feature-space distance on the calibration part, and write all."""
    studio, rng = Studio(world), random.Random(11)  # noqa: S311 - pictures, no secrets
    harmless = [studio.harmless("calibration", rng) for _ in range(1200)]
    if outputs is not None:
        harmless += [degrade(frame.copy(), rng, 0.2) for frame in outputs]
    own = np.stack(harmless)
    marked = {
        concept: np.stack([studio.harmful("calibration", concept, rng) for _ in range(250)])
        for concept in CONCEPTS
    }
    strange = np.stack([studio.foreign("calibration", rng) for _ in range(400)])
    sets = [own, *marked.values(), strange]
    logits = [infer(network, pictures)[0] for pictures in sets]
    calibration = np.stack([_platt(logits, column) for column in range(len(CONCEPTS) + 1)], 1)
    features = infer(network, np.concatenate([own, *marked.values()]))[1].astype(np.float64)
    centre = features.mean(0)
    spread = np.cov(features.T) + 1e-3 * np.eye(FEATURES)
    precision = np.linalg.inv(spread)
    distances = np.einsum("ni,ij,nj->n", features - centre, precision, features - centre)
    extras = {
        "centre": torch.from_numpy(centre.astype(np.float32)),
        "precision": torch.from_numpy(precision.astype(np.float32)),
        "scale": torch.tensor(float(np.quantile(distances, 0.999))),
        "calibration": torch.from_numpy(calibration),
    }
    save(network, extras, path)


def infer(
    network: PictureNetwork, pictures: Frames
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Logits (n, 6) and features (n, 256)."""
    parts = []
    with torch.inference_mode():
        for start in range(0, len(pictures), 128):
            parts.append(network(as_input(pictures[start : start + 128])))
    return (
        torch.cat([logits for logits, _ in parts]).numpy(),
        torch.cat([features for _, features in parts]).numpy(),
    )


def _platt(logits: Sequence[NDArray[np.float32]], column: int) -> NDArray[np.float32]:
    values = np.concatenate(logits)[:, column, None]
    labels = np.concatenate([np.full(len(part), n == column + 1) for n, part in enumerate(logits)])
    model = LogisticRegression(C=10.0, class_weight="balanced").fit(values, labels)
    return np.array([model.coef_[0, 0], model.intercept_[0]], np.float32)


def frame_rules(
    world: Frames, outputs: Frames | None, path: Path = WEIGHTS
) -> dict[str, CategoryRule]:
    """Thresholds at which 0.2 % of harmless calibration frames would be held in each category."""
    model = load_model(path)
    studio, rng = Studio(world), random.Random(12)  # noqa: S311 - pictures, no secrets
    own = [studio.harmless("calibration", rng) for _ in range(2000)]
    if outputs is not None:
        own += [cv2.resize(frame, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for frame in outputs]
    scores = score(model, np.stack(own))
    rules = {}
    for column, concept in enumerate(CONCEPTS):
        label, advice = _WORDS[concept]
        review = max(0.3, float(np.quantile(scores.concepts[:, column], 1 - _FALSE_ALARM)))
        rules[concept] = CategoryRule(
            label, advice, round(min(1.0, review), 3), NEVER, _FALSE_ALARM
        )
    far = max(0.5, float(np.quantile(scores.foreign, 1 - _FALSE_ALARM)))
    rules[FOREIGN] = CategoryRule(
        "another kind of picture", "A person will look at it.", round(far, 3), NEVER, _FALSE_ALARM
    )
    rules["flashing"] = CategoryRule("dangerous flashing", "Ask for calmer light.", 1.0, NEVER)
    return rules


def score(model: DrawnWorld, pictures: Frames) -> Scores:
    """Scores of any number of pictures (n, 64, 64, 3)."""
    parts = [model.scores(pictures[start : start + 256]) for start in range(0, len(pictures), 256)]
    return Scores(np.concatenate([a for a, _ in parts]), np.concatenate([b for _, b in parts]))


def load_model(path: Path = WEIGHTS) -> DrawnWorld:
    """The classifier as written, without thresholds."""
    anything = CategoryRule("", "", 0.0, NEVER)
    return DrawnWorld(dict.fromkeys((*CONCEPTS, FOREIGN), anything), *load(path))
