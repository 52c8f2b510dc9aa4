from collections.abc import Callable

import pytest

from jobs.models import Job, State
from tests.making import make_job


@pytest.fixture
def job_in(creator) -> Callable[..., Job]:
    """Makes a job of the creator's in any state."""

    def make(state: State = State.QUEUED, **fields: object) -> Job:
        return make_job(creator, state, **fields)

    return make
