"""A real house with real processes: its own folder, database, keys, workers."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LEASE = 2.0
SUBMIT = """
import sys; sys.path[:0] = [{root!r}, {platform!r}]
import django; django.setup()
from studio.first_start import prepare; prepare()
from accounts.services import demo_creator
from tests.making import make_job
for number in range({count}):
    print(make_job(demo_creator()).pk)
"""

STORYBOARD = """
import sys; sys.path[:0] = [{root!r}, {platform!r}]
import django; django.setup()
from studio.first_start import prepare; prepare()
from accounts.services import demo_creator
from storyboards import services
from storyboards.drafts import Draft, DraftShot
shots = tuple(DraftShot(prompt=f"a balloon, {{n}} times", seconds="1") for n in range({count}))
draft = Draft(shots, seed="7")
services.submit(services.begin(demo_creator(), draft), draft)
"""


class House:
    """A studio in a folder, watched from outside through its database file."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.workers: list[subprocess.Popen[bytes]] = []
        self.environment = os.environ | {
            "KINEMARK_HOME": str(home),
            "KINEMARK_GENERATOR": "tests.fakes:SmallGenerator",
            "KINEMARK_LEASE_SECONDS": str(LEASE),
            "KINEMARK_POLL_SECONDS": "0.05",
            "KINEMARK_MAX_ATTEMPTS": "100",
            "KINEMARK_FREE_SPACE_FLOOR_MB": "0",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        self.environment.pop("KINEMARK_DATABASE_URL", None)

    def submit(self, count: int = 1) -> list[str]:
        """Queues jobs; returns their ids as SQLite spells them."""
        code = SUBMIT.format(root=str(ROOT), platform=str(ROOT / "platform"), count=count)
        done = subprocess.run(
            [sys.executable, "-c", code], env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return [line.replace("-", "") for line in done.stdout.split()]

    def begin_storyboard(self, shots: int) -> None:
        """Sends a storyboard off, screened and queued."""
        code = STORYBOARD.format(root=str(ROOT), platform=str(ROOT / "platform"), count=shots)
        done = subprocess.run(
            [sys.executable, "-c", code], env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr

    def worker(self, *options: str) -> subprocess.Popen[bytes]:
        self.workers.append(
            subprocess.Popen(
                [sys.executable, str(ROOT / "tests" / "faults" / "run_worker.py"), *options],
                env=self.environment,
                stderr=(self.home / "worker.log").open("ab"),
            )
        )
        return self.workers[-1]

    def ready(self, workers: int) -> bool:
        """Have this many workers begun to look for work?"""
        return (self.home / "worker.log").read_text().count("worker.ready") >= workers

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    def ask(self, query: str, *values: object) -> list[tuple]:
        with closing(sqlite3.connect(self.home / "db.sqlite3", timeout=10)) as database:
            return database.execute(query, values).fetchall()

    def state(self, job: str) -> str:
        return self.ask("SELECT state FROM jobs_job WHERE id = ?", job)[0][0]

    def stage(self, job: str) -> tuple[str, str, int]:
        return self.ask("SELECT state, stage, step FROM jobs_job WHERE id = ?", job)[0]

    def until(self, condition: Callable[[], bool], seconds: float = 90.0) -> float:
        """Waits; returns how long it took."""
        start = time.monotonic()
        while not condition():
            if time.monotonic() - start > seconds:
                log = (self.home / "worker.log").read_text()[-2000:]
                pytest.fail(f"nothing happened in {seconds:g} s: {self.jobs()} {log}")
            time.sleep(0.02)
        return time.monotonic() - start

    def jobs(self) -> list[tuple]:
        return self.ask("SELECT id, state, stage, step, attempt, fault_code FROM jobs_job")

    def published(self) -> list[str]:
        """The job of every published clip."""
        return [row[0] for row in self.ask("SELECT job_id FROM studio_clip")]

    def videos(self) -> list[Path]:
        return sorted((self.home / "media" / "public").glob("*.mp4"))

    def renderings(self) -> int:
        file = self.home / "rendered"
        return len(file.read_text().splitlines()) if file.exists() else 0


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = House(tmp_path)
    yield opened
    for worker in opened.workers:
        worker.kill()
        worker.wait()
