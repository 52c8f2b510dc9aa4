"""Who asks, and whether they may: anonymous reading, scoped keys for everything else."""

from collections.abc import Callable

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.api_keys import key_behind
from accounts.models import ApiKey, Scope
from config.errors import Forbidden, UserFault
from registry.limits import count


class Unknown(UserFault):
    """No key, or none that opens anything."""

    status = 401

    def __init__(self) -> None:
        super().__init__(
            "registry.key-unknown",
            _("This needs an API key that is known here, not revoked and not expired."),
            _("Send it as “Authorization: Bearer kmk_…”, or make a new one on your account page."),
        )


def may(scope: Scope) -> Callable[[HttpRequest], ApiKey | str]:
    """An admission for Ninja: answers who asks, the key or, for reading, "anybody".

    Raises `Unknown`, `Forbidden` for a key without the scope, `TooOften`.
    """

    def admit(request: HttpRequest) -> ApiKey | str:
        kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if not kind and not scope.writes:
            count(request.META.get("REMOTE_ADDR", ""))
            return "anybody"
        key = key_behind(secret.strip()) if kind.lower() == "bearer" else None
        if key is None:
            count(request.META.get("REMOTE_ADDR", ""))  # who tries keys is slowed down as well
            raise Unknown
        count(str(key.pk))
        if not key.allows(scope):
            raise Forbidden(
                "registry.scope-missing",
                _("This key may not do that: it lacks the scope %(scope)s.") % {"scope": scope},
                _("Make a key with that scope, or ask an administrator for one."),
            )
        return key

    return admit
