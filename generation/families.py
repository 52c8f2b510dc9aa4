"""What has to be known of each family of video models beyond its pipelines' own signatures.

A family is one kind of checkpoint. Its components serve one or more of diffusers' pipelines (a
text-to-video checkpoint of Wan can also redraw clips, for instance), each asked in its own way.
Frame rules, sizes and rates are those of each model's published examples, as diffusers'
documentation gives them; docs/models.md lists sources, licences and memory. How fast and how well
a family is run is in `generation.settings`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from generation.request import Ability, Aspect

_RATIOS: Final[Mapping[Aspect, float]] = {
    Aspect.SQUARE: 1.0,
    Aspect.LANDSCAPE: 16 / 9,
    Aspect.PORTRAIT: 9 / 16,
}


class Way(StrEnum):
    """How a pipeline is asked, apart from the prompt."""

    TEXT = "text"  # nothing else
    IMAGE = "image"  # a first picture, and a last one where the model knows what to do with it
    CLIP = "clip"  # a clip and a strength
    MASK = "mask"  # frames to keep and frames to fill in, told apart by a mask
    CONDITIONS = "conditions"  # pictures and clips, each at a place in time


class Last(StrEnum):
    """Whether a pipeline asked by IMAGE knows what to do with a last picture.

    Wan 2.1's image-to-video models look at pictures through CLIP, and only those trained for first
    and last have a position embedding for the pair, which then always has to be a pair. Wan 2.2's
    see both pictures through the VAE.
    """

    NO = "no"
    MAY = "may"
    MUST = "must"


_ABILITIES: Final[Mapping[Way, frozenset[Ability]]] = {
    Way.TEXT: frozenset(),
    Way.IMAGE: frozenset({Ability.FIRST_FRAME, Ability.CONTINUE}),
    Way.CLIP: frozenset({Ability.RESTYLE}),
    Way.MASK: frozenset(
        {Ability.FIRST_FRAME, Ability.LAST_FRAME, Ability.CONTINUE, Ability.LOOP},
    ),
    Way.CONDITIONS: frozenset(
        {Ability.FIRST_FRAME, Ability.LAST_FRAME, Ability.CONTINUE, Ability.LOOP, Ability.RESTYLE}
    ),
}
FROM_TEXT: Final = frozenset({Way.TEXT, Way.MASK, Way.CONDITIONS})


@dataclass(frozen=True, slots=True)
class Family:
    """A family of video models.

    Attributes:
        fps: frames per second that it was trained at.
        stride, offset: it makes stride·n + offset frames.
        most_frames: the longest clip that holds together.
        multiple: width and height are multiples of it.
        area: pixels of the picture that it does best.
        ways: how it can be asked, and the pipeline's class for each way.
        last: whether its IMAGE way takes a last picture.
        only_size: (width, height), where the model can draw no other.
        fixed: arguments that its publisher gives in every call.
    """

    fps: int
    stride: int
    offset: int
    most_frames: int
    multiple: int
    area: int
    ways: Mapping[Way, str]
    last: Last = Last.NO
    only_size: tuple[int, int] | None = None
    fixed: Mapping[str, Any] = field(default_factory=dict)

    def frames(self, seconds: float) -> int:
        """The number of frames that the family can make nearest to a length."""
        return self._count(round((seconds * self.fps - self.offset) / self.stride))

    def frames_within(self, count: int) -> int:
        """The most frames that the family can make of `count`, at least the fewest it can."""
        return self._count((count - self.offset) // self.stride)

    def _count(self, strides: int) -> int:
        most = (self.most_frames - self.offset) // self.stride
        return min(max(1, strides), most) * self.stride + self.offset

    def sizes(self) -> dict[Aspect, tuple[int, int]]:
        """(width, height) of each aspect that the family can draw."""
        if self.only_size:
            return {Aspect.LANDSCAPE: self.only_size}
        return {aspect: self._size(aspect) for aspect in Aspect}

    def _size(self, aspect: Aspect) -> tuple[int, int]:
        ratio = _RATIOS[aspect]
        width, height = (self.area * ratio) ** 0.5, (self.area / ratio) ** 0.5
        return self._snap(width), self._snap(height)

    def _snap(self, side: float) -> int:
        return max(1, round(side / self.multiple)) * self.multiple

    def abilities(self) -> frozenset[Ability]:
        """What it can start from."""
        found = frozenset[Ability]().union(*(_ABILITIES[way] for way in self.ways))
        return found if self.last is Last.NO else found | _ENDS

    def required(self) -> frozenset[Ability]:
        """Of these a request must carry one: not empty for models that need a picture."""
        if FROM_TEXT & set(self.ways):
            return frozenset()
        if self.last is Last.MUST:
            return _ENDS
        return frozenset[Ability]().union(*(_ABILITIES[way] for way in self.ways))


_ENDS: Final = frozenset({Ability.LAST_FRAME, Ability.LOOP})
_LTX: Final = {"decode_timestep": 0.05, "decode_noise_scale": 0.025}

FAMILIES: Final[Mapping[str, Family]] = {
    "wan-2.1": Family(16, 4, 1, 81, 16, 832 * 480,
        {Way.TEXT: "WanPipeline", Way.CLIP: "WanVideoToVideoPipeline"}),
    "wan-2.1-i2v": Family(16, 4, 1, 81, 16, 832 * 480, {Way.IMAGE: "WanImageToVideoPipeline"}),
    "wan-2.1-flf2v": Family(16, 4, 1, 81, 16, 832 * 480,
        {Way.IMAGE: "WanImageToVideoPipeline"}, Last.MUST),
    "wan-2.2-a14b": Family(16, 4, 1, 81, 16, 832 * 480, {Way.TEXT: "WanPipeline"}),
    "wan-2.2-a14b-i2v": Family(16, 4, 1, 81, 16, 832 * 480,
        {Way.IMAGE: "WanImageToVideoPipeline"}, Last.MAY),
    "wan-2.2-5b": Family(24, 4, 1, 121, 32, 1280 * 704,
        {Way.TEXT: "WanPipeline", Way.IMAGE: "WanImageToVideoPipeline"}),
    "wan-vace": Family(16, 4, 1, 81, 16, 832 * 480, {Way.MASK: "WanVACEPipeline"}),
    "skyreels-v2": Family(24, 4, 1, 97, 16, 960 * 544, {Way.TEXT: "SkyReelsV2Pipeline"}),
    "ltx": Family(25, 8, 1, 257, 32, 704 * 480,
        {Way.TEXT: "LTXPipeline", Way.IMAGE: "LTXImageToVideoPipeline"}, fixed=_LTX),
    "ltx-condition": Family(25, 8, 1, 257, 32, 704 * 480,
        {Way.CONDITIONS: "LTXConditionPipeline"}, fixed=_LTX | {"image_cond_noise_scale": 0.025}),
    "cogvideox": Family(8, 8, 1, 49, 16, 720 * 480,
        {Way.TEXT: "CogVideoXPipeline", Way.CLIP: "CogVideoXVideoToVideoPipeline"}),
    "cogvideox-i2v": Family(8, 8, 1, 49, 16, 720 * 480,
        {Way.IMAGE: "CogVideoXImageToVideoPipeline"}, only_size=(720, 480)),
    "cogvideox-1.5": Family(16, 16, 1, 81, 16, 1360 * 768, {Way.TEXT: "CogVideoXPipeline"}),
    "cogvideox-1.5-i2v": Family(16, 16, 1, 81, 16, 1360 * 768,
        {Way.IMAGE: "CogVideoXImageToVideoPipeline"}),
    "hunyuan": Family(24, 4, 1, 129, 16, 960 * 544, {Way.TEXT: "HunyuanVideoPipeline"}),
    "hunyuan-1.5": Family(24, 4, 1, 121, 16, 848 * 480, {Way.TEXT: "HunyuanVideo15Pipeline"}),
    "mochi": Family(30, 6, 1, 163, 16, 848 * 480, {Way.TEXT: "MochiPipeline"}),
}  # fmt: skip


def recognise(kind: str, config: Mapping[str, Any], network: Mapping[str, Any]) -> str | None:
    """The name of a checkpoint's family, or None if it belongs to none of them.

    `kind` is its pipeline's class, `config` that pipeline's configuration (`model_index.json`), and
    `network` its transformer's.
    """
    if kind in ("WanPipeline", "WanImageToVideoPipeline", "WanVideoToVideoPipeline"):
        return _wan(kind, config, network)
    if kind.startswith("CogVideoX"):
        later = "" if network.get("patch_size_t") is None else "-1.5"
        name = f"cogvideox{later}{_if_image(kind)}"
        return name if kind in FAMILIES[name].ways.values() else None
    served = (name for name, family in FAMILIES.items() if kind in family.ways.values())
    return next(served, None)


def _wan(kind: str, config: Mapping[str, Any], network: Mapping[str, Any]) -> str:
    if config.get("expand_timesteps"):
        return "wan-2.2-5b"
    if network.get("pos_embed_seq_len") is not None:
        return "wan-2.1-flf2v"
    second = config.get("transformer_2") or (None,)
    return ("wan-2.1" if second[0] is None else "wan-2.2-a14b") + _if_image(kind)


def _if_image(kind: str) -> str:
    return "-i2v" if "ImageToVideo" in kind else ""
