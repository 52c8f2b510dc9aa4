"""Keys with which people's programs speak to the studio.

A key is 32 random bytes, so one round of SHA-256 protects it: there is nothing to guess. It is
shown once, lives for a year at most, and ends with its owner's account.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext as _

from accounts.models import ApiKey, Person, Scope
from audit import services as audit
from config.errors import Forbidden, UserFault

BEGINS = "kmk_"
"""By which people, and programs that look for leaked secrets, know a key of this studio."""
MOST_DAYS = 366
MOST_KEYS = 20
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key just made, with the text that is shown once and kept nowhere."""

    key: ApiKey
    secret: str


def create_key(owner: Person, name: str, scopes: Collection[Scope], days: int) -> NewKey:
    """A new key. Raises `Forbidden` for scopes that the owner may not hand out, `UserFault` for
    no scope, a time out of range or too many keys."""
    if not scopes or not 1 <= days <= MOST_DAYS:
        raise UserFault(
            "accounts.key-invalid",
            _("A key needs at least one scope, and ends after 1 to %(most)d days.")
            % {"most": MOST_DAYS},
            _("Choose what the key may do and how long."),
        )
    if any(scope not in owner.grantable_scopes for scope in scopes):
        raise Forbidden(
            "accounts.key-scope",
            _("Keys that write to the registry are made by administrators."),
            _("Choose reading only, or ask whoever runs this studio."),
        )
    secret = BEGINS + secrets.token_urlsafe(32)
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=owner.pk)
        if living(owner).count() >= MOST_KEYS:
            raise UserFault(
                "accounts.too-many-keys",
                _("You have %(most)d keys already.") % {"most": MOST_KEYS},
                _("Revoke one that nothing uses any more."),
            )
        key = ApiKey.objects.create(
            owner=owner,
            name=name,
            start=secret[:_SHOWN],
            digest=_digest(secret),
            scopes=sorted(scopes),
            expires_at=now() + timedelta(days=days),
        )
        audit.record("key.created", key, owner, scopes=sorted(scopes))
    return NewKey(key, secret)


def revoke_key(owner: Person, key_id: UUID) -> bool:
    """Ends a key of the owner's at once. Says whether there was one to end."""
    with transaction.atomic():
        ended = living(owner).filter(pk=key_id).update(revoked_at=now())
        if ended:
            audit.record("key.revoked", key_id, owner)
    return bool(ended)


def living(owner: Person) -> QuerySet[ApiKey]:
    """The owner's keys that still open something."""
    return ApiKey.objects.filter(owner=owner, revoked_at=None, expires_at__gt=now())


def key_behind(secret: str) -> ApiKey | None:
    """The living key with this text, whose owner may still come in; notes the day of its use."""
    key = (
        ApiKey.objects.filter(digest=_digest(secret), revoked_at=None, expires_at__gt=now())
        .select_related("owner")
        .filter(owner__is_active=True)
        .first()
    )
    if key is not None and key.last_used_on != now().date():
        ApiKey.objects.filter(pk=key.pk).update(last_used_on=now().date())
    return key


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
