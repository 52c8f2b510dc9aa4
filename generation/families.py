"""What has to be known of each family of video models beyond its pipeline's own signature.

Frame rules, sizes, steps and guidance are those of each model's published examples, as diffusers'
documentation gives them; docs/models.md lists sources, licences and memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from generation.request import Aspect

_RATIOS: Final[Mapping[Aspect, float]] = {
    Aspect.SQUARE: 1.0,
    Aspect.LANDSCAPE: 16 / 9,
    Aspect.PORTRAIT: 9 / 16,
}


@dataclass(frozen=True, slots=True)
class Family:
    """A family of text-to-video models.

    Attributes:
        fps: frames per second that it was trained at.
        stride, offset: it makes stride·n + offset frames.
        most_frames: the longest clip that holds together.
        multiple: width and height are multiples of it.
        area: pixels of the picture that it does best.
        steps, guidance: denoising steps and guidance scale.
    """

    fps: int
    stride: int
    offset: int
    most_frames: int
    multiple: int
    area: int
    steps: int
    guidance: float

    def frames(self, seconds: float) -> int:
        """The number of frames that the family can make nearest to a length."""
        count = max(1, round((seconds * self.fps - self.offset) / self.stride))
        most = (self.most_frames - self.offset) // self.stride
        return min(count, most) * self.stride + self.offset

    def size(self, aspect: Aspect) -> tuple[int, int]:
        """(width, height) of an aspect, in the family's multiples."""
        ratio = _RATIOS[aspect]
        width, height = (self.area * ratio) ** 0.5, (self.area / ratio) ** 0.5
        return self._snap(width), self._snap(height)

    def _snap(self, side: float) -> int:
        return max(1, round(side / self.multiple)) * self.multiple


FAMILIES: Final[Mapping[str, Family]] = {
    "WanPipeline": Family(16, 4, 1, 81, 16, 832 * 480, 40, 5.0),
    "SkyReelsV2Pipeline": Family(24, 4, 1, 97, 16, 960 * 544, 40, 6.0),
    "LTXPipeline": Family(25, 8, 1, 257, 32, 704 * 480, 30, 3.0),
    "CogVideoXPipeline": Family(8, 8, 1, 49, 16, 720 * 480, 50, 6.0),
    "HunyuanVideoPipeline": Family(24, 4, 1, 129, 16, 960 * 544, 50, 6.0),
    "MochiPipeline": Family(30, 6, 1, 163, 16, 848 * 480, 64, 4.5),
}
