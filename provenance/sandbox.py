"""The parent's side of the sandbox: one confined child for each examined file.

The children are forked by `forkserver`, one for each process that uses the sandbox, started on
first use. A child gets one open descriptor, of the file. Requests and answers are single lines of
JSON, pictures follow as raw bytes; what the child says is data from an untrusted place and is
parsed as such.
"""

from __future__ import annotations

import collections
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from provenance.errors import InvalidMedia, LimitReached, ProvenanceError, ProvenanceFailed
from provenance.forkserver import WORD
from provenance.media import Limits

Frames = NDArray[np.uint8]

_MOST_ANSWER = 4 * 2**20
_MOST_RAW = 256 * 2**20
_CHILDREN_A_SERVER = 500
"""After so many children a fresh server is started: its children share one memory layout."""
_ROOT = Path(__file__).parent.parent
_KINDS = {kind.__name__: kind for kind in (InvalidMedia, LimitReached, ProvenanceFailed)}


class Nursery:
    """Where children come from: one fork server at a time, for the process that made it.

    Args:
        served: the module that the children run; see `forkserver.Served`.
    """

    def __init__(self, served: str = "provenance.inspection") -> None:
        self._served = served
        self._lock = threading.Lock()
        self._door: socket.socket | None = None
        self._server: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._born = 0

    def warm(self) -> None:
        """Start the server now, so that the first file need not wait for it."""
        with self._lock:
            self._ready()

    def bear(self, file: int, requests: int, answers: int) -> socket.socket:
        """A child that has these three descriptors; the socket tells of its life and ends it.

        Raises:
            ProvenanceFailed: ``provenance.examination-failed``: no child is to be had.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            passed = [file, requests, answers, theirs.fileno()]
            for _attempt in range(2):
                with self._lock:
                    door = self._ready()
                    try:
                        socket.send_fds(door, [b"+"], passed)
                        self._born += 1
                        return ours
                    except OSError:  # the server is gone: a new one is started
                        self._retire()
        ours.close()
        raise examination_failed()

    def _ready(self) -> socket.socket:
        if self._owner != os.getpid():  # a forked copy of this process must have its own
            self._door = self._server = None
        if self._born >= _CHILDREN_A_SERVER or (self._server and self._server.poll() is not None):
            self._retire()
        if self._door is None:
            self._door, self._server = self._start()
            self._owner, self._born = os.getpid(), 0
        return self._door

    def _retire(self) -> None:
        """The server ends by itself when its last child has."""
        if self._door:
            self._door.close()
        if self._server:
            threading.Thread(target=self._server.wait, daemon=True).start()
        self._door = self._server = None

    def _start(self) -> tuple[socket.socket, subprocess.Popen[bytes]]:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            server = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "provenance.forkserver",
                    str(theirs.fileno()),
                    self._served,
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                cwd="/",
                env=_environment(),
                start_new_session=True,
            )
        return ours, server


_NURSERY = Nursery()


def warm_up() -> None:
    """Start what takes time before the first file comes; safe to call again."""
    _NURSERY.warm()


class Sandbox:
    """A confined child that looks at one file. Use as a context manager.

    Args:
        path: the file; only its descriptor goes to the child.
        wall_seconds: after which the child is killed, counted over its whole life.
        nursery: where the child comes from.
    """

    def __init__(self, path: Path, wall_seconds: float = 60.0, nursery: Nursery = _NURSERY) -> None:
        requests, sending = os.pipe()
        receiving, answers = os.pipe()
        self._requests: BinaryIO = os.fdopen(sending, "wb")
        self._answers: BinaryIO = os.fdopen(receiving, "rb")
        try:
            with path.open("rb") as file:
                self._control = nursery.bear(file.fileno(), requests, answers)
        except BaseException:
            self._requests.close()
            self._answers.close()
            raise
        finally:
            os.close(requests)
            os.close(answers)
        self._late = False
        self._pid = 0
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
        self._exit_code()
        self._control.close()
        for pipe in (self._requests, self._answers):
            with suppress(BrokenPipeError):  # a request that the child did not live to read
                pipe.close()

    @property
    def pid(self) -> int:
        """Process ID of the child; 0 when it was never born."""
        if not self._pid:
            self._pid = self._word() or 0
        return self._pid

    def call(self, name: str, **arguments: Any) -> dict[str, Any]:
        """Run one function of `inspection` in the child.

        Raises:
            ProvenanceError: what the function raised.
            LimitReached: ``provenance.examination-stopped``: time, memory or processor ran out, or
                the file made a decoder crash.
            ProvenanceFailed: ``provenance.examination-failed``: a fault of ours, or no sandbox.
        """
        return self._asked(name, arguments)[0]

    def picture(self, name: str, **arguments: Any) -> Frames | None:
        """Run a function that gives a picture: (height, width, 3) uint8; None when it has none.

        Raises:
            ProvenanceError: as `call`.
        """
        result, raw = self._asked(name, arguments)
        return _shaped(result, raw) if result else None

    def _asked(self, name: str, arguments: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        line = json.dumps({"call": name, "arguments": arguments}).encode() + b"\n"
        try:
            self._requests.write(line)
            self._requests.flush()
            answer = self._answers.readline(_MOST_ANSWER)
            if not answer.endswith(b"\n"):
                raise self._ended()
            result, size = _result(answer)
            raw = self._answers.read(size)
        except OSError:
            raise self._ended() from None
        if len(raw) != size:
            raise self._ended()
        return result, raw

    def _time_out(self) -> None:
        self._late = True
        self._kill()

    def _kill(self) -> None:
        with suppress(OSError):  # it has ended already
            self._control.shutdown(socket.SHUT_WR)

    def _ended(self) -> ProvenanceError:
        code = self._exit_code()
        if self._late:
            return _stopped("it took too long")
        if code is None:
            return examination_failed()
        if code == -signal.SIGXCPU:
            return _stopped("it used too much computing time")
        if code < 0 and code != -signal.SIGKILL:
            return _stopped("a decoder crashed on it")
        return _stopped("it asked for too much memory")

    def _exit_code(self) -> int | None:
        """Kill the child and wait for its end; None when it was never born."""
        self._kill()
        return self._word() if self.pid else None

    def _word(self) -> int | None:
        try:
            received = self._control.recv(WORD.size, socket.MSG_WAITALL)
        except OSError:
            return None
        return int(WORD.unpack(received)[0]) if len(received) == WORD.size else None


def decode_picture(path: Path, *, max_pixels: int = 25_000_000, wall_seconds: float = 30) -> Frames:
    """A still picture of unknown origin, decoded in a confined child; see `picture.read_picture`.

    Args:
        path: the file; its name is not believed.
        max_pixels: width × height at most.

    Returns:
        (height, width, 3) uint8 sRGB, upright.

    Raises:
        ProvenanceError: the codes of `picture.read_picture`, and those of `Sandbox.call`.
    """
    with Sandbox(path, wall_seconds) as box:
        frame = box.picture("picture", max_pixels=max_pixels)
    if frame is None:
        raise examination_failed()
    return frame


def decode_clip(
    path: Path,
    max_frames: int,
    size: tuple[int, int] | None = None,
    *,
    from_end: bool = False,
    wall_seconds: float = 60,
) -> tuple[Frames, float]:
    """Frames of a video, decoded in a confined child.

    Args:
        path: the file.
        max_frames: how many to give at most.
        size: (width, height) to resize to; None keeps the video's own.
        from_end: the last `max_frames` instead of the first.

    Returns:
        (frames, height, width, 3) uint8 sRGB, and frames a second.

    Raises:
        InvalidMedia: ``provenance.unreadable``; LimitReached: ``provenance.frame-too-large``, or
            ``provenance.video-too-long`` past `media.Limits.max_frames`; and those of
            `Sandbox.call`.
    """
    kept: collections.deque[Frames] = collections.deque(maxlen=max_frames)
    with Sandbox(path, wall_seconds) as box:
        fps = float(box.call("clip", size=size, limits=asdict(Limits()))["fps"])
        while (from_end or len(kept) < max_frames) and (frame := box.picture("frame")) is not None:
            kept.append(frame)
    if not kept or any(frame.shape != kept[0].shape for frame in kept):
        raise InvalidMedia(
            "unreadable",
            "This file could not be read as a video.",
            "Check that it is a complete video of one size.",
        )
    return np.stack(kept), fps


def contact_sheet(path: Path, count: int, side: int, *, wall_seconds: float = 60) -> list[Frames]:
    """Pictures spread over a video, decoded in a confined child.

    Args:
        path: the file. count: how many pictures. side: their longer side, pixels.

    Returns:
        (height, width, 3) uint8 sRGB each; fewer than `count` of a very short video.

    Raises:
        As `decode_clip`.
    """
    frames: list[Frames] = []
    with Sandbox(path, wall_seconds) as box:
        _begin(box, side)
        every = 1
        for index in itertools.count():
            if (frame := box.picture("frame")) is None:
                break
            if index % every == 0:
                frames.append(frame)
            if len(frames) > 2 * count:  # longer than thought: keep every other one from here on
                frames, every = frames[::2], 2 * every
    return frames[:: max(1, len(frames) // count)][:count]


def frame_at(path: Path, seconds: float, side: int, *, wall_seconds: float = 30) -> Frames:
    """The picture that a video shows at a time, or its last one; see `contact_sheet`."""
    shown: Frames | None = None
    with Sandbox(path, wall_seconds) as box:
        fps = _begin(box, side)
        for _index in range(max(0, round(seconds * fps)) + 1):
            frame = box.picture("frame")
            if frame is None:
                break
            shown = frame
    if shown is None:
        raise examination_failed()
    return shown


def _begin(box: Sandbox, side: int) -> float:
    """Let a child get ready to give out frames of at most `side`; frames a second."""
    limits = asdict(Limits())
    told = box.call("clip", size=None, limits=limits)
    width, height = (int(each) for each in told["size"])
    factor = min(1.0, side / max(1, width, height))
    size = [max(1, round(each * factor)) for each in (width, height)]
    return float(box.call("clip", size=size, limits=limits)["fps"])


def _shaped(result: dict[str, Any], raw: bytes) -> Frames:
    """The child's word for a shape is checked against what it sent."""
    shape = result.get("shape")
    sound = (
        isinstance(shape, list)
        and len(shape) == 3
        and all(isinstance(side, int) and side > 0 for side in shape)
        and shape[2] == 3
        and shape[0] * shape[1] * 3 == len(raw)
    )
    if not sound:
        raise examination_failed()
    return np.frombuffer(raw, np.uint8).reshape(cast(list[int], shape))


