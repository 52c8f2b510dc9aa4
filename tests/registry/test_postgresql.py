"""The same answers on PostgreSQL, wherever one can be reached."""

from tests.postgresql import not_twice, run_on_postgresql

SUITES = (
    "tests/registry/test_records.py",
    "tests/registry/test_looks.py",
    "tests/registry/test_api_reading.py",
    "tests/registry/test_api_writing.py",
    "tests/accounts/test_api_keys.py",
)


@not_twice
def test_the_registry_answers_the_same_on_postgresql():
    done = run_on_postgresql(SUITES, "registry")
    assert done.returncode == 0, done.stdout[-4000:]
