"""What a request's pictures and clips say of the code that is to be sampled."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from generation.embedded.clipcode import PLACE, encode_track, given, join
from generation.embedded.codec import Codec
from generation.embedded.compose import compose
from generation.embedded.decoding import decode
from generation.embedded.layers import Track
from generation.embedded.layout import CANVASES, FRAMES, SIZES
from generation.embedded.motion import steady, wrapped
from generation.embedded.perception import Perceiver, Seen, perceive
from generation.embedded.sampling import Known
from generation.errors import InvalidRequest
from generation.references import fit

OVERLAP: Final = 12  # frames that a continuation is given
_CLOSE_ENOUGH: Final = 24.0  # mean difference, of 255, between a picture and what was read in it
_READ_SIDE: Final = 192  # pictures are compared at about this size
_APPEARANCE: Final = ("stage", "light", "shape", "look")


def fill(track: Track, frames: int = FRAMES) -> Track:
    """The track, its last frame repeated to the given length."""
    return track.at([min(i, len(track) - 1) for i in range(frames)])


def code_of(seen: Seen, aspect: str) -> torch.Tensor:
    """The code (WIDTH,) of what was read in at most FRAMES frames."""
    start, motion = encode_track(fill(seen.track), CANVASES[aspect])
    parts = {
        "stage": seen.stage, "light": seen.light, "shape": seen.shape, "look": seen.look,
        "start": start, "motion": motion,
    }  # fmt: skip
    return torch.from_numpy(join(parts))


def read(
    perceiver: Perceiver, codec: Codec, frames: NDArray[np.uint8], aspect: str
) -> tuple[torch.Tensor, float]:
    """The code of frames (T,H,W,3), T at most FRAMES, and how far what was read is from them.

    The second figure is the mean absolute difference, of 255, between the frames and the code drawn
    again.
    """
    fitted = fit(frames, SIZES[aspect])
    seen = perceive(perceiver, fitted, aspect)
    code = code_of(replace(seen, track=steady(seen.track)), aspect)
    columns, rows = SIZES[aspect]
    size = (round(columns * _READ_SIDE / rows), _READ_SIDE)
    picks = sorted({0, len(frames) - 1})
    shown = compose(
        decode(codec, code, wrapped(seen.track.at(picks), CANVASES[aspect]), aspect, coarse=True),
        size,
    )
    wanted = fit(fitted[picks], size)
    return code, float(np.abs(shown.astype(np.int16) - wanted).mean())


def require_known_world(difference: float) -> None:
    """Raise InvalidRequest (generation.reference-unknown-world) for what was not understood."""
    if difference > _CLOSE_ENOUGH:
        raise InvalidRequest(
            "generation.reference-unknown-world",
            "The embedded model only knows its own drawn world, and this picture is not of it.",
            "Start from a clip or frame that was made here, or choose a model of the open world.",
        )


def first_frame(code: torch.Tensor) -> Known:
    """A clip that begins with the first frame of a code."""
    return Known(code, given(*_APPEARANCE, "start", first_frames=1))


def continuation(code: torch.Tensor) -> Known:
    """A clip whose first OVERLAP frames are those of a code."""
    return Known(code, given(*_APPEARANCE, "start", first_frames=OVERLAP))


def following(code: torch.Tensor, track: Track, aspect: str) -> Known:
    """A window that goes on from the last OVERLAP frames of a track, looking the same."""
    start, motion = encode_track(fill(track.at(slice(-OVERLAP, None))), CANVASES[aspect])
    again = code.clone()
    again[PLACE["start"]] = torch.from_numpy(start)
    again[PLACE["motion"]] = torch.from_numpy(motion)
    return continuation(again)
