"""Trains the picture model on drawn frames.

The model is open_clip's: an image and a text tower that learn together which caption belongs to
which picture (Radford et al. 2021). Meanwhile linear heads learn the harmful concepts, one on the
features of the picture and one on each of its places, where the drawings tell what is where. What
ships is the running mean of the weights (Polyak & Juditsky 1992).
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from safety.media.drawn import HEADS_FILE, TOWER_FILE
from safety.media.network import CHANNELS, CONCEPTS, FEATURES, SIDE, Heads, as_input, load_heads
from safety.media.openclip import library
from safety.training.studio import UNSURE, Example, Studio

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
_OUTPUTS = len(CONCEPTS) + 1
_BATCH = 96
_RATE = 2e-3
_SHARPNESS = 12.0  # of the head while it learns: features have length 1
_MEMORY = 0.995  # of the running mean, a step
_WEIGHTS = (0.3, 2.0, 2.0, 2.0)  # of captions, picture, loudest place, places


class Learner(nn.Module):
    """The open_clip model, with the heads that teach it.

    Args:
        model: open_clip's, with a ResNet tower.
    """

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model
        self.whole = nn.Linear(FEATURES, _OUTPUTS)
        self.spots = nn.Linear(CHANNELS, _OUTPUTS)
        nn.init.constant_(self.spots.bias, -3.0)  # most places show nothing

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Pictures to features (n, 128), logits (n, 6), and logits of the places (n, 6, 6, 6)."""
        tower = self.model.visual
        maps = tower.layer3(tower.layer2(tower.layer1(tower.stem(pictures))))
        features = F.normalize(tower.attnpool(tower.layer4(maps)), dim=-1)
        return features, self.whole(features * _SHARPNESS), self.spots(maps.permute(0, 2, 3, 1))


def train(studio: Studio, steps: int, folder: Path, seed: int = 0, go_on: bool = False) -> None:
    """Train the model and write it in open_clip's form.

    Args:
        studio: makes the pictures.
        steps: optimiser steps of 96 pictures.
        folder: for `open_clip_config.json`, `open_clip_model.safetensors` and the heads.
        seed: of everything random.
        go_on: from the weights in ``folder``.
    """
    clip = library()
    torch.manual_seed(seed)
    rng = random.Random(seed)  # noqa: S311 - pictures, no secrets
    learner = Learner(clip.CLIP(**CONFIG["model_cfg"]).train())
    if go_on:
        _read(learner, folder)
    running: Any = get_ema_multi_avg_fn(_MEMORY)  # type: ignore[no-untyped-call]
    mean: Any = AveragedModel(learner, multi_avg_fn=running, use_buffers=True)
    tokenise = clip.SimpleTokenizer(context_length=learner.model.context_length)
    optimiser = torch.optim.AdamW(learner.parameters(), lr=_RATE, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, _RATE, total_steps=steps, pct_start=0.1
    )
    for step in range(steps):
        losses = _losses(learner, tokenise, _batch(studio, rng))
        optimiser.zero_grad()
        total = torch.stack(losses) @ torch.tensor(_WEIGHTS)
        total.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
        mean.update_parameters(learner)
        if step % 25 == 0:
            shown = " ".join(f"{loss.item():.4f}" for loss in losses)
            print(f"step {step} captions, picture, loudest place, places: {shown}", flush=True)
        if step % 200 == 199 or step == steps - 1:
            _write(mean.module, folder)


def _batch(studio: Studio, rng: random.Random) -> Sequence[Example]:
    examples: list[Example] = []
    while len(examples) < _BATCH:
        examples += studio.examples(rng)
    return examples


def _losses(learner: Learner, tokenise: Any, examples: Sequence[Example]) -> list[Tensor]:
    """How badly captions are matched, and concepts found: in the picture, at its loudest place, and
    at each of its places."""
    pictures = as_input(np.stack([example.picture for example in examples]))
    labels = torch.from_numpy(np.stack([example.labels for example in examples]))
    cells = torch.from_numpy(np.stack([example.cells for example in examples]))
    features, whole, spots = learner(pictures.contiguous(memory_format=torch.channels_last))
    sure = cells != UNSURE
    told = [place for place, example in enumerate(examples) if example.caption]
    captions = [examples[place].caption for place in told]
    said = learner.model.encode_text(tokenise(captions), normalize=True)
    alike = learner.model.logit_scale.exp().clamp(max=100) * features[told] @ said.T
    own = torch.arange(len(told))
    return [
        (F.cross_entropy(alike, own) + F.cross_entropy(alike.T, own)) / 2,
        F.binary_cross_entropy_with_logits(whole, labels),
        F.binary_cross_entropy_with_logits(spots.amax((1, 2)), labels),
        F.binary_cross_entropy_with_logits(spots[sure], cells[sure]),
    ]


def _write(learner: Learner, folder: Path) -> None:
    """Write the model as half-precision weights with its configuration, and the head of places."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        name: tensor.half().contiguous() if tensor.is_floating_point() else tensor
        for name, tensor in learner.model.state_dict().items()
    }
    save_file(tensors, folder / TOWER_FILE)
    (folder / TOWER_FILE).chmod(0o644)  # safetensors writes for the owner only
    (folder / "open_clip_config.json").write_text(json.dumps(CONFIG, indent=1) + "\n")
    spots = learner.spots
    Heads.unfitted(spots.weight.detach().T, spots.bias.detach()).save(folder / HEADS_FILE)


def _read(learner: Learner, folder: Path) -> None:
    learner.model.load_state_dict(load_file(folder / TOWER_FILE))
    heads = load_heads(folder / HEADS_FILE)
    learner.spots.load_state_dict({"weight": heads.place_weight.T, "bias": heads.place_bias})
