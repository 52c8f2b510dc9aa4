"""`manage.py studio` as a newcomer meets it: real processes, a real first start, Ctrl-C."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


class Running:
    """A studio in a process of its own, and everything that it has said so far."""

    def __init__(self, home: Path, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        environment = os.environ | {
            "KINEMARK_HOME": str(home),
            "KINEMARK_GENERATOR": "tests.fakes:SmallGenerator",
            "KINEMARK_POLL_SECONDS": "0.05",
            "KINEMARK_FREE_SPACE_FLOOR_MB": "0",
            "PORT": str(port),
        }
        environment.pop("KINEMARK_DATABASE_URL", None)
        self.process = subprocess.Popen(
            [sys.executable, "-u", ROOT / "manage.py", "studio"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            self.said += line

    def until(self, *words: str, seconds: float = 120.0) -> None:
        deadline = time.monotonic() + seconds
        while not any(word in self.said for word in words):
            if time.monotonic() > deadline or self.process.poll() is not None:
                pytest.fail(f"{words} was never said, only: {self.said}")
            time.sleep(0.05)

    def get(self, path: str) -> int:
        with urllib.request.urlopen(self.address + path) as answer:
            return answer.status

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        code = self.process.wait(30)
        self._reader.join(5)
        return code


@pytest.fixture
def start(tmp_path: Path) -> Iterator:
    started: list[Running] = []
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def go() -> Running:
        started.append(Running(tmp_path / "home", port))
        return started[-1]

    yield go
    for studio in started:
        studio.stop()


def test_a_studio_starts_sets_itself_up_once_and_stops_cleanly(start):
    first = start()
    first.until("The studio is open")
    assert first.said.count("@kinemark.example") == 3
    assert first.get("/") == 200
    first.until("for anybody to verify", "waits for a moderator")
    assert first.stop() == 0
    assert "Stopped." in first.said

    second = start()
    second.until("for anybody to verify", "waits for a moderator")
    assert "@kinemark.example" not in second.said
    assert second.get("/verify/") == 200
    assert second.stop() == 0
    with pytest.raises(OSError, match="refused"):
        second.get("/")


def test_only_one_studio_works_on_a_house(start):
    first = start()
    first.until("The studio is open")
    second = start()
    assert second.process.wait(60) == 1
    second.stop()
    assert "already running" in second.said


def test_a_port_in_use_is_said(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        studio = Running(tmp_path / "home", taken.getsockname()[1])
        assert studio.process.wait(60) == 1
        studio.stop()
    assert "is in use" in studio.said


def test_the_clip_command_refuses_bad_input_with_a_code_for_programs(tmp_path):
    out = tmp_path / "clip.mp4"
    done = subprocess.run(
        [sys.executable, ROOT / "manage.py", "clip", "x" * 10_000, "--json", "--out", out],
        env=os.environ
        | {
            "KINEMARK_HOME": str(tmp_path / "home"),
            "KINEMARK_GENERATOR": "tests.fakes:SmallGenerator",
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert json.loads(done.stdout)["code"] == "generation.prompt-too-long"
    assert not out.exists()
