"""How the pictures and clips of a request are handed to a pipeline: one function per way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import torch
from diffusers.pipelines.ltx.pipeline_ltx_condition import LTXVideoCondition
from PIL import Image

from generation.errors import InvalidRequest
from generation.families import FROM_TEXT, Family, Way
from generation.references import Frames, fit

CONTEXT: Final = 17  # frames of a clip that is carried on, where the model can take several
_GREY: Final = 128  # what a masked model is shown where it is to draw


@dataclass(frozen=True, slots=True)
class Start:
    """What a clip starts from: the request's references, all (T,H,W,3) or (H,W,3) uint8.

    Attributes:
        first, last: pictures at the ends.
        before: a clip that comes before this one.
        source: a clip to redraw, and how far from it.
        size: (width, height) of the clip.
        seconds: its length.
    """

    size: tuple[int, int]
    seconds: float
    first: Frames | None = None
    last: Frames | None = None
    before: Frames | None = None
    source: Frames | None = None
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Call:
    """How a pipeline is called to meet a start.

    Attributes:
        way: which of the family's pipelines.
        frames: how many it makes.
        arguments: pictures, clips and strengths, as that pipeline takes them.
        known: how many of the first frames repeat what came before, and are dropped.
        strength: the part of the denoising steps that is done.
    """

    way: Way
    frames: int
    arguments: Mapping[str, Any] = field(default_factory=dict)
    known: int = 0
    strength: float = 1.0


def plan(start: Start, family: Family) -> Call:
    """The call that meets a start.

    Raises InvalidRequest: generation.last-frame-alone if the model needs a first frame with it,
    generation.source-short if the clip to redraw is shorter than the model's shortest.
    """
    if start.source is not None:
        way = Way.CONDITIONS if Way.CONDITIONS in family.ways else Way.CLIP
        return _redraw(start, family, way)
    if all(picture is None for picture in (start.first, start.last, start.before)):
        return Call(_from_text(family), family.frames(start.seconds))
    way = next(w for w in (Way.CONDITIONS, Way.MASK, Way.IMAGE) if w in family.ways)
    return _ASKED[way](start, family)


def _from_text(family: Family) -> Way:
    return next(way for way in family.ways if way in FROM_TEXT)


def _image(frames: Frames, size: tuple[int, int]) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(fit(frames, size)))


def _images(frames: Frames, size: tuple[int, int]) -> list[Image.Image]:
    return [_image(picture, size) for picture in frames]


def _by_image(start: Start, family: Family) -> Call:
    """From a first picture; a clip is carried on from its last frame."""
    first = start.first if start.before is None else start.before[-1]
    if first is None:
        raise InvalidRequest(
            "generation.last-frame-alone",
            "This model ends on a picture only if it also begins with one.",
            "Add a first frame, or leave the last one out.",
        )
    arguments = {"image": _image(first, start.size)}
    if start.last is not None:
        arguments["last_image"] = _image(start.last, start.size)
    known = 0 if start.before is None else 1
    return Call(Way.IMAGE, family.frames(start.seconds), arguments, known)


def _context(start: Start, family: Family) -> tuple[Frames, int]:
    """The known frames at the beginning, and the number of frames with the new ones.

    As many frames of the clip before as the model can hold besides the new ones: at least one.
    """
    frames = family.frames(start.seconds)
    if start.before is None:
        known = start.first[None] if start.first is not None else np.empty(0, np.uint8)
        return known, frames
    room = family.most_frames - frames
    more = min(CONTEXT - 1, room, len(start.before) - 1) // family.stride * family.stride
    known = start.before[-(more + 1) :]
    return known, family.frames_within(frames + len(known) - 1)


def _by_mask(start: Start, family: Family) -> Call:
    """Known frames are shown and kept; the others are grey and drawn."""
    given, frames = _context(start, family)
    grey, keep, draw = (
        Image.new(mode, start.size, value)
        for mode, value in (("RGB", (_GREY,) * 3), ("L", 0), ("L", 255))
    )
    video = [*_images(given, start.size), *[grey] * (frames - len(given))]
    mask = [*[keep] * len(given), *[draw] * (frames - len(given))]
    if start.last is not None:
        video[-1], mask[-1] = _image(start.last, start.size), keep
    known = 0 if start.before is None else len(given)
    return Call(Way.MASK, frames, {"video": video, "mask": mask}, known)


def _by_conditions(start: Start, family: Family) -> Call:
    """Known frames are conditions at their places."""
    given, frames = _context(start, family)
    conditions = []
    if len(given) == 1:
        conditions.append(LTXVideoCondition(image=_image(given[0], start.size), frame_index=0))
    elif len(given):
        conditions.append(LTXVideoCondition(video=_images(given, start.size), frame_index=0))
    if start.last is not None:
        last = _image(start.last, start.size)
        conditions.append(LTXVideoCondition(image=last, frame_index=frames - 1))
    known = 0 if start.before is None else len(given)
    return Call(Way.CONDITIONS, frames, {"conditions": conditions}, known)


_ASKED: Final[Mapping[Way, Callable[[Start, Family], Call]]] = {
    Way.IMAGE: _by_image,
    Way.MASK: _by_mask,
    Way.CONDITIONS: _by_conditions,
}


def _redraw(start: Start, family: Family, way: Way) -> Call:
    """A clip to redraw, cut to what the model can make. Encoding for LTX needs its pipeline."""
    source = start.source
    if source is None or len(source) < family.stride + family.offset:
        raise InvalidRequest(
            "generation.source-short",
            f"This model redraws clips of at least {family.stride + family.offset} frames.",
            "Choose a longer clip.",
        )
    frames = min(family.frames_within(len(source)), family.frames(start.seconds))
    return Call(
        way, frames, {"video": _images(source[:frames], start.size)}, strength=start.strength
    )


def encoded_clip(pipeline: Any, video: list[Image.Image], generator: torch.Generator) -> Any:
    """A clip as normalised latents, which LTX's condition pipeline takes for redrawing."""
    vae, (width, height) = pipeline.vae, video[0].size
    pixels = pipeline.video_processor.preprocess_video(video, height, width)
    # The device that the pipeline runs on, which with offloading is not where the VAE waits.
    where = pipeline._execution_device
    posterior = vae.encode(pixels.to(where, vae.dtype)).latent_dist
    return pipeline._normalize_latents(
        posterior.sample(generator), vae.latents_mean, vae.latents_std
    )
