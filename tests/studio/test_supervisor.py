"""Children that crash come back, and all of them end when they are told to."""

import os
import sys

import pytest

from studio.supervisor import Child, Supervisor

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
CRASH = [sys.executable, "-c", "raise SystemExit(3)"]


@pytest.fixture
def supervise():
    started = []

    def make(*children: Child) -> tuple[Supervisor, list[str]]:
        said: list[str] = []
        started.append(Supervisor(children, os.environ, said.append))
        return started[-1], said

    yield make
    for supervisor in started:
        supervisor.stop()


def test_everything_runs_until_it_is_stopped(supervise):
    children = [Child("one", SLEEP), Child("two", SLEEP)]
    supervisor, _ = supervise(*children)
    supervisor.tend()
    processes = [child.process for child in children]
    assert [process.poll() for process in processes] == [None, None]
    supervisor.stop()
    assert all(process.returncode is not None for process in processes)


def test_what_crashed_starts_again_after_a_while(supervise):
    child = Child("one", CRASH)
    supervisor, said = supervise(child)
    supervisor.tend()
    child.process.wait()
    supervisor.tend()
    assert "ended with code 3" in said[0]
    assert child.process is None
    child.not_before = 0.0
    supervisor.tend()
    assert child.process is not None


def test_each_crash_waits_longer_up_to_a_limit():
    child = Child("one", CRASH)
    child.started = float("inf")
    waits = [child.mourn() for _ in range(10)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (1.0, 30.0)


def test_a_child_that_ran_for_long_starts_again_soon():
    child = Child("one", CRASH, crashes=9)
    child.started = float("-inf")
    assert child.mourn() == 1.0


def test_a_child_that_ignores_the_request_is_ended(supervise, monkeypatch):
    monkeypatch.setattr("studio.supervisor.GRACE_SECONDS", 0.2)
    stubborn = (
        "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "print('ready', flush=True); time.sleep(600)"
    )
    child = Child("stubborn", [sys.executable, "-c", stubborn])
    supervisor, _ = supervise(child)
    supervisor.tend()
    supervisor.stop()
    assert child.process.returncode is not None
