"""What a request's pictures and clips say of the code that is to be sampled."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from generation.embedded.clipcode import (
    APPEARANCE,
    PLACE,
    encode_light,
    encode_look,
    encode_track,
    given,
    join,
)
from generation.embedded.codec import Codec
from generation.embedded.compose import Canvas, compose
from generation.embedded.decoding import decode
from generation.embedded.layers import PAINTS, SLOT_COUNT, Clip, Sprite, Track
from generation.embedded.layout import CANVASES, FRAMES, OVERLAP, SIZES
from generation.embedded.matching import (
    Scenery,
    centred,
    foreground,
    match,
    pose_at,
    tinted,
    with_poses,
)
from generation.embedded.motion import steady, wrapped
from generation.embedded.perception import Perceiver, Seen, perceive
from generation.embedded.sampling import Known
from generation.errors import InvalidRequest
from generation.references import fit

_NEAR_BOUND, _AFAR_BOUND = 28.0, 21.0  # differences, of 255; photographs and film lie above
_LENIENT: Final = 1.6  # clips of the studio itself are only refused when nothing fits
_HOLD: Final = 1e-3  # of all pixels: how firmly colours stay where they are not seen
_INSIDE, _ENOUGH = 0.7, 24  # share and number of pixels that show a paint
_MATCHED_SIDE: Final = 128
_AFAR: Final = 24
_READ_SIDE: Final = 128  # pictures are compared at about this size


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
    """The code of frames (T,H,W,3), T at most FRAMES, and their `strangeness`."""
    canvas, (columns, rows) = CANVASES[aspect], SIZES[aspect]
    size = (round(columns * _READ_SIDE / rows), _READ_SIDE)
    wanted = fit(frames, size)
    seen = perceive(perceiver, wanted, aspect)
    clip = decode(codec, code_of(seen, aspect), wrapped(seen.track, canvas), aspect, coarse=True)
    shape, track = found(perceiver, codec, clip, wanted, torch.from_numpy(seen.shape))
    code = code_of(replace(seen, shape=shape.numpy(), track=steady(track)), aspect)
    picks = sorted({0, len(frames) // 2, len(frames) - 1})
    clip = decode(codec, code, wrapped(track.at(picks), canvas), aspect, coarse=True)
    clip = recoloured(clip, wanted[picks])
    code[PLACE["light"]] = torch.from_numpy(encode_light(clip.stage.colours))
    code[PLACE["look"]] = torch.from_numpy(encode_look(clip.sprite.palette, clip.finish))
    return code, strangeness(compose(clip, size), wanted[picks])


def strangeness(drawn: NDArray[np.uint8], wanted: NDArray[np.uint8]) -> float:
    """How far frames (T,h,w,3) drawn again are from those wanted; above 1, of another world.

    The larger of two mean absolute differences, each over what clips of this world stay under: as
    they are, and from afar, where fine things a pixel out of place do not count.
    """

    def apart(a: NDArray[np.uint8], b: NDArray[np.uint8]) -> float:
        return float(np.abs(a.astype(np.int16) - b).mean())

    def afar(frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
        size = (_AFAR, _AFAR)
        return np.stack([cv2.resize(f, size, interpolation=cv2.INTER_AREA) for f in frames])

    return max(apart(drawn, wanted) / _NEAR_BOUND, apart(afar(drawn), afar(wanted)) / _AFAR_BOUND)


def found(
    perceiver: Perceiver, codec: Codec, clip: Clip, wanted: NDArray[np.uint8], shape: torch.Tensor
) -> tuple[torch.Tensor, Track]:
    """Who is seen in the frames wanted (T,h,w,3), and where: a shape code and a track.

    Whoever matches the first frame best, the perceiver's guess or a known shape, is then followed
    through the others.
    """
    canvas = Canvas(wanted.shape[2], wanted.shape[1])
    clip = unfinished(clip)
    clip = replace(clip, track=settled(clip, wanted, canvas))
    nobody = replace(clip.sprite, coverage=np.zeros_like(clip.sprite.coverage))
    scenery = compose(recoloured(replace(clip, sprite=nobody), wanted), canvas.size)
    mask = foreground(wanted[0], scenery[0])
    guess = pose_at(clip.track, 0)
    begin = [guess, centred(guess, mask, canvas), replace(centred(guess, mask, canvas), rotation=0)]
    palette = tinted(clip.sprite.palette, wanted[0], mask)

    def sprite_of(code: torch.Tensor) -> Sprite:
        return Sprite(codec.decode_shape(code, _MATCHED_SIDE).numpy(), palette)

    codes = [shape, *perceiver.known_shapes]
    matches = [match(sprite_of(code), scenery[0], wanted[0], begin) for code in codes]
    best = min(range(len(codes)), key=lambda i: matches[i].difference)
    sprite, poses = sprite_of(codes[best]), [matches[best].pose]
    for i in range(1, len(wanted)):
        near = [poses[-1], pose_at(clip.track, i)]
        poses.append(match(sprite, scenery[i], wanted[i], near, close=True).pose)
    return codes[best], with_poses(clip.track, poses)


def settled(clip: Clip, wanted: NDArray[np.uint8], canvas: Canvas) -> Track:
    """The clip's track with the landscape where the first and the last frame show it."""
    scenery, track, last = Scenery(clip.stage, canvas), clip.track, len(wanted) - 1
    begin = scenery.placed(wanted[0], track.far[0], track.near[0], track.zoom[0])
    end = scenery.placed(wanted[last], *begin, track.zoom[last], close=True)
    share = np.linspace(0, 1, len(wanted))
    return replace(
        track,
        far=begin[0] + share * (end[0] - begin[0]),
        near=begin[1] + share * (end[1] - begin[1]),
    )


