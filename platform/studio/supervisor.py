"""Keeps a few child processes running until it is told to stop."""

import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

GRACE_SECONDS = 10.0
STEADY_SECONDS = 60.0
"""A child that lived this long may crash again without waiting longer."""
LONGEST_WAIT = 30.0


@dataclass(slots=True)
class Child:
    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    crashes: int = 0
    not_before: float = 0.0

    def start(self, environment: Mapping[str, str]) -> None:
        # Its own session: Ctrl-C reaches the supervisor alone, which then ends its children.
        self.process = subprocess.Popen(self.command, env=dict(environment), start_new_session=True)
        self.started = time.monotonic()

    def mourn(self) -> float:
        """Notes a crash; returns the seconds to wait before the next start."""
        lived = time.monotonic() - self.started
        self.crashes = 1 if lived > STEADY_SECONDS else self.crashes + 1
        wait = min(LONGEST_WAIT, 0.5 * 2**self.crashes)
        self.not_before = time.monotonic() + wait
        self.process = None
        return wait


@dataclass(slots=True)
class Supervisor:
    """Starts children, restarts those that crash (waiting longer each time), stops them all."""

    children: Sequence[Child]
    environment: Mapping[str, str]
    say: Callable[[str], None]
    stopping: threading.Event = field(default_factory=threading.Event)

    def listen(self) -> None:
        """Lets Ctrl-C and SIGTERM stop everything."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.stopping.set())

    def tend(self) -> None:
        """Starts whatever should run and does not."""
        for child in self.children:
            if child.process and child.process.poll() is not None:
                code = child.process.returncode
                wait = child.mourn()
                self.say(f"The {child.name} ended with code {code}; it starts again in {wait:g} s.")
            if child.process is None and time.monotonic() >= child.not_before:
                child.start(self.environment)

    def stop(self) -> None:
        """Asks every child to end, and ends those that do not within the grace time."""
        running = [child.process for child in self.children if child.process]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        for process in running:
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
