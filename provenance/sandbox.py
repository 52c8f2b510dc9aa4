"""The parent's side of the sandbox: one confined child for each examined file.

The child inherits one open descriptor, of the file. Requests and answers are single lines of JSON;
what the child says is data from an untrusted place and is parsed as such.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, cast

from provenance.errors import InvalidMedia, LimitReached, ProvenanceError, ProvenanceFailed

_MOST_ANSWER = 4 * 2**20
_ROOT = Path(__file__).parent.parent
_KINDS = {kind.__name__: kind for kind in (InvalidMedia, LimitReached, ProvenanceFailed)}


class Sandbox:
    """A confined child that looks at one file. Use as a context manager.

    Args:
        path: the file; only its descriptor goes to the child.
        wall_seconds: after which the child is killed, counted over its whole life.
    """

    def __init__(self, path: Path, wall_seconds: float = 60.0) -> None:
        with path.open("rb") as file:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "provenance.inspection", str(file.fileno())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                pass_fds=[file.fileno()],
                cwd="/",
                env=_environment(),
                start_new_session=True,
            )
        self._late = False
        self._clock = threading.Timer(wall_seconds, self._time_out)
        self._clock.daemon = True
        self._clock.start()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._clock.cancel()
        self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            cast(BinaryIO, pipe).close()

    def call(self, name: str, **arguments: Any) -> dict[str, Any]:
        """Run one function of `inspection` in the child.

        Raises:
            ProvenanceError: what the function raised.
            LimitReached: ``provenance.examination-stopped``: time, memory or processor ran out, or
                the file made a decoder crash.
            ProvenanceFailed: ``provenance.examination-failed``: a fault of ours, or no sandbox.
        """
        line = json.dumps({"call": name, "arguments": arguments}).encode() + b"\n"
        stdin, stdout = cast(BinaryIO, self._child.stdin), cast(BinaryIO, self._child.stdout)
        try:
            stdin.write(line)
            stdin.flush()
            answer = stdout.readline(_MOST_ANSWER)
        except OSError:
            answer = b""
        if not answer.endswith(b"\n"):
            raise self._ended()
        return _result(answer)

    def _time_out(self) -> None:
        self._late = True
        self._child.kill()

    def _ended(self) -> ProvenanceError:
        self._child.kill()
        code = self._child.wait()
        if self._late:
            return _stopped("it took too long")
        if code == -signal.SIGXCPU:
            return _stopped("it used too much computing time")
        if code < 0 and code != -signal.SIGKILL:
            return _stopped("a decoder crashed on it")
        return _stopped("it asked for too much memory")


def _environment() -> dict[str, str]:
    """Nothing of ours leaks into the child: no settings, no secrets, no proxies."""
    return {
        "PYTHONPATH": str(_ROOT),
        "PATH": os.defpath,
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }


def _result(answer: bytes) -> dict[str, Any]:
    try:
        message = json.loads(answer)
    except ValueError:
        raise _failed() from None
    if isinstance(message, dict) and isinstance(message.get("result"), dict):
        return cast(dict[str, Any], message["result"])
    error = message.get("error") if isinstance(message, dict) else None
    if isinstance(error, dict) and error.get("kind") in _KINDS:
        kind = _KINDS[error["kind"]]
        code = str(error.get("code", "")).removeprefix("provenance.")
        raise kind(code, str(error.get("message", "")), str(error.get("advice", "")))
    if isinstance(message, dict) and message.get("fault") == "memory":
        raise _stopped("it asked for too much memory")
    raise _failed()


def _stopped(why: str) -> LimitReached:
    return LimitReached(
        "examination-stopped",
        f"The examination was stopped: {why}.",
        "Try a shorter or smaller copy of the video.",
    )


def _failed() -> ProvenanceFailed:
    return ProvenanceFailed(
        "examination-failed",
        "The video could not be examined because of a fault on our side.",
        "Try again later and tell the studio if it happens again.",
        retryable=True,
    )
