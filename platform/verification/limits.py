"""How often and how many at once: verification is free and anonymous, so it must be bounded."""

import fcntl
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import timedelta
from typing import TextIO

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.sealing import pseudonym
from config.errors import SystemFault, UserFault
from verification.models import Bucket


class TooMany(UserFault):
    """This address has used up its share of the hour."""

    status = 429

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(
            "verification.too-many",
            _("Too many videos were checked from your address within the hour."),
            _("Try again in %(minutes)d minutes.") % {"minutes": retry_after // 60 + 1},
            retryable=True,
        )


class Busy(SystemFault):
    """Every place for an examination is taken."""

    retry_after = 15

    def __init__(self) -> None:
        super().__init__(
            "verification.busy",
            _("Other videos are being examined right now."),
            _("Your video was not looked at and not kept. Send it again in a few seconds."),
            retryable=True,
        )


def take_token(address: str) -> None:
    """Takes one of the `settings.VERIFY_PER_HOUR` tokens of a network address.

    Raises `TooMany`. Only a keyed digest of the address is stored, for an hour at most after its
    last use: then its bucket is full again, which is the same as having none.
    """
    full = float(settings.VERIFY_PER_HOUR)
    moment = now()
    with transaction.atomic():
        Bucket.objects.filter(updated_at__lt=moment - timedelta(hours=1)).delete()
        key = pseudonym(f"verify:{address}")
        new = Bucket(key=key, tokens=full, updated_at=moment)
        Bucket.objects.bulk_create([new], ignore_conflicts=True)
        bucket = Bucket.objects.select_for_update().get(pk=key)
        waited = max(0.0, (moment - bucket.updated_at).total_seconds())
        tokens = min(full, bucket.tokens + waited * full / 3600)
        if tokens < 1:
            raise TooMany(retry_after=int((1 - tokens) * 3600 / full) + 1)
        Bucket.objects.filter(pk=key).update(tokens=tokens - 1, updated_at=moment)


def slot(key: str = "") -> AbstractContextManager[None]:
    """One of the `settings.VERIFY_AT_ONCE` places for an examination on this machine.

    Args:
        key: of the program that asks, "" for a person. One key holds at most half of the places,
            and all keys together leave one to people.

    Raises `Busy` on entering.
    """
    return _place("place", settings.VERIFY_AT_ONCE, key)


def fetching() -> AbstractContextManager[None]:
    """One of the `settings.VERIFY_FETCH_AT_ONCE` places for fetching from an address: slow servers
    must not take the places of examinations. Raises `Busy` on entering."""
    return _place("fetch", settings.VERIFY_FETCH_AT_ONCE)


def decoding() -> AbstractContextManager[None]:
    """One of as many places for decoding stills of our own clips. Raises `Busy` on entering."""
    return _place("still", settings.VERIFY_AT_ONCE)


@contextmanager
def _place(kind: str, most: int, key: str = "") -> Iterator[None]:
    """A place is a locked file: the kernel frees it even if the process dies. In it stands the key
    that holds it."""
    settings.UPLOADS_DIR.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        with (settings.UPLOADS_DIR / f"{kind}.lock").open("w") as door:
            fcntl.flock(door, fcntl.LOCK_EX)  # one at a time looks for a place
            files = [
                held.enter_context((settings.UPLOADS_DIR / f"{kind}-{number}.lock").open("a+"))
                for number in range(most)
            ]
            free, keys = _looked_over(files)
            if free is None or (key and not _has_room(key, keys, most)):
                raise Busy
            free.truncate(0)
            free.write(key)
            free.flush()
        yield


def _looked_over(places: list[TextIO]) -> tuple[TextIO | None, list[str]]:
    """The first free place, locked, and the keys that hold others."""
    free, keys = None, []
    for file in places:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            keys.append(file.read())
            continue
        if free is None:
            free = file
        else:
            fcntl.flock(file, fcntl.LOCK_UN)
    return free, [key for key in keys if key]


def _has_room(key: str, keys: list[str], most: int) -> bool:
    return keys.count(key) < max(1, most // 2) and len(keys) < max(1, most - 1)
