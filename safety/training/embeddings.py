"""Embeddings kept on disk by the text's hash, so that a second training run costs seconds."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from safety.prompt.encoder import DIMENSIONS, MiniLM

_BATCH = 32


class EmbeddingCache:
    """A grow-only file of (text hash, vector) pairs beside the training run's other files."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._vectors: dict[bytes, NDArray[np.float16]] = {}
        if path.exists():
            with np.load(path) as stored:
                self._vectors = dict(
                    zip((bytes(key) for key in stored["keys"]), stored["vectors"], strict=True)
                )

    def encode(self, encoder: MiniLM, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of ``texts``, shape (n, 384); only unseen texts are computed."""
        keys = [_key(text) for text in texts]
        missing = {k: t for k, t in zip(keys, texts, strict=True) if k not in self._vectors}
        by_length = sorted(missing.items(), key=lambda item: len(item[1]))
        for start in range(0, len(by_length), _BATCH):
            batch = by_length[start : start + _BATCH]
            vectors = encoder.encode([text for _, text in batch]).astype(np.float16)
            self._vectors.update(zip((key for key, _ in batch), vectors, strict=True))
        if missing:
            self._save()
        if not keys:
            return np.zeros((0, DIMENSIONS), np.float32)
        return np.stack([self._vectors[key] for key in keys]).astype(np.float32)

    def remembered(self, encoder: MiniLM, texts: Sequence[str]) -> NDArray[np.float32]:
        """As :meth:`encode`, but what is new is not kept, and costs as in production."""
        known = [self._vectors.get(_key(text)) for text in texts]
        new = [text for text, vector in zip(texts, known, strict=True) if vector is None]
        computed = iter(encoder.encode(new))
        rows = [next(computed) if vector is None else vector for vector in known]
        return np.asarray(rows, np.float32).reshape(-1, DIMENSIONS)

    def _save(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        keys = np.frombuffer(b"".join(self._vectors), np.uint8).reshape(-1, 16)
        np.savez(self._path, keys=keys, vectors=np.stack(list(self._vectors.values())))


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "replace")).digest()[:16]
