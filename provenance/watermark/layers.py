"""Marks as plug-ins: one interface for our own and for the peers that it is compared with.

`Keyed` is the mark that clips are published with. The peers are those of the invisible-watermark
package (MIT), selectable but never the only mark: they carry 32 bits without a key and without a
bound on false readings, and `dwtDct` is lost with any H.264 step (`docs/robustness.md`). That
package is not installed with Kinemark, for it asks for an OpenCV with windows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from provenance.errors import InvalidMedia, ProvenanceFailed
from provenance.watermark.code import ID_BITS
from provenance.watermark.detect import detect
from provenance.watermark.embed import embed
from provenance.watermark.keys import KeyRing
from provenance.watermark.planes import as_bytes

Frame = NDArray[np.uint8]
PEERS = ("dwtDct", "dwtDctSvd", "rivaGan")
_PEER_BITS = 32
_PEER_PIXELS = 256 * 256
_READ_FRAMES = 5
"""How many frames of an upload a peer is read from; the majority of them decides each bit."""


@dataclass(frozen=True)
class Reading:
    """What a layer says about an upload.

    Args:
        word: the bits read as a number, or None if the layer hears nothing.
        bound: bound on the chance that an unmarked upload is read so; 1 where none is proven.
    """

    word: int | None
    bound: float


class Layer(Protocol):
    """A way of marking."""

    @property
    def name(self) -> str:
        """As it is called in settings and tables."""

    @property
    def bits(self) -> int:
        """How many bits a clip carries."""

    def embed(self, frames: Iterable[Frame], word: int, *, fps: float) -> Iterator[Frame]:
        """Mark (H, W, 3) uint8 sRGB frames of one size with a word of `bits` bits.

        Raises:
            InvalidMedia: for frames that are too small.
            ValueError: for a word that does not fit.
        """

    def read(self, frames: Sequence[Frame], picture_types: Sequence[str]) -> Reading:
        """Read a word out of the (h, w, 3) uint8 sRGB frames of an upload, at least one."""


@dataclass(frozen=True)
class Keyed:
    """Our own mark under the newest key of a ring."""

    keys: KeyRing
    name: str = "kinemark"
    bits: int = ID_BITS

    def embed(self, frames: Iterable[Frame], word: int, *, fps: float) -> Iterator[Frame]:
        return embed(frames, word, self.keys.current, fps=fps)

    def read(self, frames: Sequence[Frame], picture_types: Sequence[str]) -> Reading:
        luma = [as_bytes(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)) for frame in frames]
        found = detect(luma, picture_types, self.keys)
        return Reading(found.mark_id, found.false_positive_bound)


class Peer:
    """A mark of the invisible-watermark package, put into every frame by itself.

    Args:
        name: one of `PEERS`.

    Raises:
        ValueError: for another name.
        ProvenanceFailed: `mark-layer-missing` without the package.
    """

    bits = _PEER_BITS

    def __init__(self, name: str) -> None:
        if name not in PEERS:
            raise ValueError(f"no mark is called {name}; there are {', '.join(PEERS)}")
        self.name = name
        self._package = _package(name)

    def embed(self, frames: Iterable[Frame], word: int, *, fps: float) -> Iterator[Frame]:
        if not 0 <= word < 1 << self.bits:
            raise ValueError(f"{self.name} carries {self.bits} bits")
        encoder = self._package.WatermarkEncoder()
        encoder.set_watermark("bits", [word >> n & 1 for n in range(self.bits)])
        return (self._turned(frame, encoder.encode) for frame in frames)

    def read(self, frames: Sequence[Frame], picture_types: Sequence[str]) -> Reading:
        decoder = self._package.WatermarkDecoder("bits", self.bits)
        if frames[0].shape[0] * frames[0].shape[1] < _PEER_PIXELS:
            return Reading(None, 1.0)
        chosen = frames[:: -(-len(frames) // _READ_FRAMES)]
        votes = [np.asarray(decoder.decode(_bgr(frame), self.name), np.float64) for frame in chosen]
        said = np.mean(votes, 0) > 0.5
        return Reading(sum(1 << n for n, bit in enumerate(said) if bit), 1.0)

    def _turned(self, frame: Frame, encode: Callable[[Frame, str], Any]) -> Frame:
        if frame.shape[0] * frame.shape[1] < _PEER_PIXELS:
            raise InvalidMedia(
                "mark-clip-too-small",
                f"A clip of {frame.shape[1]} × {frame.shape[0]} pixels is too small for "
                f"{self.name}.",
                "Make it at least 256 × 256 pixels large.",
            )
        marked = np.clip(encode(_bgr(frame), self.name), 0, 255)
        return as_bytes(cv2.cvtColor(as_bytes(marked), cv2.COLOR_BGR2RGB))


def _bgr(frame: Frame) -> Frame:
    return as_bytes(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))


def _package(name: str) -> Any:
    try:
        package = import_module("imwatermark")
        if name == "rivaGan":
            package.WatermarkEncoder.loadModel()
    except ImportError as fault:
        raise ProvenanceFailed(
            "mark-layer-missing",
            f"The mark {name} needs packages that are not installed.",
            "Run: pip install --no-deps invisible-watermark PyWavelets onnxruntime",
        ) from fault
    return package


def layer(name: str, keys: KeyRing) -> Layer:
    """The layer of this name: "kinemark" or one of `PEERS`.

    Raises:
        ValueError: for another name.
        ProvenanceFailed: `mark-layer-missing` without its package.
    """
    return Keyed(keys) if name == "kinemark" else Peer(name)
