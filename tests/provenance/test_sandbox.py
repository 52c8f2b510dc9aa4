"""The examining child: no files, no network, no programs, bounded time and memory."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

import provenance
from provenance.errors import LimitReached, ProvenanceFailed
from provenance.sandbox import Nursery, Sandbox, _environment, _result, decode_picture

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


@pytest.fixture(scope="module")
def nursery() -> Nursery:
    """Real children of the real fork server, with a module that tries to get out."""
    return Nursery("tests.provenance.escapee")


def tried(nursery: Nursery, path: Path, code: str) -> str:
    with Sandbox(path, nursery=nursery) as box:
        return box.call("attempt", code=code)["told"]


@pytest.mark.parametrize("code", ESCAPES.values(), ids=ESCAPES.keys())
def test_it_cannot_get_out(nursery, small_clip, code):
    assert tried(nursery, small_clip, code) == "refused"


def test_it_can_still_compute_in_threads(nursery, small_clip):
    code = "t = threading.Thread(target=sum, args=([1, 2],)); t.start(); t.join()"
    assert tried(nursery, small_clip, code) == "escaped"


def test_memory_is_bounded(nursery, small_clip):
    code = "try:\n    bytearray(2 * 2**30)\nexcept MemoryError:\n    raise PermissionError"
    assert tried(nursery, small_clip, code) == "refused"


def test_computing_time_is_bounded(nursery, small_clip):
    with pytest.raises(LimitReached) as caught:
        tried(nursery, small_clip, "while True: pass")
    assert "computing time" in caught.value.message


def test_a_crash_is_a_limit_and_the_next_child_is_well(nursery, small_clip):
    with pytest.raises(LimitReached) as caught:
        tried(nursery, small_clip, "ctypes.string_at(0)")
    assert "crashed" in caught.value.message
    assert tried(nursery, small_clip, "pass") == "escaped"


def test_a_child_has_the_file_its_two_pipes_and_nothing_else(nursery, small_clip):
    code = (
        "there = []\n"
        "for n in range(64):\n"
        "    try: fcntl.fcntl(n, fcntl.F_GETFD); there.append(n)\n"
        "    except OSError: pass\n"
        "assert there != [0, 1, 2, 3], there"
    )
    assert tried(nursery, small_clip, code) == "refused"


def test_every_file_gets_a_child_of_its_own(nursery, small_clip):
    seen = set()
    for _ in range(3):
        with Sandbox(small_clip, nursery=nursery) as box:
            seen.add(box.pid)
    assert len(seen) == 3


def test_many_at_once_do_not_mix_their_answers(small_clip, tmp_path):
    paths = [tmp_path / f"{shade}.png" for shade in range(12)]
    for shade, path in enumerate(paths):
        Image.new("RGB", (8, 8), (shade, 0, 0)).save(path)
    with ThreadPoolExecutor(6) as pool:
        shades = [int(frame[0, 0, 0]) for frame in pool.map(decode_picture, paths)]
    assert shades == list(range(12))


def test_a_dead_server_is_replaced(small_clip):
    nursery = Nursery("tests.provenance.escapee")
    assert tried(nursery, small_clip, "pass") == "escaped"
    nursery._server.kill()
    nursery._server.wait()
    assert tried(nursery, small_clip, "pass") == "escaped"


def test_a_server_is_replaced_after_many_children(small_clip, monkeypatch):
    monkeypatch.setattr("provenance.sandbox._CHILDREN_A_SERVER", 2)
    nursery = Nursery("tests.provenance.escapee")
    servers = set()
    for _ in range(4):
        assert tried(nursery, small_clip, "pass") == "escaped"
        servers.add(nursery._server.pid)
    assert len(servers) == 2


def test_the_server_ends_with_its_owner(small_clip):
    nursery = Nursery("tests.provenance.escapee")
    nursery.warm()
    server = nursery._server
    nursery._door.close()
    assert server.wait(timeout=20) == 0


def test_the_server_has_one_thread_to_fork():
    script = (
        "import os; from provenance import inspection; inspection.load(); "
        "assert len(os.listdir('/proc/self/task')) == 1"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=_environment(), check=True)


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
        environment = Path(f"/proc/{box.pid}/environ").read_bytes()
    assert b"secret" not in environment


def test_the_wall_clock_ends_it(nursery, small_clip):
    nursery.warm()
    with (
        Sandbox(small_clip, wall_seconds=0.2, nursery=nursery) as box,
        pytest.raises(LimitReached) as caught,
    ):
        box.call("attempt", code="import time\nwhile True: time.sleep(1)")
    assert "too long" in caught.value.message


def test_a_killed_child_is_a_limit_and_no_hang(small_clip):
    with Sandbox(small_clip) as box:
        os.kill(box.pid, signal.SIGKILL)
        with pytest.raises(LimitReached):
            box.call("inspect")


def test_a_fault_in_the_child_is_a_code_and_no_trace(small_clip):
    with Sandbox(small_clip) as box, pytest.raises(ProvenanceFailed) as caught:
        box.call("no_such_function")
    assert caught.value.code == "provenance.examination-failed"


@pytest.mark.parametrize(
    "answer",
    [
        b"no json\n",
        b"[]\n",
        b'{"result": 1}\n',
        b'{"error": {"kind": "SystemExit"}}\n',
        b"{}\n",
        b'{"result": {}, "bytes": -1}\n',
        b'{"result": {}, "bytes": 99999999999}\n',
    ],
)
def test_an_answer_of_a_wrong_shape_is_not_believed(answer):
    with pytest.raises(ProvenanceFailed):
        _result(answer)


def test_no_process_is_left_behind(small_clip):
    with Sandbox(small_clip) as box:
        child = box.pid
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)
