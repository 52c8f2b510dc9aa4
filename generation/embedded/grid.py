"""The sizes of the embedded model's clips, and the cutting of clips into tokens."""

from __future__ import annotations

from typing import Final

import torch

FRAMES: Final = 16  # frames in one window
FPS: Final = 8  # of the base clip
PATCH: Final = 8  # pixels on a side of a token
PATCH_FRAMES: Final = 4  # frames in a token
CHANNELS: Final = PATCH_FRAMES * PATCH * PATCH * 3  # numbers in a token

# Base sizes (width, height) by aspect name; each is delivered 16 times as large.
BASE_SIZES: Final[dict[str, tuple[int, int]]] = {
    "1:1": (32, 32),
    "16:9": (40, 24),
    "9:16": (24, 40),
}


def patchify(clips: torch.Tensor) -> torch.Tensor:
    """(B, T, h, w, 3) to tokens (B, S, CHANNELS), ordered by time, row, column."""
    b, t, h, w, c = clips.shape
    cut = clips.reshape(b, t // PATCH_FRAMES, PATCH_FRAMES, h // PATCH, PATCH, w // PATCH, PATCH, c)
    return cut.permute(0, 1, 3, 5, 2, 4, 6, 7).reshape(b, -1, CHANNELS)


def unpatchify(tokens: torch.Tensor, frames: int, height: int, width: int) -> torch.Tensor:
    """The inverse of `patchify`, to (B, frames, height, width, 3)."""
    b = tokens.shape[0]
    grid = (b, frames // PATCH_FRAMES, height // PATCH, width // PATCH)
    cut = tokens.reshape(*grid, PATCH_FRAMES, PATCH, PATCH, 3)
    return cut.permute(0, 1, 4, 2, 5, 3, 6, 7).reshape(b, frames, height, width, 3)


def positions(frames: int, height: int, width: int, first_frame: int = 0) -> torch.Tensor:
    """Coordinates (S, 5) of a window's tokens: time, centred row and column, relative row, column.

    Centred ones are in canvas units (the picture's area is 1), relative ones are shares of the
    side, so that what hangs on size and what hangs on layout can both be learned once for all
    aspects.
    """
    t = torch.arange(first_frame // PATCH_FRAMES, (first_frame + frames) // PATCH_FRAMES).float()
    y = (torch.arange(height // PATCH) + 0.5) * PATCH
    x = (torch.arange(width // PATCH) + 0.5) * PATCH
    unit = (height * width) ** 0.5
    grid = torch.stack(torch.meshgrid(t, y, x, indexing="ij"), -1).reshape(-1, 3)
    t, y, x = grid.unbind(1)
    return torch.stack(
        [t / 4, (y - height / 2) / unit, (x - width / 2) / unit, y / height, x / width], 1
    )
