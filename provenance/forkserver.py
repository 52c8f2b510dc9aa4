"""The fork server: imports everything once, then forks one confined child for each file.

Run by `sandbox` as ``python -m provenance.forkserver DESCRIPTOR MODULE``. It never touches a byte
of an uploaded file itself: it passes the open descriptor on to a child that locks itself up first.
A child serves one file and is thrown away, so no file ever meets a process that has seen another.

With each message on its socket come four descriptors: the file, the child's input, the child's
output, and a control socket. On the control socket it tells the child's process ID and, at the end,
its exit code; when the other side closes that socket, it kills the child.
"""

from __future__ import annotations

import gc
import importlib
import os
import selectors
import signal
import socket
import struct
import sys
from contextlib import suppress
from typing import Protocol, cast

PASSED = 4
WORD = struct.Struct("!i")
"""A process ID or an exit code (negative: the signal that ended it) on the control socket."""
_FILE = 3


class Served(Protocol):
    """What a served module offers."""

    def load(self) -> None:
        """Import whatever will be needed: past the lock nothing can be imported."""

    def serve(self, descriptor: int) -> None:
        """Lock up, then answer requests from standard input about the file behind `descriptor`."""


class ForkServer:
    """Forks, tells, kills and reaps. Ends when its socket is closed and its children are gone."""

    def __init__(self, door: socket.socket, served: Served) -> None:
        self._door: socket.socket | None = door
        self._served = served
        self._children: dict[int, socket.socket] = {}
        self._selector = selectors.DefaultSelector()
        self._selector.register(door, selectors.EVENT_READ)
        self._woken, self._waker = socket.socketpair()
        for end in (self._woken, self._waker):
            end.setblocking(False)
        self._selector.register(self._woken, selectors.EVENT_READ)

    def run(self) -> None:
        """Serve until nobody can ask any more."""
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._waker.fileno())
        while self._door or self._children:
            for key, _events in self._selector.select():
                source = cast(socket.socket, key.fileobj)
                if source is self._door:
                    self._admit()
                elif source is self._woken:
                    self._reap()
                else:
                    self._release(source)

    def _admit(self) -> None:
        door = cast(socket.socket, self._door)
        message, passed, _flags, _address = socket.recv_fds(door, 16, PASSED)
        if not message:
            self._selector.unregister(door)
            door.close()
            self._door = None
            return
        if len(passed) != PASSED:
            for descriptor in passed:
                os.close(descriptor)
            return
        control = socket.socket(fileno=passed[3])
        try:
            child = os.fork()
        except OSError:  # no process to be had: the closed control socket says so
            control.close()
        else:
            if child == 0:
                self._become(*passed[:3])
            self._children[child] = control
            self._selector.register(control, selectors.EVENT_READ, child)
            _tell(control, child)
        for descriptor in passed[:3]:
            os.close(descriptor)

    def _become(self, file: int, requests: int, answers: int) -> None:
        """In the child: keep the three descriptors and nothing else, serve, and never return."""
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            kept = [os.dup(each) for each in (requests, answers, file)]
            for place, each in zip((0, 1, _FILE), kept, strict=True):
                os.dup2(each, place)
            os.closerange(_FILE + 1, os.sysconf("SC_OPEN_MAX"))
            self._served.serve(_FILE)
        finally:
            os._exit(0 if sys.exc_info()[0] is None else 1)

    def _release(self, control: socket.socket) -> None:
        """Whoever asked for this child no longer wants it."""
        if control.fileno() < 0:
            return  # reaped in the same breath
        child = int(self._selector.get_key(control).data)
        self._selector.unregister(control)
        os.kill(child, signal.SIGKILL)  # still ours: it is reaped below only

    def _reap(self) -> None:
        with suppress(BlockingIOError):
            while self._woken.recv(64):
                pass
        while self._children:
            child, status = os.waitpid(-1, os.WNOHANG)
            if child == 0:
                return
            control = self._children.pop(child)
            with suppress(KeyError):
                self._selector.unregister(control)
            _tell(control, os.waitstatus_to_exitcode(status))
            control.close()


def _tell(control: socket.socket, word: int) -> None:
    with suppress(OSError):  # nobody listens any more
        control.sendall(WORD.pack(word), socket.MSG_DONTWAIT)


def main() -> None:
    """Load, then serve."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    served = cast(Served, importlib.import_module(sys.argv[2]))
    served.load()
    gc.freeze()  # what is shared with the children stays shared
    ForkServer(socket.socket(fileno=int(sys.argv[1])), served).run()


if __name__ == "__main__":
    main()
