"""From frames to a finished file: mark, encode, sign, and read both back."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from jobs import building, masters
from jobs.models import Job
from jobs.queue import renew
from jobs.signed_shots import signed_shots
from jobs.signing import mark_keys, signer, trust
from jobs.work import Work
from provenance import (
    ClipClaims,
    Ingredient,
    embed,
    new_manifest_id,
    reference,
    sign_clip,
    verify_published,
    write_video,
)
from registry.services import allocate_mark_id

Frames = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Marked:
    """A finished clip that nobody can see yet; `video` and `poster` lie in the private folder."""

    video: Path
    poster: Path
    mark_id: int
    manifest_id: str
    manifest: bytes
    reference: bytes
    master: Path
    sha256: str
    width: int
    height: int
    fps: int
    duration_ms: int


def mark(work: Work) -> Marked:
    """Makes the file that is to be published. Raises engine errors; nothing public is touched.

    The mark ID stays the same however often this is repeated; the manifest is new every time.
    """
    work.job.timings = {k: v for k, v in work.job.timings.items() if k not in STEPS}
    keys, signing = mark_keys(), signer()
    mark_id = _reserved_mark_id(work)
    frames = work.workspace.load_frames()
    fps = int(work.job.generation["fps"])
    count, height, width = frames.shape[:3]
    with work.timed("signing"):
        parts = signed_shots(work, signing)
    sources = building.ingredients(work)
    claims = _claims(work.job, mark_id, round(1000 * count / fps), (*sources, *parts))

    encoded = work.workspace.temporary(".mp4")
    marked = _Timed(embed(_reported(work, frames), mark_id, keys.current, fps=fps))
    with work.timed("encoding"):
        write_video(encoded, marked, fps)
    work.job.timings["marking"] = round(marked.seconds, 4)
    work.job.timings["encoding"] = round(work.job.timings["encoding"] - marked.seconds, 4)

    work.report("signing", 0, 1)
    video = work.workspace.temporary(".mp4")
    with work.timed("signing"):
        signed = sign_clip(encoded, video, claims, signing)
    encoded.unlink()
    for part in parts:
        part.path.unlink(missing_ok=True)

    work.report("reading back", 0, 1)
    with work.timed("reading-back"):
        verify_published(video, signed.manifest_id, mark_id, keys=keys, trust=trust())
    with work.timed("fingerprinting"):
        content = reference(frames).to_bytes()
    master = work.workspace.temporary(".mp4")
    with work.timed("keeping"):
        masters.write(master, frames, fps)
    work.report("publishing", 1, 1)
    return Marked(
        video=video,
        poster=_poster(work, frames),
        mark_id=mark_id,
        manifest_id=signed.manifest_id,
        manifest=signed.manifest,
        reference=content,
        master=master,
        sha256=signed.sha256,
        width=width,
        height=height,
        fps=fps,
        duration_ms=claims.duration_ms,
    )


STEPS = ("marking", "encoding", "signing", "reading-back", "fingerprinting", "keeping")


def _reserved_mark_id(work: Work) -> int:
    job = work.job
    if job.mark_id is None:
        job.mark_id = allocate_mark_id()
        renew(work.lease, mark_id=job.mark_id)
    return job.mark_id


def _claims(
    job: Job, mark_id: int, duration_ms: int, ingredients: tuple[Ingredient, ...]
) -> ClipClaims:
    model = job.generation["model"]
    return ClipClaims(
        manifest_id=new_manifest_id(),
        mark_id=mark_id,
        model_name=model["name"],
        model_version=model["version"],
        model_sha256=model["sha256"],
        model_licence=model["licence"],
        upscaled=model["upscaled"],
        seed=job.generation["seed"],
        steps=job.generation["steps"],
        created_at=datetime.fromisoformat(job.generation["created_at"]),
        duration_ms=duration_ms,
        prompt_commitment=job.shot.commitment,
        ingredients=ingredients,
        edit=building.EDITS.get(job.shot.way, ""),
    )


def _reported(work: Work, frames: Frames) -> Iterator[Frames]:
    for index, frame in enumerate(frames, start=1):
        work.report("marking", index, len(frames))
        yield np.asarray(frame)


def _poster(work: Work, frames: Frames) -> Path:
    """The middle of the clip: more telling than its first frame."""
    path = work.workspace.temporary(".jpg")
    Image.fromarray(np.asarray(frames[len(frames) // 2])).save(path, "JPEG", quality=85)
    return path


class _Timed:
    """Passes frames on and notes the time that making them took: marking runs inside encoding."""

    def __init__(self, frames: Iterator[Frames]) -> None:
        self._frames = frames
        self.seconds = 0.0

    def __iter__(self) -> "_Timed":
        return self

    def __next__(self) -> Frames:
        start = time.perf_counter()
        try:
            return next(self._frames)
        finally:
            self.seconds += time.perf_counter() - start