def _environment() -> dict[str, str]:
    """Nothing of ours leaks into the child: no settings, no secrets, no proxies."""
    return {
        "PYTHONPATH": str(_ROOT),
        "PATH": os.defpath,
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "2",
    }


def _result(answer: bytes) -> tuple[dict[str, Any], int]:
    """The result, and how many raw bytes follow it."""
    try:
        message = json.loads(answer)
    except (ValueError, RecursionError):
        raise examination_failed() from None
    if not isinstance(message, dict):
        raise examination_failed()
    if isinstance(message.get("result"), dict):
        size = message.get("bytes", 0)
        if not isinstance(size, int) or not 0 <= size <= _MOST_RAW:
            raise examination_failed()
        return message["result"], size
    error = message.get("error")
    if isinstance(error, dict) and error.get("kind") in _KINDS:
        kind = _KINDS[error["kind"]]
        code = str(error.get("code", "")).removeprefix("provenance.")
        raise kind(code, str(error.get("message", "")), str(error.get("advice", "")))
    if message.get("fault") == "memory":
        raise _stopped("it asked for too much memory")
    raise examination_failed()


def _stopped(why: str) -> LimitReached:
    return LimitReached(
        "examination-stopped",
        f"The examination was stopped: {why}.",
        "Try a shorter or smaller copy of the video.",
    )


def examination_failed() -> ProvenanceFailed:
    """A fault of ours, in the words that its visitor reads."""
    return ProvenanceFailed(
        "examination-failed",
        "The video could not be examined because of a fault on our side.",
        "Try again later and tell the studio if it happens again.",
        retryable=True,
    )
