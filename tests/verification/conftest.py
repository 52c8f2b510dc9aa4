"""A studio with one published clip, and ways to spoil copies of it."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jobs import masters, pipeline, queue, signing
from jobs.engines import Engines
from jobs.models import State
from provenance import write_video
from safety import Decision
from studio.models import Clip
from tests.fakes import SmallGenerator
from tests.gates import Says, media_gate, prompt_gate
from tests.making import make_job

VERIFY = "/verify/"


@pytest.fixture(autouse=True)
def keys(home):
    signing.set_up()


@pytest.fixture
def published(creator, settings) -> Path:
    """The file of a clip that went the whole way."""
    settings.LEASE_SECONDS = 600  # a busy machine may take long, and nobody else wants the job
    job = make_job(creator, State.QUEUED)
    lease = queue.claim(job.pk)
    allow = Says(Decision.ALLOW)
    pipeline.run(
        lease, Engines(SmallGenerator, lambda: prompt_gate(allow), lambda: media_gate(allow))
    )
    return settings.PUBLIC_DIR / Clip.objects.get(job=job).file


@pytest.fixture
def alien(tmp_path) -> Path:
    """A video that is not ours."""
    frames = [np.full((96, 96, 3), 40 + 3 * index, np.uint8) for index in range(24)]
    write_video(tmp_path / "alien.mp4", frames, 24)
    return tmp_path / "alien.mp4"


def reencoded(source: Path, *filters: str) -> Path:
    """As a messenger would send it on: encoded anew, without metadata."""
    target = source.parent / "reencoded.mp4"
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    options = ["-map_metadata", "-1", *(filters or ("-crf", "30")), "-y", str(target)]
    subprocess.run([ffmpeg, "-v", "error", "-i", str(source), *options], check=True)
    return target


def without_mark(clip: Clip, published: Path) -> Path:
    """The published clip as it would be had somebody removed its mark: its unmarked master,
    smaller, at CRF 36."""
    copy = reencoded(masters.path_of(clip.pk), "-vf", "scale=iw*3/4:-2", "-crf", "36")
    return copy.rename(published.parent / "without-mark.mp4")


def upload(content: bytes, name: str = "video.mp4", *, json: bool = False, **extra: str):
    headers = {"Accept": "application/json"} if json else {}
    data = {"video": SimpleUploadedFile(name, content, "video/mp4")}
    return Client(enforce_csrf_checks=True).post(VERIFY, data, headers=headers, **extra)
