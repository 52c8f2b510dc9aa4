"""The embedded worker: asks the database for work, does it, asks again."""

import threading

import structlog
from django.conf import settings
from django.db import DatabaseError, connection

from jobs import masters, pipeline, publication, queue, workspace
from jobs.engines import Engines, warm_up
from policies import replays
from rights import services as rights
from studio import pictures
from verification import services as verification

log = structlog.get_logger()

SWEEP_SECONDS = 60


def work(stopping: threading.Event, tools: Engines | None = None) -> None:
    """Works until `stopping` is set. A job in progress is given back at its next step."""
    tools = tools or Engines()
    warm_up(tools.media_gate, tools.generator)
    log.info("worker.ready")
    idle_since_sweep = float(SWEEP_SECONDS)
    while not stopping.is_set():
        try:
            if idle_since_sweep >= SWEEP_SECONDS:
                publication.sweep()
                workspace.sweep()
                masters.sweep()
                pictures.sweep()
                verification.sweep()
                rights.sweep()
                idle_since_sweep = 0.0
            if lease := queue.claim():
                pipeline.run(lease, tools, stopping)
            if replays.step() or lease:
                continue
        except DatabaseError as error:
            log.warning("worker.database-away", error=error)
            connection.close()
        stopping.wait(settings.POLL_SECONDS)
        idle_since_sweep += settings.POLL_SECONDS
