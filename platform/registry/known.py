"""The marks of all records and their words, kept up as clips are published.

A mark too faint to be read can still be recognised among those that were given out; for that the
detector needs a word for each of them, and a word costs an HMAC. Each process works out the words
of new records only, and the settled ones lie in a file that the next process begins with.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Lock

import numpy as np
import structlog
from django.conf import settings
from django.utils.timezone import now
from numpy.typing import NDArray

from provenance import KeyRing, Names, ProvenanceError
from provenance.atomic import write_bytes
from registry.models import Record

log = structlog.get_logger()
SETTLING = timedelta(minutes=10)
"""A record may show itself after a later one did: the order of numbers is not that of commits."""
_WORTH_KEEPING = 1000
"""New records that are worth writing the file again."""
_MOST_RINGS = 4


@dataclass(frozen=True)
class Known:
    """Names of all records; those up to `settled`, `kept` of them, are in the file."""

    names: Names
    settled: int = 0
    kept: int = 0


_known: dict[str, Known] = {}
_lock = Lock()


def known_names(keys: KeyRing) -> Names:
    """The names of every record that there is now."""
    ring = _ring(keys)
    with _lock:
        if ring not in _known:
            while len(_known) >= _MOST_RINGS:  # a ring that was rotated is not asked for again
                _known.pop(next(iter(_known)))
            _known[ring] = _from_file(ring, keys)
        _known[ring] = _caught_up(_known[ring], ring, keys)
        return _known[ring].names


def _caught_up(known: Known, ring: str, keys: KeyRing) -> Known:
    rows = list(
        Record.objects.filter(pk__gt=known.settled)
        .order_by("pk")
        .values_list("pk", "mark_id", "created_at")
    )
    names = known.names
    seen = np.array([mark_id for _pk, mark_id, _at in rows], np.uint64)
    fresh = seen[~_named(seen, names)]
    if len(fresh):
        names = names.with_more(Names.of(fresh.tolist(), keys))
    old = now() - SETTLING
    settled = max((pk for pk, _mark_id, at in rows if at < old), default=known.settled)
    caught_up = Known(names, settled, known.kept)
    if len(names) - known.kept >= _WORTH_KEEPING and settled > known.settled:
        return _to_file(caught_up, ring)
    return caught_up


def _from_file(ring: str, keys: KeyRing) -> Known:
    """What an earlier process left; nothing if it is not of this database."""
    try:
        head, body = _file(ring).read_bytes().split(b"\n", 1)
        told = json.loads(head)
        words = np.frombuffer(body, np.uint64).reshape(len(keys.keys), told["count"])
    except (OSError, ValueError, KeyError, TypeError):
        return Known(Names.of((), keys))
    places = [(key.epoch, key.tenant) for key in keys.keys]
    names = Names(dict(zip(places, words, strict=True)))
    there = Record.objects.filter(pk__lte=told["settled"]).count()
    if there != told["among"] or not _is_last(told["settled"], names):
        return Known(Names.of((), keys))
    return Known(names, told["settled"], len(names))


def _to_file(known: Known, ring: str) -> Known:
    told = {
        "settled": known.settled,
        "count": len(known.names),
        "among": Record.objects.filter(pk__lte=known.settled).count(),
    }
    body = b"".join(words.tobytes() for words in known.names.words.values())
    try:
        _file(ring).parent.mkdir(parents=True, exist_ok=True)
        write_bytes(_file(ring), json.dumps(told).encode() + b"\n" + body)
    except (OSError, ProvenanceError) as error:  # the next process works them out again
        log.warning("registry.names-not-kept", error=error)
    return Known(known.names, known.settled, len(known.names))


def _is_last(settled: int, names: Names) -> bool:
    """Whether the last settled record is one of these: another database has other marks."""
    mark_id = Record.objects.filter(pk=settled).values_list("mark_id", flat=True).first()
    return mark_id is not None and bool(_named(np.array([mark_id], np.uint64), names)[0])


def _named(mark_ids: NDArray[np.uint64], names: Names) -> NDArray[np.bool_]:
    """Which of these have a name; the names are in order, so nothing is sorted for it."""
    if not len(names):
        return np.zeros(len(mark_ids), bool)
    at = np.minimum(np.searchsorted(names.ids, mark_ids), len(names) - 1)
    return names.ids[at] == mark_ids


def _file(ring: str) -> Path:
    return Path(settings.REGISTRY_DIR) / f"names-{ring}.words"


def _ring(keys: KeyRing) -> str:
    """A name for the ring that does not tell its secrets."""
    secrets = hashlib.sha256()
    for key in keys.keys:
        secrets.update(f"{key.epoch}|{key.tenant}|".encode() + key.mac)
    return secrets.hexdigest()[:16]
