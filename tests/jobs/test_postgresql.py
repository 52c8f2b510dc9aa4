"""The same promises on PostgreSQL, wherever one can be reached."""

from tests.postgresql import not_twice, run_on_postgresql

SUITES = ("tests/jobs/test_queue.py", "tests/jobs/test_lifecycle.py", "tests/audit")


@not_twice
def test_queue_lifecycle_and_audit_hold_on_postgresql():
    done = run_on_postgresql(SUITES, "jobs")
    assert done.returncode == 0, done.stdout[-4000:]
