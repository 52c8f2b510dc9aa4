"""The worst moment: the file has its public name, the row is not committed yet."""

import os

import pytest

pytestmark = pytest.mark.faults


def test_killed_between_file_and_row_the_clip_is_published_once_and_the_orphan_goes(house):
    [job] = house.submit()
    died = house.worker("--die-before-commit")
    assert died.wait() == -9
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
