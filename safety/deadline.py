"""A time limit around work that cannot be interrupted."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import TypeVar

from safety.errors import TimedOut

Answer = TypeVar("Answer")


def within(seconds: float, work: Callable[[], Answer]) -> Answer:
    """The answer of ``work()``, if it comes in time.

    The work runs in a daemon thread; when late it is left to finish alone and its answer dropped.

    Raises:
        TimedOut: no answer within ``seconds``.
        Exception: whatever ``work`` raised.
    """
    answers: queue.SimpleQueue[tuple[bool, object]] = queue.SimpleQueue()

    def run() -> None:
        try:
            answers.put((True, work()))
        except BaseException as error:
            answers.put((False, error))

    threading.Thread(target=run, name="safety-screening", daemon=True).start()
    try:
        succeeded, answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimedOut(f"No answer within {seconds:g} seconds.") from None
    if not succeeded:
        raise answer if isinstance(answer, Exception) else TimedOut("The screening was stopped.")
    return answer  # type: ignore[return-value]
