"""The worst moment: the file has its public name, the row is not committed yet."""

import os
import subprocess
import sys

import pytest

from tests.faults.conftest import ROOT

pytestmark = pytest.mark.faults

DIE_BEFORE_COMMIT = """
import os, sys; sys.path[:0] = [{root!r}, {platform!r}]
import django; django.setup()
from jobs import pipeline, publication, queue
publication._sync = lambda folder: os.kill(os.getpid(), 9)
pipeline.run(queue.claim())
"""


def test_killed_between_file_and_row_the_clip_is_published_once_and_the_orphan_goes(house):
    [job] = house.submit()
    code = DIE_BEFORE_COMMIT.format(root=str(ROOT), platform=str(ROOT / "platform"))
    died = subprocess.run([sys.executable, "-c", code], env=house.environment)
    assert died.returncode == -9
    [orphan] = house.videos()
    assert (house.state(job), house.published()) == ("marking", [])

    for file in orphan.parent.iterdir():
        os.utime(file, (0, 0))  # as if the crash were an hour ago
    house.worker()
    house.until(lambda: house.state(job) == "published")
    assert not orphan.exists()
    assert house.published() == [job]
    assert len(house.videos()) == 1
    assert house.renderings() == 1
