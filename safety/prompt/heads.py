"""The trained heads as arrays: two views of a text, one probability per category from both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from safety.errors import ModelUnavailable
from safety.prompt.features import Vocabulary

Array = NDArray[np.float32]

WORDING, MEANING = 0, 1


def sigmoid(logits: Array) -> Array:
    """Logistic function, element-wise."""
    return (1.0 / (1.0 + np.exp(-np.clip(logits, -30, 30)))).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Heads:
    """Linear heads on TF-IDF ("wording"), linear and one-layer heads on MiniLM ("meaning").

    Attributes:
        categories: C names.
        vocabulary: of the wording view, V columns.
        wording, wording_bias: (V, C), (C,).
        linear, linear_bias: (384, C), (C,).
        hidden, hidden_bias, output, output_bias: (384, H), (H,), (H, C), (C,).
        views: Platt scaling of each view alone, (2, C, 2): slope, offset.
        joint: logistic regression on the logits of both views for all categories, (C, 2C + 1):
            wording, meaning, offset. What a text is not, and harm in general, count too.
    """

    categories: tuple[str, ...]
    vocabulary: Vocabulary
    wording: Array
    wording_bias: Array
    linear: Array
    linear_bias: Array
    hidden: Array
    hidden_bias: Array
    output: Array
    output_bias: Array
    views: Array
    joint: Array

    def wording_logits(self, features: Sequence[str]) -> Array:
        """Raw logits of the wording view, (C,)."""
        vector = self.vocabulary.vector(features)
        columns = np.fromiter(vector.keys(), np.int64, len(vector))
        values = np.fromiter(vector.values(), np.float32, len(vector))
        return np.asarray(values @ self.wording[columns] + self.wording_bias, np.float32)

    def meaning_logits(self, embeddings: Array) -> Array:
        """Raw logits of the meaning view for (n, 384) unit vectors, (n, C)."""
        straight = embeddings @ self.linear + self.linear_bias
        bent = np.maximum(embeddings @ self.hidden + self.hidden_bias, 0) @ self.output
        return np.asarray((straight + bent + self.output_bias) / 2, np.float32)

    def probabilities(self, wording: Array, meaning: Array) -> tuple[Array, Array]:
        """Calibrated probabilities from raw logits (n, C): jointly (n, C), by view (2, n, C)."""
        both = np.concatenate([wording, meaning], 1)
        joint = both @ self.joint[:, :-1].T + self.joint[:, -1]
        views = np.stack([wording, meaning]) * self.views[:, None, :, 0] + self.views[:, None, :, 1]
        return sigmoid(joint), sigmoid(views)

    def save(self, path: Path) -> None:
        """Write as npz; big matrices as float16."""
        keys = "\n".join(sorted(self.vocabulary.index, key=self.vocabulary.index.__getitem__))
        np.savez_compressed(
            path,
            categories=np.frombuffer("\n".join(self.categories).encode(), np.uint8),
            keys=np.frombuffer(keys.encode(), np.uint8),
            idf=self.vocabulary.idf.astype(np.float16),
            wording=self.wording.astype(np.float16),
            wording_bias=self.wording_bias,
            linear=self.linear.astype(np.float16),
            linear_bias=self.linear_bias,
            hidden=self.hidden.astype(np.float16),
            hidden_bias=self.hidden_bias,
            output=self.output.astype(np.float16),
            output_bias=self.output_bias,
            views=self.views,
            joint=self.joint,
        )

    @classmethod
    def load(cls, path: Path) -> Heads:
        """Read what :meth:`save` wrote.

        Raises:
            ModelUnavailable: the file is unreadable or its shapes do not fit together.
        """
        try:
            with np.load(path, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            keys = arrays.pop("keys").tobytes().decode().split("\n")
            categories = tuple(arrays.pop("categories").tobytes().decode().split("\n"))
            single = {name: array.astype(np.float32) for name, array in arrays.items()}
            vocabulary = Vocabulary({key: i for i, key in enumerate(keys)}, single.pop("idf"))
            heads = cls(categories=categories, vocabulary=vocabulary, **single)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelUnavailable(f"The heads in {path.name} cannot be read.") from error
        heads._check()
        return heads

    def _check(self) -> None:
        count, wide = len(self.categories), len(self.vocabulary.index)
        sound = (
            self.wording.shape == (wide, count)
            and self.vocabulary.idf.shape == (wide,)
            and self.linear.shape[1] == self.output.shape[1] == count
            and self.views.shape == (2, count, 2)
            and self.joint.shape == (count, 2 * count + 1)
            and all(
                np.isfinite(array).all()
                for array in (self.wording, self.linear, self.hidden, self.output, self.joint)
            )
        )
        if not sound:
            raise ModelUnavailable("The heads do not fit together.")
