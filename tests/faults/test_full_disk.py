"""A disk that really fills up, at every place where the pipeline writes."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from jobs import pipeline, queue, signing
from jobs.models import Job, State
from jobs.services import retry
from studio.models import Clip
from tests.gates import passing
from tests.making import make_job

pytestmark = [pytest.mark.faults, pytest.mark.django_db]
ROOM = 8 * 2**20


@pytest.fixture
def small_disk(home: Path) -> Iterator[Path]:
    """The media folder on a disk of 8 MB of its own."""
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


# The frames of one second take 4.72 MB, the encoded video some 0.1 MB.
@pytest.mark.parametrize(
    ("leave", "code"),
    [
        pytest.param(1_000_000, "jobs.disk-full", id="while the frames are kept"),
        pytest.param(4_800_000, "jobs.disk-full", id="while the video is encoded"),
        pytest.param(5_000_000, "provenance.signing-failed", id="while the file is signed"),
    ],
)
def test_a_disk_that_fills_up_leaves_nothing_public_and_loses_nothing(
    creator, small_disk, work, leave, code
):
    ballast = fill(small_disk, leave)
    job = work(make_job(creator))
    assert (job.state, job.fault_retryable) == (State.FAILED, True)
    assert job.fault_code == code
    assert not list((small_disk / "public").iterdir())
    assert not Clip.objects.exists()

    ballast.unlink()
    retry(job, creator)
    assert work(job).state == State.PUBLISHED
    assert len(list((small_disk / "public").iterdir())) == 2
