"""Who works on which job: claim, lease, heartbeat, fence.

The database alone decides. A claim is a conditional UPDATE that gives the job a fresh token; the
lease must be renewed before it runs out, and from then on anybody may claim the job. Whoever
holds an old token can no longer write anything.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils.timezone import now

from jobs.lifecycle import WORKED_ON
from jobs.models import Job


class Stop(Exception):
    """Work on a job must end now."""


class LeaseLost(Stop):
    """The job belongs to somebody else now."""


class CancelRequested(Stop):
    """Its creator does not want the job any more."""


class Stopping(Stop):
    """The worker is asked to end; somebody else shall go on with the job."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to work on one job, until it is lost."""

    job_id: UUID
    token: UUID

    def row(self) -> QuerySet[Job]:
        """The job, as long as it is ours."""
        return Job.objects.filter(pk=self.job_id, token=self.token)


def claim(job_id: UUID | None = None) -> Lease | None:
    """Takes the next job that nobody works on (or the one named), or None.

    People take turns: first comes whoever had a rendering begun the longest ago, with the oldest
    of their jobs. So a batch of a hundred delays somebody else's single clip by one.

    Counts the attempt; a job that has moved on since starts counting anew.
    """
    due = _claimable()
    if job_id:
        due = due.filter(pk=job_id)
    for key in _in_turn(due).values_list("pk", flat=True)[:8]:
        lease = Lease(key, uuid4())
        taken = _claimable().filter(pk=key)
        if taken.update(token=lease.token, lease_until=_deadline(), attempt=F("attempt") + 1) == 1:
            return lease
    return None


def renew(lease: Lease, **progress: object) -> None:
    """Puts the end of the lease off, and writes progress along with it.

    Raises `LeaseLost`, or `CancelRequested` when the job is still ours but not wanted.
    """
    wanted = lease.row().filter(cancel_requested=False)
    if wanted.update(lease_until=_deadline(), **progress) == 1:
        return
    if lease.row().exists():
        raise CancelRequested
    raise LeaseLost


def release(lease: Lease) -> None:
    """Gives an unfinished job back at once, as if it had not been tried."""
    lease.row().update(token=None, lease_until=None, attempt=F("attempt") - 1)


@contextmanager
def kept_alive(lease: Lease, stopping: threading.Event | None = None) -> Iterator["Heartbeat"]:
    """Renews the lease from a thread while the block runs; `stopping` is the worker's own wish."""
    heartbeat = Heartbeat(lease, stopping or threading.Event())
    heartbeat.start()
    try:
        yield heartbeat
    finally:
        heartbeat.stop()


class Heartbeat(threading.Thread):
    """Beats three times a lease; remembers why work must stop."""

    def __init__(self, lease: Lease, stopping: threading.Event) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self._lease = lease
        self._stopping = stopping
        self._over = threading.Event()
        self._reason: Stop | None = None

    def check(self) -> None:
        """Raises `Stop` if work must end. Cheap: asks no database."""
        if self._reason:
            raise self._reason
        if self._stopping.is_set():
            raise Stopping

    def stop(self) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        good_until = time.monotonic() + settings.LEASE_SECONDS
        while not self._over.wait(settings.LEASE_SECONDS / 3):
            try:
                renew(self._lease)
                good_until = time.monotonic() + settings.LEASE_SECONDS
            except Stop as reason:
                self._reason = reason
                break
            except DatabaseError:
                # The database is away. Until the lease has run out nobody else can have the job.
                connection.close()
                if time.monotonic() > good_until:
                    self._reason = LeaseLost()
                    break
        connection.close()


def _claimable() -> QuerySet[Job]:
    free = Q(token__isnull=True) | Q(lease_until__lt=now())
    return Job.objects.filter(free, state__in=WORKED_ON)


def _in_turn(due: QuerySet[Job]) -> QuerySet[Job]:
    begun = Job.objects.filter(owner=OuterRef("owner"), begun_at__isnull=False)
    last = Subquery(begun.order_by("-begun_at").values("begun_at")[:1])
    return due.annotate(turn=last).order_by(F("turn").asc(nulls_first=True), "created_at")


def _deadline() -> object:
    return now() + timedelta(seconds=settings.LEASE_SECONDS)
