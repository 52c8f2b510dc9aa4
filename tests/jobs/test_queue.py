"""Who works on which job."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils.timezone import now

from jobs import queue
from jobs.lifecycle import move
from jobs.models import Job, State
from jobs.selectors import queue_position
from tests.making import make_job


@pytest.fixture
def expired(job_in):
    """A job whose worker has died."""
    job = job_in(State.RENDERING)
    lease = queue.claim(job.pk)
    Job.objects.filter(pk=job.pk).update(lease_until=now() - timedelta(seconds=1))
    return lease


def test_the_oldest_job_comes_first(job_in):
    first, _ = job_in(), job_in()
    assert queue.claim().job_id == first.pk


def begin_next() -> Job:
    """Claims the next job and begins it, as a worker would, until it is done."""
    job = Job.objects.get(pk=queue.claim().job_id)
    move(job, State.RENDERING, token=job.token, begun_at=now())
    Job.objects.filter(pk=job.pk).update(state=State.PUBLISHED, token=None, lease_until=None)
    return job


def test_people_take_turns(creator, stranger):
    batch = [make_job(creator) for _ in range(4)]
    singles = [make_job(stranger) for _ in range(2)]
    order = [begin_next() for _ in range(6)]
    assert order == [batch[0], singles[0], batch[1], singles[1], batch[2], batch[3]]


def test_a_batch_delays_a_newcomers_clip_by_one(creator, stranger):
    for _ in range(20):
        make_job(creator)
    begin_next()
    single = make_job(stranger)
    assert queue_position(single) == 0
    assert begin_next() == single


def test_the_position_is_the_number_of_jobs_that_begin_before(creator, stranger, moderator):
    jobs = [make_job(who) for who in (creator, creator, stranger, creator, moderator, stranger)]
    begin_next()
    jobs += [make_job(moderator)]
    told = {job.pk: queue_position(job) for job in jobs[1:]}
    began = [begin_next().pk for _ in range(6)]
    assert told == {key: place for place, key in enumerate(began)}


def test_a_claimed_job_is_not_claimed_again(job_in):
    job_in()
    assert queue.claim() is not None
    assert queue.claim() is None


def test_each_claim_counts_as_an_attempt(job_in):
    job = job_in()
    queue.claim()
    job.refresh_from_db()
    assert job.attempt == 1


@pytest.mark.parametrize("state", sorted(set(State) - set(queue.WORKED_ON)))
def test_jobs_at_rest_are_nobodys_work(job_in, state):
    job_in(state)
    assert queue.claim() is None


def test_a_dead_workers_job_is_claimed_with_a_new_token(expired):
    lease = queue.claim()
    assert lease.job_id == expired.job_id
    assert lease.token != expired.token


def test_the_old_token_can_no_longer_write(expired):
    queue.claim()
    with pytest.raises(queue.LeaseLost):
        queue.renew(expired, stage="still alive")


def test_renewing_puts_the_end_off(expired):
    queue.renew(expired)
    assert queue.claim() is None


def test_renewing_hears_of_a_cancellation(expired):
    Job.objects.update(cancel_requested=True)
    with pytest.raises(queue.CancelRequested):
        queue.renew(expired)


def test_a_job_given_back_is_free_at_once_and_not_counted(job_in):
    job = job_in()
    queue.release(queue.claim())
    job.refresh_from_db()
    assert job.attempt == 0
    assert queue.claim() is not None


def test_the_heartbeat_notices_that_the_lease_is_lost(expired, settings, transactional_db):
    settings.LEASE_SECONDS = 0.15
    Job.objects.update(token=None, lease_until=None)
    with queue.kept_alive(expired) as heartbeat:
        heartbeat.join(5)
        with pytest.raises(queue.LeaseLost):
            heartbeat.check()


def test_the_heartbeat_keeps_the_lease(job_in, settings, transactional_db):
    settings.LEASE_SECONDS = 0.3
    job = job_in()
    lease = queue.claim()
    before = lease.row().get().lease_until
    with queue.kept_alive(lease) as heartbeat:
        while lease.row().get().lease_until == before:
            heartbeat.check()
    assert Job.objects.get(pk=job.pk).token == lease.token


def test_of_many_who_claim_at_once_each_job_goes_to_one(job_in, transactional_db):
    jobs = {job_in().pk for _ in range(4)}
    start, won = threading.Barrier(6), []

    def worker() -> None:
        start.wait()
        while lease := queue.claim():
            won.append(lease.job_id)
        connection.close()

    threads = [threading.Thread(target=worker) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(won) == sorted(jobs)