def unfinished(clip: Clip) -> Clip:
    """The clip without blocks of pixels, whose colours are no mixture."""
    return replace(clip, finish=replace(clip.finish, pixel=0.0))


def recoloured(clip: Clip, wanted: NDArray[np.uint8]) -> Clip:
    """The clip in the colours of the frames wanted (T,h,w,3).

    A composed frame is linear in the colours, so those of the stage are solved for by least
    squares, held near the colours that were there for slots that are hardly seen. The subject may
    not be exactly where it was read, so each of its paints takes the median of what is seen there.
    """
    size = (wanted.shape[2], wanted.shape[1])
    plain = unfinished(clip)
    before = np.concatenate([clip.stage.colours, clip.sprite.palette]).astype(np.float64)
    composed = [compose(_one_hot(plain, first), size) for first in range(0, len(before), 3)]
    shares = np.concatenate(composed, -1)[..., : len(before)].reshape(-1, len(before)) / 255.0
    target = wanted.reshape(-1, 3) / 255.0
    hold = _HOLD * len(target) * np.eye(len(before))
    solved = np.linalg.solve(shares.T @ shares + hold, shares.T @ target + hold @ before)
    palette = clip.sprite.palette.copy()
    for paint, share in enumerate(shares.T[SLOT_COUNT:]):
        inside = target[share > _INSIDE]
        if len(inside) >= _ENOUGH:
            palette[paint] = np.median(inside, 0)
    colours = solved[:SLOT_COUNT].clip(0, 1).astype(np.float32)
    stage = replace(clip.stage, colours=colours)
    return replace(clip, stage=stage, sprite=replace(clip.sprite, palette=palette))


def _one_hot(clip: Clip, first: int) -> Clip:
    """The clip with three of its colours as pure red, green and blue, and all others black."""
    colours = np.zeros((SLOT_COUNT + len(PAINTS), 3), np.float32)
    for channel, slot in enumerate(range(first, min(first + 3, len(colours)))):
        colours[slot, channel] = 1
    stage = replace(clip.stage, colours=colours[:SLOT_COUNT])
    return replace(clip, stage=stage, sprite=replace(clip.sprite, palette=colours[SLOT_COUNT:]))


def require_known_world(strange: float, *, own: bool) -> None:
    """Raise InvalidRequest (generation.reference-unknown-world) for what was not understood.

    `own`: a clip to carry on or redraw, which comes from the studio, not a picture from anywhere.
    """
    if strange > (_LENIENT if own else 1.0):
        raise InvalidRequest(
            "generation.reference-unknown-world",
            "The embedded model only knows its own drawn world, and this picture is not of it.",
            "Start from a clip or frame that was made here, or choose a model of the open world.",
        )


def first_frame(code: torch.Tensor) -> Known:
    """A clip that begins with the first frame of a code."""
    return Known(code, given(*APPEARANCE, "start", first_frames=1))


def continuation(code: torch.Tensor) -> Known:
    """A clip whose first OVERLAP frames are those of a code."""
    return Known(code, given(*APPEARANCE, "start", first_frames=OVERLAP))


def following(code: torch.Tensor, track: Track, aspect: str) -> Known:
    """A window that goes on from the last OVERLAP frames of a track, looking the same."""
    start, motion = encode_track(fill(track.at(slice(-OVERLAP, None))), CANVASES[aspect])
    again = code.clone()
    again[PLACE["start"]] = torch.from_numpy(start)
    again[PLACE["motion"]] = torch.from_numpy(motion)
    return continuation(again)
