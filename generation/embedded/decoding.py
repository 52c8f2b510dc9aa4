"""From numbers to layers: the codec's pictures and the track, ready to be composed."""

from __future__ import annotations

from typing import Final

import numpy as np
from torch import Tensor

from generation.embedded.clipcode import decode_light, decode_look, decode_track, part
from generation.embedded.codec import STAGE_SIZE, Codec
from generation.embedded.layers import PLACES, REACH, Clip, Finish, Floats, Sprite, Stage, Track
from generation.embedded.layout import CANVASES, SIZES

_THIN_AIR: Final = 0.001  # weather that covers less than this share is none
_GLOWS: Final = 0.5
_SIDES: Final = (128, 256, 384, 512)  # sizes at which sprites are decoded


def decode_stage(codec: Codec, code: Tensor, enlarge: float, *, glows: bool) -> Stage:
    """The stage of a whole code (WIDTH,), `enlarge` times the codec's size."""
    coverage = codec.decode_stage(part(code, "stage"), enlarge, glows=glows).numpy()
    air = coverage[..., PLACES["air"]]
    if float((air > 0.5).mean()) < _THIN_AIR:
        air[:] = 0
    return Stage(coverage, decode_light(part(code, "light").numpy()))


def sprite_side(track: Track, aspect: str) -> int:
    """The size at which a sprite is decoded so that it need not be enlarged much."""
    columns, rows = SIZES[aspect]
    wanted = 2 * REACH * float(track.radius.max()) * (columns * rows) ** 0.5
    return next((side for side in _SIDES if side >= wanted), _SIDES[-1])


def decode_look_of(code: Tensor) -> tuple[Floats, Finish]:
    """Palette and finish of a whole code (WIDTH,)."""
    return decode_look(part(code, "look").numpy())


def track_of(code: Tensor, aspect: str) -> Track:
    """The track of a whole code (WIDTH,), as sampled."""
    return decode_track(part(code, "start").numpy(), part(code, "motion").numpy(), CANVASES[aspect])


def decode(codec: Codec, code: Tensor, track: Track, aspect: str, *, coarse: bool = False) -> Clip:
    """Layers of a code (WIDTH,) with a track that may be longer than one window.

    `coarse` saves time where the picture will be small.
    """
    palette, finish = decode_look_of(code)
    side = _SIDES[0] if coarse else sprite_side(track, aspect)
    coverage = codec.decode_shape(part(code, "shape"), side).numpy().astype(np.float32)
    enlarge = 1.0 if coarse else SIZES[aspect][1] / STAGE_SIZE[0]
    stage = decode_stage(codec, code, enlarge, glows=finish.glow > _GLOWS)
    return Clip(stage, Sprite(coverage, palette), finish, track)
