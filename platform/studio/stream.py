"""Server-sent events: a job's progress as it changes, until the job is over."""

import asyncio
import json
from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async

from accounts.models import Person
from studio.progress import progress_of
from studio.selectors import job_of

LOOK_EVERY = 0.7
"""Seconds between two looks at the database."""
PING_EVERY = 20
"""Looks without news after which a comment keeps proxies from closing the line."""
LONGEST = 3600
"""Seconds after which the browser has to ask anew, with its session checked again."""


async def events(person: Person, job_id: object) -> AsyncIterator[bytes]:
    """One "job" event whenever something changed."""
    last, quiet = "", 0
    for _look in range(int(LONGEST / LOOK_EVERY)):
        now = await _now(person, job_id)
        if now is None:
            return
        text = json.dumps(now)
        if text != last:
            last, quiet = text, 0
            yield f"event: job\ndata: {text}\n\n".encode()
        elif (quiet := quiet + 1) % PING_EVERY == 0:
            yield b": still here\n\n"
        if now["over"]:
            return
        await asyncio.sleep(LOOK_EVERY)


@sync_to_async
def _now(person: Person, job_id: object) -> dict[str, object] | None:
    job = job_of(person, job_id)
    return progress_of(job).as_dict() if job else None
