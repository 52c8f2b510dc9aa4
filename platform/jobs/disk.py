"""What a disk can do to a job: be nearly full, or fill up half-way."""

import errno
import shutil

from django.conf import settings

from config.errors import SystemFault

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def disk_full() -> SystemFault:
    return SystemFault(
        "jobs.disk-full",
        "The studio's disk is full.",
        "Try again later; whoever runs this studio must free some space first.",
        retryable=True,
    )


def require_space() -> None:
    """Refuses new work before the disk is so full that running jobs would fail.

    Raises `SystemFault` "jobs.disk-nearly-full".
    """
    free = shutil.disk_usage(settings.KINEMARK_HOME).free
    if free < settings.FREE_SPACE_FLOOR_MB * 1_000_000:
        raise SystemFault(
            "jobs.disk-nearly-full",
            "The studio's disk is nearly full, so it takes no new clips.",
            "Try again later; whoever runs this studio must free some space first.",
            retryable=True,
        )


def is_full(error: BaseException) -> bool:
    """Did this error, or what caused it, come from a full disk?"""
    cause: BaseException | None = error
    while cause:
        if isinstance(cause, OSError) and cause.errno in _FULL:
            return True
        cause = cause.__cause__ or cause.__context__
    return False
