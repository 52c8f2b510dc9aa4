"""How often programs may ask.

Counted in the cache, for a minute at a time: an answer from the registry costs less than a row in
the database would. With several web processes each counts for itself.
"""

from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.sealing import pseudonym
from config.errors import UserFault

_MINUTE = 60


class TooOften(UserFault):
    """This caller has used up the minute."""

    status = 429

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(
            "registry.too-often",
            _("Too many questions from here within a minute."),
            _("Ask again in %(seconds)d seconds, or use an API key of your own.")
            % {"seconds": retry_after},
            retryable=True,
        )


def count(caller: str) -> None:
    """Counts one question of a network address or a key. Raises `TooOften`."""
    minute, second = divmod(int(now().timestamp()), _MINUTE)
    key = f"registry:{pseudonym(caller)}:{minute}"
    cache.add(key, 0, timedelta(minutes=2).total_seconds())
    if cache.incr(key) > settings.REGISTRY_PER_MINUTE:
        raise TooOften(retry_after=_MINUTE - second)
