"""Sexual content on photographs and drawings: the MobileNetV2 of nsfwjs (Infinite Red, MIT).

Its weights ship as the 8-bit numbers of the npm package (`safety/training/nsfwjs.py` reads them);
these few lines run the network (Sandler et al. 2018, in Keras's layout) without TensorFlow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor

from safety.errors import ModelUnavailable, SafetyFailed
from safety.integrity import verified
from safety.media.sampling import sample
from safety.policy import DATA, CategoryRule, Policy
from safety.verdict import Decision, Finding

WEIGHTS = DATA / "nsfwjs" / "mobilenet_v2.safetensors"
MODEL = "media-nsfwjs"
CATEGORY = "sexual"
SIDE = 224
CLASSES = ("drawing", "hentai", "neutral", "porn", "sexy")
_EXPLICIT = [CLASSES.index("hentai"), CLASSES.index("porn")]
_HALVED = {1, 3, 6, 13}
"""Blocks that halve the picture."""

_BLOCKS = range(1, 17)
_SMALL = 1e-3  # added to variances by Keras's batch norm


class Network:
    """Pictures to the probabilities of five classes.

    Args:
        stored: every weight of the Keras model by name as 8-bit numbers, and as `NAME.range` the
            step and the lowest value that they stand for.
    """

    def __init__(self, stored: Mapping[str, Tensor]) -> None:
        self._weights = {
            name: tensor.float() * stored[f"{name}.range"][0] + stored[f"{name}.range"][1]
            for name, tensor in stored.items()
            if not name.endswith(".range")
        }
        self._folded = {"Conv1": self._fold("Conv1", "bn_Conv1", "kernel")}
        self._folded["Conv_1"] = self._fold("Conv_1", "Conv_1_bn", "kernel")
        for name in self._weights:
            layer, _, kernel = name.partition("/")
            if f"{layer}_BN/gamma" in self._weights:
                self._folded[layer] = self._fold(layer, f"{layer}_BN", kernel)

    def _fold(self, layer: str, norm: str, kernel: str) -> tuple[Tensor, Tensor]:
        weight = self._weights[f"{layer}/{kernel}"]
        order = (2, 3, 0, 1) if kernel == "depthwise_kernel" else (3, 2, 0, 1)
        gamma, beta, mean, spread = (
            self._weights[f"{norm}/{part}"]
            for part in ("gamma", "beta", "moving_mean", "moving_variance")
        )
        scale = gamma / (spread + _SMALL).sqrt()
        return weight.permute(order) * scale[:, None, None, None], beta - mean * scale

    def __call__(self, pictures: Tensor) -> Tensor:
        """Pictures (n, 3, 224, 224) in 0..1 to probabilities (n, 5)."""
        maps = F.relu6(self._conv("Conv1", pictures, halved=True))
        maps = self._separable("expanded_conv", maps)
        for number in _BLOCKS:
            name = f"block_{number}"
            inner = F.relu6(self._conv(f"{name}_expand", maps))
            inner = self._separable(name, inner, halved=number in _HALVED)
            maps = maps + inner if maps.shape == inner.shape else inner
        values = F.relu6(self._conv("Conv_1", maps)).mean((2, 3))
        values = F.relu(self._dense("dense_1", values))
        values = F.relu(self._dense("dense_2", values))
        return self._dense("dense_3", values).softmax(-1)

    def _separable(self, name: str, maps: Tensor, halved: bool = False) -> Tensor:
        deep = F.relu6(self._conv(f"{name}_depthwise", maps, halved))
        return self._conv(f"{name}_project", deep)

    def _conv(self, name: str, maps: Tensor, halved: bool = False) -> Tensor:
        kernel, bias = self._folded[name]
        groups = maps.shape[1] // kernel.shape[1]
        if halved:  # Keras pads on the far side only
            return F.conv2d(F.pad(maps, (0, 1, 0, 1)), kernel, bias, stride=2, groups=groups)
        return F.conv2d(maps, kernel, bias, padding=kernel.shape[-1] // 2, groups=groups)

    def _dense(self, name: str, values: Tensor) -> Tensor:
        return values @ self._weights[f"{name}/kernel"] + self._weights[f"{name}/bias"]


class Nsfwjs:
    """Sexual content, the strongest frame counting.

    Args:
        rule: of the category "sexual" for frames.
        network: the converted network.
    """

    name = "nsfwjs"

    def __init__(self, rule: CategoryRule, network: Network) -> None:
        self._rule = rule
        self._network = network

    @classmethod
    def load(cls, policy: Policy, path: Path = WEIGHTS) -> Nsfwjs:
        """The network that ships, once its file is the one that the policy names.

        Raises:
            ModelUnavailable: the file is missing, changed or unreadable.
            SafetyFailed: the policy has no threshold for what it finds.
        """
        if CATEGORY not in policy.frames:
            raise SafetyFailed(f"The policy has no thresholds for {CATEGORY}.")
        path = verified(MODEL, path, policy.models)
        try:
            network = Network(load_file(path))
        except Exception as error:
            raise ModelUnavailable(f"The picture model {path.name} cannot be read.") from error
        return cls(policy.frames[CATEGORY], network)

    def find(self, frames: NDArray[np.uint8], fps: int) -> Sequence[Finding]:
        """At most one finding.

        Raises:
            SafetyFailed: a score is not a number.
        """
        chosen = sample(frames, fps, SIDE)
        scores = self.scores(chosen.frames)[:, _EXPLICIT].sum(1)
        if not np.isfinite(scores).all():
            raise SafetyFailed("nsfwjs gave no usable score.")
        score = min(1.0, float(scores.max()))
        decision = self._rule.decide(score, agreed=False)  # one classifier never blocks alone
        if decision is Decision.ALLOW:
            return []
        seconds = chosen.seconds(scores >= self._rule.review)
        reason = f"Some frames may show {self._rule.label} ({score:.0%} sure). {self._rule.advice}"
        return [
            Finding(CATEGORY, score, decision, self.name, reason, None, "frames", seconds),
        ]

    def scores(self, frames: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Probabilities (n, 5) of the classes for frames (n, 224, 224, 3)."""
        with torch.inference_mode():
            pictures = torch.from_numpy(frames).permute(0, 3, 1, 2).float().div(255)
            return np.asarray(self._network(pictures).numpy())
