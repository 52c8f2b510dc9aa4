"""What a worker does besides jobs."""

import threading
from datetime import timedelta

import pytest
from django.utils.timezone import now

from jobs import queue, worker
from tests.web.conftest import make_report
from verification.models import Report

pytestmark = pytest.mark.django_db


def test_a_studio_that_nobody_visits_still_deletes(monkeypatch):
    """Reports also expire when no verification comes along to sweep them."""
    kept, expired = make_report(), make_report()
    Report.objects.filter(pk=expired.pk).update(expires_at=now() - timedelta(seconds=1))
    stopping = threading.Event()
    monkeypatch.setattr(worker, "warm_up", lambda *_: None)
    monkeypatch.setattr(queue, "claim", stopping.set)
    worker.work(stopping)
    assert list(Report.objects.all()) == [kept]
