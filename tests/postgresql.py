"""Run test suites once more on PostgreSQL, wherever one can be reached."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ADDRESS = os.environ.get("KINEMARK_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/kinemark")
not_twice = pytest.mark.skipif(
    "KINEMARK_DATABASE_URL" in os.environ, reason="already on PostgreSQL"
)


def run_on_postgresql(suites: tuple[str, ...], database: str) -> subprocess.CompletedProcess[str]:
    """Run suites on a database of their own; skips the test where there is no PostgreSQL."""
    psycopg = pytest.importorskip("psycopg")
    try:
        psycopg.connect(ADDRESS.rsplit("/", 1)[0] + "/postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        pytest.skip("there is no PostgreSQL here; name one in KINEMARK_TEST_POSTGRES")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *suites],
        cwd=ROOT,
        env=os.environ | {"KINEMARK_DATABASE_URL": f"{ADDRESS}_{database}_{os.getpid()}"},
        capture_output=True,
        text=True,
    )
