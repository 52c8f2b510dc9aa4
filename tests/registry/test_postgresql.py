"""The same answers on PostgreSQL, wherever one can be reached."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = os.environ.get("KINEMARK_TEST_POSTGRES", "postgresql://postgres@127.0.0.1:5432/kinemark")
SUITES = (
    "tests/registry/test_records.py",
    "tests/registry/test_api_reading.py",
    "tests/registry/test_api_writing.py",
    "tests/accounts/test_api_keys.py",
)


@pytest.fixture
def address() -> str:
    psycopg = pytest.importorskip("psycopg")
    try:
        psycopg.connect(ADDRESS.rsplit("/", 1)[0] + "/postgres", connect_timeout=2).close()
    except psycopg.OperationalError:
        pytest.skip("there is no PostgreSQL here; name one in KINEMARK_TEST_POSTGRES")
    return f"{ADDRESS}_registry_{os.getpid()}"


@pytest.mark.skipif("KINEMARK_DATABASE_URL" in os.environ, reason="already on PostgreSQL")
def test_the_registry_answers_the_same_on_postgresql(address):
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *SUITES],
        cwd=ROOT,
        env=os.environ | {"KINEMARK_DATABASE_URL": address},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-4000:]
