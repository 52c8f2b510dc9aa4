"""The examining child: no files, no network, no programs, bounded time and memory."""

import subprocess
import sys
from pathlib import Path

import pytest

import provenance
from provenance.errors import LimitReached, ProvenanceFailed
from provenance.sandbox import Sandbox, _result

ROOT = Path(provenance.__file__).parent.parent

ESCAPES = {
    "socket": "import socket; socket.socket()",
    "unix socket": "import socket; socket.socket(socket.AF_UNIX)",
    "read a file": "open('/etc/passwd').read()",
    "write a file": "open('/tmp/escaped', 'w')",
    "list a folder": "import os; os.listdir('/')",
    "start a program": "import os; os.execv('/bin/true', ['true'])",
    "fork": "import os; os.fork()",
    "signal another": "import os; os.kill(os.getppid(), 0)",
    "remove a file": "import os; os.unlink('/tmp/anything')",
    "trace": "import ctypes; assert ctypes.CDLL(None, use_errno=True).ptrace(0, 0, 0, 0) == 0",
}


def confined(code: str) -> subprocess.CompletedProcess[str]:
    script = f"""
import os, socket, ctypes, threading
from provenance.confinement import confine
confine(2)
try:
    exec({code!r})
except (PermissionError, AssertionError):
    print("refused")
else:
    print("escaped")
"""
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=False
    )


@pytest.mark.parametrize("code", ESCAPES.values(), ids=ESCAPES.keys())
def test_it_cannot_get_out(code):
    ran = confined(code)
    assert ran.stdout.strip() == "refused", ran.stderr


def test_it_can_still_compute_in_threads():
    code = "t = threading.Thread(target=sum, args=([1, 2],)); t.start(); t.join()"
    assert confined(code).stdout.strip() == "escaped"


def test_memory_is_bounded():
    code = "try:\n    bytearray(2 * 2**30)\nexcept MemoryError:\n    raise PermissionError"
    assert confined(code).stdout.strip() == "refused"


def test_computing_time_is_bounded():
    assert confined("while True: pass").returncode < 0


def test_a_missing_system_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyseccomp", None)
    from provenance.confinement import confine

    with pytest.raises(ProvenanceFailed) as caught:
        confine(1)
    assert caught.value.code == "provenance.sandbox-missing"
    assert "libseccomp2" in caught.value.message


def test_the_child_sees_nothing_of_our_environment(monkeypatch, small_clip):
    monkeypatch.setenv("KINEMARK_SECRET", "secret")
    with Sandbox(small_clip) as box:
        environment = Path(f"/proc/{box._child.pid}/environ").read_bytes()
    assert b"secret" not in environment


def test_the_wall_clock_ends_it(small_clip):
    with Sandbox(small_clip, wall_seconds=0.01) as box, pytest.raises(LimitReached) as caught:
        box.call("inspect")
    assert "too long" in caught.value.message


def test_a_killed_child_is_a_limit_and_no_hang(small_clip):
    with Sandbox(small_clip) as box:
        box._child.kill()
        with pytest.raises(LimitReached):
            box.call("inspect")


def test_a_fault_in_the_child_is_a_code_and_no_trace(small_clip):
    with Sandbox(small_clip) as box, pytest.raises(ProvenanceFailed) as caught:
        box.call("no_such_function")
    assert caught.value.code == "provenance.examination-failed"


@pytest.mark.parametrize(
    "answer",
    [b"no json\n", b"[]\n", b'{"result": 1}\n', b'{"error": {"kind": "SystemExit"}}\n', b"{}\n"],
)
def test_an_answer_of_a_wrong_shape_is_not_believed(answer):
    with pytest.raises(ProvenanceFailed):
        _result(answer)


def test_no_process_is_left_behind(small_clip):
    with Sandbox(small_clip) as box:
        child = box._child
    assert child.poll() is not None
