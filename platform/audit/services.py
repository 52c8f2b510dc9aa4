"""Adding to the chain, and checking it.

Each digest covers the event and the digest before it, so a changed, removed or inserted event
breaks every later one. `record` joins the caller's transaction: if it fails, what it tells of did
not happen either.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import models, transaction
from django.utils.timezone import now

from accounts.sealing import pseudonym
from audit.models import Event, Head

GENESIS = "0" * 64
STUDIO = "studio"
Detail = str | int | bool | None | list[str]


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What `verify_chain` found. `broken_at` is the first event that does not fit, if any."""

    ok: bool
    events: int
    head: str
    broken_at: int | None = None


def record(
    action: str,
    subject: models.Model | UUID | str,
    actor: models.Model | None = None,
    **details: Detail,
) -> Event:
    """Adds an event. `details` hold codes, counts and digests, never what a person wrote.

    The actor is stored as a pseudonym that only this studio can connect with a person.
    """
    name = str(subject.pk) if isinstance(subject, models.Model) else str(subject)
    _only_plain(details)
    with transaction.atomic():
        head = _locked_head()
        event = Event(
            seq=head.seq + 1,
            at=now(),
            actor=pseudonym(actor.pk) if actor else STUDIO,
            action=action,
            subject=name,
            details=details,
            previous=head.digest,
        )
        event.digest = _digest(event)
        event.save(force_insert=True)
        Head.objects.filter(pk=1).update(seq=event.seq, digest=event.digest)
    return event


def verify_chain() -> ChainReport:
    """Computes every digest again, from the first event to the head."""
    digest, seq = GENESIS, 0
    for event in Event.objects.order_by("seq").iterator():
        if event.seq != seq + 1 or event.previous != digest or event.digest != _digest(event):
            return ChainReport(False, seq, digest, broken_at=event.seq)
        digest, seq = event.digest, event.seq
    head = Head.objects.filter(pk=1).first()
    if (head.seq, head.digest) != (seq, digest) if head else seq:
        return ChainReport(False, seq, digest, broken_at=seq + 1)  # the end was cut off
    return ChainReport(True, seq, digest)


def _locked_head() -> Head:
    head = Head.objects.select_for_update().filter(pk=1).first()
    if head is None:
        Head.objects.bulk_create([Head(pk=1, seq=0, digest=GENESIS)], ignore_conflicts=True)
        head = Head.objects.select_for_update().get(pk=1)
    return head


def _digest(event: Event) -> str:
    at: datetime = event.at
    content = [
        event.seq,
        at.isoformat(timespec="microseconds"),
        event.actor,
        event.action,
        event.subject,
        event.details,
        event.previous,
    ]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _only_plain(details: dict[str, Detail]) -> None:
    """Databases may rewrite a float or a nested object, and then its digest would not fit."""
    for key, value in details.items():
        plain = (
            all(isinstance(v, str) for v in value)
            if isinstance(value, list)
            else (value is None or isinstance(value, str | int))
        )
        if not plain:
            raise TypeError(f"audit detail {key!r} must be text, a whole number or a list of text")
