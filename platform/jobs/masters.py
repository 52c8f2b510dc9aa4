"""Unmarked copies of published clips, kept privately so that they can be built on.

A clip that is carried on or drawn again is marked anew. Were it made from the published file, two
marks would lie over each other and neither could be read (docs/adr/0004).
"""

import time
from pathlib import Path
from uuid import UUID

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from config.errors import UserFault
from provenance import read_frames, write_video
from studio.models import Clip

QUALITY = 8
"""x264's constant rate factor: no difference that an eye can see."""
SETTLED_SECONDS = 60


def path_of(clip_id: UUID) -> Path:
    return Path(settings.PRIVATE_DIR / "masters" / f"{clip_id}.mp4")


def public_file(clip: Clip) -> Path:
    """The published file, with its credentials."""
    return Path(settings.PUBLIC_DIR / clip.file)


def write(path: Path, frames: NDArray[np.uint8], fps: int) -> None:
    """Encodes (T, H, W, 3) frames; raises the engine's `ProvenanceFailed`."""
    write_video(path, (np.asarray(frame) for frame in frames), fps, crf=QUALITY)


def load(clip_id: UUID) -> NDArray[np.uint8]:
    """All frames of a clip, (T, H, W, 3). Raises `UserFault` when they are gone."""
    path = path_of(clip_id)
    if not path.exists():
        raise UserFault(
            "studio.parent-gone",
            "The clip to build on is not there, or it was taken down.",
            "Choose another clip.",
        )
    return np.stack(list(read_frames(path)))  # our own file, never an upload


def sweep() -> None:
    """Removes the copies of clips that are not published any more.

    A fresh one may belong to a publication that is just being committed.
    """
    oldest = time.time() - SETTLED_SECONDS
    for file in settings.PRIVATE_DIR.glob("masters/*.mp4"):
        if file.stat().st_mtime > oldest:
            continue
        if not Clip.objects.filter(pk=file.stem, taken_down_at=None).exists():
            file.unlink(missing_ok=True)
