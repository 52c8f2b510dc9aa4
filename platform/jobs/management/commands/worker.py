"""`manage.py worker`: works on jobs until it is told to stop."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from jobs.worker import work


class Command(BaseCommand):
    help = "Works on jobs. SIGTERM or Ctrl-C gives the current job back and ends."

    def handle(self, *args: Any, **options: Any) -> None:
        stopping = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        work(stopping)
