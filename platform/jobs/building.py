"""Building on what is there: a picture to begin with, a clip to carry on or to draw again."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from generation import GenerationOutput, Limits
from generation.references import fit
from jobs import masters
from jobs.work import Work
from provenance import Ingredient, Relationship
from studio.models import Clip, Shot, Way
from studio.origins import FROM_FRAMES, parent_of
from studio.pictures import content_of, pixels_of

Frames = NDArray[np.uint8]

LOOKS_BACK = 2.0
"""Seconds of its parent's end that a continuation is shown; no model looks further back."""
EDITS = {
    Way.EXTEND: "Carried on from its last frames: the parent comes first, the new part follows.",
    Way.REMIX: "Every frame was drawn again by the model.",
}


def references(shot: Shot, limits: Limits) -> dict[str, Any]:
    """The pictures and clips that the generator is given.

    Raises `UserFault` when the parent was taken down, or the picture erased, meanwhile.
    """
    given: dict[str, Any] = {}
    if shot.picture:
        given["first_frame"] = pixels_of(shot.picture)
    if shot.way == Way.EXTEND:
        parent = parent_frames(parent_of(shot), limits.fps)
        given["continues"] = parent[-max(1, round(LOOKS_BACK * limits.fps)) :]
    if shot.way == Way.REMIX:
        parent = parent_frames(parent_of(shot), limits.fps)
        given["source"] = parent[: max(1, round(shot.seconds * limits.fps))]
    return given


def delivered(shot: Shot, output: GenerationOutput) -> tuple[Frames, dict[str, Any]]:
    """The frames of the clip, and what its record keeps of how they were joined.

    What was carried on comes as one clip, the parent first: that is what people expect of a longer
    clip, and the seam can be looked at.
    """
    if shot.way != Way.EXTEND:
        return output.frames, {}
    height, width = output.frames.shape[1:3]
    before = fit(parent_frames(parent_of(shot), output.fps), (width, height))
    joined = np.concatenate([before, output.frames])
    return joined, {"continued_at": round(len(before) / output.fps, 3)}


def ingredients(work: Work) -> tuple[Ingredient, ...]:
    """What the manifest names as the clip's sources. Raises as `references`."""
    shot = work.job.shot
    found = []
    if shot.way in FROM_FRAMES:
        parent = parent_of(shot)
        found.append(Ingredient(masters.public_file(parent), Relationship.PARENT))
    if shot.picture:
        file = work.workspace.temporary(".png")
        file.write_bytes(content_of(shot.picture))
        found.append(Ingredient(file, Relationship.INPUT, "image/png"))
    return tuple(found)


def parent_frames(clip: Clip, fps: int) -> Frames:
    """The frames of a clip at another rate: each moment shows the frame that was seen then."""
    frames = masters.load(clip.pk)
    if clip.fps == fps:
        return frames
    count = max(1, round(len(frames) * fps / clip.fps))
    moments = (np.arange(count) * clip.fps / fps).astype(int)
    return frames[np.minimum(moments, len(frames) - 1)]
