"""How the examining child locks itself up: resource limits, then a list of allowed system calls.

Called in the child after every import and before the first untrusted byte. From then on it can
compute, read the descriptors it already has, and write its answer; it can open no file, no socket,
start no program, and signal no other process.
"""

from __future__ import annotations

import ctypes
import errno
import resource
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import cast

from provenance.errors import ProvenanceFailed

_MEMORY = 2**30
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE = 1, 4
_CLONE_THREAD = 0x00010000

_ALLOWED = """
read readv pread64 write writev lseek close dup fcntl fstat
mmap mprotect munmap mremap madvise brk mlock munlock membarrier
futex futex_wait futex_wake set_robust_list rseq sched_yield sched_getaffinity sched_getparam
sched_getscheduler sched_get_priority_max sched_get_priority_min getcpu
clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time
getpid gettid getuid geteuid getgid getegid getrandom uname sysinfo getrusage times
rt_sigaction rt_sigprocmask rt_sigreturn sigaltstack tgkill restart_syscall
poll ppoll select pselect6 eventfd2 exit exit_group getrlimit
"""


def confine(cpu_seconds: int) -> None:
    """Limit this process for the rest of its life.

    Args:
        cpu_seconds: of all threads together, at least 2; the kernel then ends the process.

    Raises:
        ProvenanceFailed: ``provenance.sandbox-missing`` (the system package ``libseccomp2`` is not
            there) or ``provenance.sandbox-failed`` (the lock does not hold).
    """
    pyseccomp = _library()
    _die_with_parent()
    _limit(cpu_seconds)
    sys.stdout.flush()
    rules = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.EPERM))
    for name in _ALLOWED.split():
        with suppress(OSError):  # not every architecture has every call
            rules.add_rule(pyseccomp.ALLOW, name)
    thread = pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _CLONE_THREAD, _CLONE_THREAD)
    rules.add_rule(pyseccomp.ALLOW, "clone", thread)
    # Its flags lie in memory where a filter cannot look; libc then falls back to clone.
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    rules.load()
    _prove()


def prepare() -> None:
    """Load the library early; what is missing is said by `confine`."""
    with suppress(ProvenanceFailed):
        _library()


def _library() -> ModuleType:
    try:
        import pyseccomp  # loads the system library, with the help of programs that it starts
    except (ImportError, OSError, RuntimeError) as fault:
        raise ProvenanceFailed(
            "sandbox-missing",
            "Videos cannot be examined safely: the system package libseccomp2 is missing.",
            "Install it, for example with: apt-get install libseccomp2",
        ) from fault
    return cast(ModuleType, pyseccomp)


def _die_with_parent() -> None:
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    libc.prctl(_PR_SET_DUMPABLE, 0)


def _limit(cpu_seconds: int) -> None:
    for kind, most in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))
    # A second early, so that the process ends with the signal that says why.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds - 1, cpu_seconds))


def _prove() -> None:
    """A lock that was not tried is not a lock."""
    for attempt in (socket.socket, Path("/etc/hostname").read_bytes):
        with suppress(PermissionError):
            attempt()
            raise ProvenanceFailed(
                "sandbox-failed",
                "Videos cannot be examined safely: the examining process is not locked up.",
                "Check that the kernel supports seccomp filters.",
            )
