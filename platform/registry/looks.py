"""What all records look like, at hand for every examination and kept up as clips are published.

The settled ones are kept by each process; those of the last minutes are read anew each time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from django.utils.timezone import now

from provenance import Near, Shortlist, View
from provenance.shortlist import CANDIDATES, FAR
from registry.known import SETTLING
from registry.models import Record


@dataclass(frozen=True)
class Settled:
    """Records up to number `upto`, the last of which has this mark."""

    clips: Shortlist
    upto: int = 0
    mark_id: int = 0


_NOTHING = Settled(Shortlist.of(()))
_settled = _NOTHING
_lock = Lock()


def nearest(views: Sequence[View], limit: int = CANDIDATES, most_bits: float = FAR) -> list[Near]:
    """The records that look most like this, the likeliest first; see `Shortlist.nearest`."""
    near = [
        each for shortlist in _all_records() for each in shortlist.nearest(views, limit, most_bits)
    ]
    return sorted(near, key=lambda each: each.bits)[:limit]


def warm_up() -> None:
    """Reads what there is, so that the first visitor need not wait for it."""
    _all_records()


def _all_records() -> tuple[Shortlist, Shortlist]:
    global _settled
    with _lock:
        known = _settled if _is_there(_settled) else _NOTHING
        rows = list(
            Record.objects.filter(pk__gt=known.upto)
            .order_by("pk")
            .values_list("pk", "mark_id", "created_at", "hashes", "parts")
        )
        old = now() - SETTLING
        count = max((place for place, row in enumerate(rows, 1) if row[2] < old), default=0)
        if count:
            clips = known.clips.with_more(_shortlist(rows[:count]))
            known = Settled(clips, rows[count - 1][0], rows[count - 1][1])
        _settled = known
    return known.clips, _shortlist(rows[count:])


def _shortlist(rows: list[tuple]) -> Shortlist:
    return Shortlist.of(
        (mark_id, bytes(hashes), bytes(parts)) for _pk, mark_id, _at, hashes, parts in rows
    )


def _is_there(settled: Settled) -> bool:
    """Whether these are records of this database: another has other marks."""
    found = Record.objects.filter(pk=settled.upto, mark_id=settled.mark_id)
    return not settled.upto or found.exists()
