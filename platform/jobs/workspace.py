"""The private folder of a job: its frames, its preview, its half-made files.

Frames are kept as they came from the generator, so that a moderator's approval or a crash while
marking never costs a second rendering.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, cast
from uuid import UUID

import numpy as np
from django.conf import settings
from numpy.typing import NDArray
from PIL import Image

from config.errors import SystemFault
from jobs.models import Job

PREVIEW = "preview.jpg"
STRIP = 8
"""Pictures that a moderator sees side by side."""


class Workspace:
    def __init__(self, job_id: UUID) -> None:
        self.folder: Path = settings.PRIVATE_DIR / str(job_id)

    @property
    def frames_file(self) -> Path:
        return self.folder / "frames.npy"

    @property
    def preview_file(self) -> Path:
        return self.folder / PREVIEW

    def temporary(self, suffix: str) -> Path:
        """A name nobody else uses: two workers on one job never write the same file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.folder, prefix="part-", suffix=suffix)
        os.close(handle)
        return Path(name)

    def save_frames(self, frames: NDArray[np.uint8]) -> None:
        """Writes (T, H, W, 3) frames, whole or not at all."""
        self._save_array(self.frames_file, frames)

    def save_shot(self, index: int, frames: NDArray[np.uint8], said: dict[str, Any]) -> None:
        """Keeps one shot of a storyboard; `said` (plain JSON) makes it count."""
        self._save_array(self.folder / f"shot-{index}.npy", frames)

        def write(file: IO[bytes]) -> None:
            file.write(json.dumps(said).encode())

        self._replace(self.folder / f"shot-{index}.json", write, durable=True)

    def has_shot(self, index: int) -> bool:
        return (self.folder / f"shot-{index}.json").exists()

    def load_shot(self, index: int) -> tuple[NDArray[np.uint8], dict[str, Any]] | None:
        """The frames, read from disk as they are used, and what was said of them; None if the
        shot was not kept whole."""
        try:
            said = json.loads((self.folder / f"shot-{index}.json").read_bytes())
            frames = np.load(self.folder / f"shot-{index}.npy", mmap_mode="r")
        except (OSError, ValueError):
            return None
        return frames, said

    def _save_array(self, path: Path, frames: NDArray[np.uint8]) -> None:
        def write(file: IO[bytes]) -> None:
            whole = np.ascontiguousarray(frames)
            header = np.lib.format.header_data_from_array_1_0(whole)
            np.lib.format.write_array_header_1_0(file, header)
            file.write(whole.data)  # unlike np.save, this says so when the disk is full

        self._replace(path, write, durable=True)

    def load_frames(self) -> NDArray[np.uint8]:
        """The frames, read from disk as they are used. Raises `SystemFault` if they are gone."""
        try:
            return cast(NDArray[np.uint8], np.load(self.frames_file, mmap_mode="r"))
        except (OSError, ValueError):
            raise SystemFault(
                "jobs.frames-lost",
                "The rendered frames of this job are no longer on the studio's disk.",
                "Try again: the clip is rendered anew from the same seed.",
                retryable=True,
            ) from None

    def save_preview(self, picture: NDArray[np.uint8]) -> None:
        """Writes one (H, W, 3) picture as JPEG in place of the last."""

        def write(file: IO[bytes]) -> None:
            Image.fromarray(picture).save(file, "JPEG", quality=80)

        self._replace(self.preview_file, write, durable=False)

    def save_strip(self, frames: NDArray[np.uint8]) -> None:
        """Pictures spread evenly over the clip, for a moderator: strip-0.jpg to strip-7.jpg."""
        chosen = np.linspace(0, len(frames) - 1, STRIP).round().astype(int)
        for place, index in enumerate(chosen):
            image = Image.fromarray(np.asarray(frames[index]))
            image.save(self.folder / f"strip-{place}.jpg", "JPEG", quality=85)

    def discard(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def _replace(self, path: Path, write: Callable[[IO[bytes]], None], *, durable: bool) -> None:
        temporary = self.temporary(path.suffix)
        try:
            with temporary.open("wb") as file:
                write(file)
                if durable:
                    file.flush()
                    os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)


def sweep() -> None:
    """Removes the folders of jobs that are over for good, left behind by a crash at the end."""
    if not settings.PRIVATE_DIR.exists():
        return
    for folder in settings.PRIVATE_DIR.iterdir():
        try:
            job = Job.objects.filter(pk=UUID(folder.name)).first()
        except ValueError:
            continue  # not ours
        if job is None or (job.is_over and not job.fault_retryable):
            shutil.rmtree(folder, ignore_errors=True)
