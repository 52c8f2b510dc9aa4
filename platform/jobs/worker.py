"""The embedded worker: asks the database for work, does it, asks again."""

import threading

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from jobs import engines, pipeline, publication, queue, workspace

log = structlog.get_logger()

SWEEP_SECONDS = 60


def work(stopping: threading.Event) -> None:
    """Works until `stopping` is set. A job in progress is given back at its next step."""
    engines.warm_up(engines.media_gate, engines.generator)
    log.info("worker.ready")
    idle_since_sweep = float(SWEEP_SECONDS)
    while not stopping.is_set():
        try:
            if idle_since_sweep >= SWEEP_SECONDS:
                publication.sweep()
                workspace.sweep()
                idle_since_sweep = 0.0
            if lease := queue.claim():
                pipeline.run(lease, stopping=stopping)
                continue
        except DatabaseError as error:
            log.warning("worker.database-away", error=error)
            connection.close()
        stopping.wait(settings.POLL_SECONDS)
        idle_since_sweep += settings.POLL_SECONDS
