"""Says which system packages are missing, and the command that installs them.

Runs on the bare system Python before anything else is set up, so it uses the standard library
alone. ``run`` needs the first table; ``test`` also wants a browser, and where it may (root, apt)
it installs it, for a suite without its browser tests proves less than it seems to.

Exit codes: 0 all there (or only a browser is missing and cannot be installed: its tests then skip
and say so), 1 something needed is missing.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable

Check = tuple[str, str, Callable[[], bool]]


def has_library(soname: str) -> bool:
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def has_module(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def has_browser() -> bool:
    return shutil.which("chromium") is not None


NEEDED: list[Check] = [
    ("python3-venv", "creates the virtual environment", lambda: has_module("ensurepip")),
    (
        "libseccomp2",
        "confines the process that decodes uploads",
        lambda: has_library("libseccomp.so.2"),
    ),
]
BROWSER = "chromium"


def install(package: str) -> bool:
    """Install one Debian package; True if the package manager says that it worked."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    steps = (["apt-get", "update", "-q"], ["apt-get", "install", "-q", "-y", package])
    return all(
        subprocess.run(step, env=environment, stdout=subprocess.DEVNULL).returncode == 0
        for step in steps
    )


def check_browser() -> None:
    if has_browser():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing {BROWSER} for the browser tests …", flush=True)
        if install(BROWSER):
            return
    print(
        f"No {BROWSER}: the browser tests will be skipped.\n"
        f"  To run them:  sudo apt-get install -y {BROWSER}"
    )


def main(purpose: str) -> int:
    if not (3, 11) <= sys.version_info[:2] < (3, 13):
        found = ".".join(map(str, sys.version_info[:3]))
        print(
            f"Kinemark needs Python 3.11 or 3.12; this is {found}.\n"
            "  Install it:   sudo apt-get install -y python3.11 python3.11-venv\n"
            "  Then:         make run PYTHON=python3.11"
        )
        return 1
    missing = [(package, why) for package, why, present in NEEDED if not present()]
    for package, why in missing:
        print(f"Missing system package {package} (it {why}).")
    if missing:
        packages = " ".join(package for package, _ in missing)
        print(f"  Install:      sudo apt-get install -y {packages}")
        return 1
    if purpose == "test":
        check_browser()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "run"))
