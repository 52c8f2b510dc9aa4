"""Sizes and times of the embedded model's clips."""

from __future__ import annotations

from typing import Final

SIZES: Final[dict[str, tuple[int, int]]] = {  # width, height as delivered
    "1:1": (512, 512),
    "16:9": (640, 384),
    "9:16": (384, 640),
}
CANVASES: Final[dict[str, tuple[float, float]]] = {  # the same in units: the area is 1
    name: (w / (w * h) ** 0.5, h / (w * h) ** 0.5) for name, (w, h) in SIZES.items()
}
FPS: Final = 24
FRAMES: Final = 48  # in one window
OVERLAP: Final = 12  # of these, given to a window that continues another
