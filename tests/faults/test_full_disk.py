"""A disk that really fills up, at every place where the pipeline writes."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jobs import marking, pipeline, queue, signing
from jobs.models import Job, State
from jobs.services import retry
from provenance import SignedClip
from studio.models import Clip
from tests.gates import passing
from tests.making import make_job

pytestmark = [pytest.mark.faults, pytest.mark.django_db]
ROOM = 8 * 2**20


@pytest.fixture
def video_bytes(creator, work) -> int:
    """What a clip's file takes, by a first one that is published while there is room."""
    job = work(make_job(creator))
    return Clip.objects.get(job=job).bytes


@pytest.fixture
def small_disk(home: Path, video_bytes: int) -> Iterator[Path]:
    """The media folder on an empty disk of 8 MB of its own."""
    media = home / "media"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", media], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("only an administrator can mount a small disk")
    (media / "public").mkdir()
    (media / "private").mkdir()
    yield media
    subprocess.run(["umount", media], check=True)


@pytest.fixture
def work(creator) -> Callable[[Job], Job]:
    signing.set_up()

    def run(job: Job) -> Job:
        while lease := queue.claim(job.pk):
            pipeline.run(lease, passing())
        job.refresh_from_db()
        return job

    return run


def fill(disk: Path, leave: int) -> Path:
    """Takes all the room on a disk but `leave` bytes."""
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(shutil.disk_usage(disk).free - leave))
    return ballast


FRAMES = 24 * 256 * 256 * 3
"""Bytes that the frames of one second take."""


@pytest.mark.parametrize(
    "videos",
    [
        pytest.param(-1.0, id="while the frames are kept"),
        pytest.param(0.5, id="while the video is encoded"),
    ],
)
def test_a_disk_that_fills_up_leaves_nothing_public_and_loses_nothing(
    creator, video_bytes, small_disk, work, videos
):
    """Room for the frames and so many times the finished file."""
    ballast = fill(small_disk, FRAMES + round(videos * video_bytes))
    job = work(make_job(creator))
    assert job.fault_code == "jobs.disk-full"
    assert_failed_whole(job, small_disk)

    ballast.unlink()
    retry(job, creator)
    assert_published_whole(work(job), small_disk)


def test_a_disk_that_is_full_by_the_time_of_signing(creator, small_disk, work, monkeypatch):
    """Others write to the disk as well: what was enough to encode is gone a moment later."""
    real = marking.sign_clip

    def with_a_full_disk(*arguments: Any) -> SignedClip:
        fill(small_disk, 8192)
        return real(*arguments)

    monkeypatch.setattr(marking, "sign_clip", with_a_full_disk)
    job = work(make_job(creator))
    assert job.fault_code == "provenance.signing-failed"  # its library tells no more
    assert_failed_whole(job, small_disk)

    monkeypatch.undo()
    (small_disk / "ballast").unlink()
    retry(job, creator)
    assert_published_whole(work(job), small_disk)


def assert_failed_whole(job: Job, disk: Path) -> None:
    """Nothing public, and nothing that cannot be tried again."""
    assert (job.state, job.fault_retryable) == (State.FAILED, True)
    assert not list((disk / "public").iterdir())
    assert not Clip.objects.filter(job=job).exists()


def assert_published_whole(job: Job, disk: Path) -> None:
    assert job.state == State.PUBLISHED
    assert len(list((disk / "public").iterdir())) == 2
