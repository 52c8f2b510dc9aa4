"""`kill -9` at any moment: nothing is lost, nothing is published twice."""

import time

import pytest

from tests.faults.conftest import LEASE

pytestmark = pytest.mark.faults


def test_killed_while_rendering_another_worker_finishes(house):
    (house.home / "pause").touch()
    [job] = house.submit()
    first = house.worker()
    house.until(lambda: house.stage(job)[:2] == ("rendering", "denoising"))
    second = house.worker()
    house.until(lambda: house.ready(workers=2))
    house.kill(first)
    killed = time.monotonic()
    house.until(lambda: house.renderings() == 2)
    assert time.monotonic() - killed < LEASE + 5
    (house.home / "pause").unlink()
    house.until(lambda: house.state(job) == "published")
    assert second.poll() is None
    assert house.published() == [job]
    assert len(house.videos()) == 1


def test_killed_in_the_middle_of_a_storyboard_finished_shots_stay(house):
    """Three shots; the worker dies in the second. The first is not rendered again."""
    house.begin_storyboard(shots=3)
    (house.home / "pause-from-2").touch()
    first = house.worker()
    [job] = [row[0] for row in house.jobs()]
    house.until(lambda: house.stage(job)[1] == "shot 2 of 3" and house.renderings() == 2)
    house.kill(first)
    (house.home / "pause-from-2").unlink()
    house.worker()
    house.until(lambda: house.state(job) == "published")
    assert house.renderings() == 4  # one, two, two again, three
    assert house.published() == [job]


def test_killed_while_marking_nothing_is_rendered_again(house):
    [job] = house.submit()
    first = house.worker()
    house.until(lambda: house.state(job) == "marking")
    house.kill(first)
    assert house.videos() == []
    house.worker()
    house.until(lambda: house.state(job) == "published")
    assert house.renderings() == 1
    assert house.published() == [job]
    assert len(house.videos()) == 1


def test_two_workers_and_many_kills_publish_every_job_once(house):
    jobs = house.submit(2)
    workers = [house.worker(), house.worker()]
    for turn in range(4):
        progress = house.ask("SELECT max(seq) FROM audit_event")
        house.until(lambda seen=progress: house.ask("SELECT max(seq) FROM audit_event") != seen)
        if sorted(house.published()) == sorted(jobs):
            break
        house.kill(workers[turn % 2])
        workers[turn % 2] = house.worker()
    house.until(lambda: all(house.state(job) == "published" for job in jobs))
    assert sorted(house.published()) == sorted(jobs)
    assert len(house.videos()) == len(jobs)


def test_asked_to_end_a_worker_gives_its_job_back_at_once(house):
    (house.home / "pause").touch()
    [job] = house.submit()
    worker = house.worker()
    house.until(lambda: house.stage(job)[:2] == ("rendering", "denoising"))
    worker.terminate()
    assert worker.wait(30) == 0
    assert house.ask("SELECT token FROM jobs_job") == [(None,)]
