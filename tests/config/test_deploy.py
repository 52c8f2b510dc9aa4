"""A studio on the open internet is set up as Django advises."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_the_deployment_check_finds_nothing_under_https(tmp_path):
    environment = os.environ | {
        "KINEMARK_HOME": str(tmp_path),
        "KINEMARK_URL": "https://studio.example.org",
    }
    done = subprocess.run(
        [sys.executable, ROOT / "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout
