"""One attempt at a job: everything a stage of the pipeline needs at hand."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jobs import lifecycle, queue
from jobs.engines import Engines
from jobs.models import Job, State
from jobs.workspace import PREVIEW, Workspace

REPORT_SECONDS = 0.5
"""Pages ask about twice a second; more often would only wear the database."""


@dataclass(slots=True)
class Work:
    job: Job
    lease: queue.Lease
    heartbeat: queue.Heartbeat
    engines: Engines
    workspace: Workspace
    _reported: float = field(default=0.0, repr=False)

    def move(self, to: State, **changes: Any) -> None:
        """Moves the job on, as the one who holds its lease. Raises `lifecycle.LostRace`."""
        lifecycle.move(self.job, to, token=self.lease.token, timings=self.job.timings, **changes)

    def report(
        self, stage: str, step: int, steps: int, preview: NDArray[np.uint8] | None = None
    ) -> None:
        """Tells the page how far the work is. Raises `queue.Stop` when it must end.

        Every call checks the lease; at most two a second reach the disk and the database.
        """
        self.heartbeat.check()
        if time.monotonic() - self._reported < REPORT_SECONDS and step < steps:
            return
        progress: dict[str, object] = {"stage": stage, "step": step, "steps": steps}
        if preview is not None:
            self.workspace.save_preview(preview)
            progress["preview"] = PREVIEW
        queue.renew(self.lease, **progress)
        self._reported = time.monotonic()

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Notes how many seconds the block took; adds up over several blocks of one name."""
        start = time.perf_counter()
        try:
            yield
        finally:
            spent = self.job.timings.get(name, 0.0) + time.perf_counter() - start
            self.job.timings[name] = round(spent, 4)
