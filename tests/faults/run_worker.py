"""The studio's own worker, with a small generator and gates that let everything pass.

What is tested here is the way of a job through killed processes, not what the gates think of it.
"""

import os
import signal
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from jobs import pipeline, publication, queue
    from jobs.worker import work
    from tests.gates import passing

    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    if sys.argv[1:] == ["--die-before-commit"]:
        publication._sync = lambda folder: os.kill(os.getpid(), signal.SIGKILL)
        pipeline.run(queue.claim(), passing())
    work(stopping, passing())


if __name__ == "__main__":
    main()
