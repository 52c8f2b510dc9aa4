"""Mark IDs that a detector may look for by name, and what they are written as under each key.

Working out a million words takes seconds (one HMAC each), looking for them a fraction of that. So
whoever keeps the IDs keeps their words as well, adds to them as clips are published, and hands
both to the detector.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from provenance.watermark.code import MAC_BITS, payload_of
from provenance.watermark.keys import KeyRing, MarkKey

Words = NDArray[np.uint64]
_WIRE = np.dtype("<u8")


@dataclass(frozen=True)
class Names:
    """Registered mark IDs.

    Args:
        words: for each key of the ring, as (epoch, tenant), the 64-bit words of all IDs in
            ascending order, shape (n,) uint64, each ID once. Never written to.
    """

    words: Mapping[tuple[int, str], Words]

    @classmethod
    def of(cls, mark_ids: Iterable[int], keys: KeyRing) -> Names:
        """The words of these IDs under every key; about 2 µs for each ID and key."""
        ids = sorted(set(mark_ids))
        return cls({_place(key): _words(ids, key) for key in keys.keys})

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def ids(self) -> Words:
        """The IDs themselves, shape (n,)."""
        anything = next(iter(self.words.values()), np.empty(0, np.uint64))
        return anything >> np.uint64(MAC_BITS)

    def under(self, key: MarkKey) -> Words:
        """The words under one key. Raises KeyError for a key of another ring."""
        return self.words[_place(key)]

    def with_more(self, others: Names) -> Names:
        """These and others of the same ring."""
        both = {place: np.union1d(mine, others.words[place]) for place, mine in self.words.items()}
        return Names(both)

    @cached_property
    def packed(self) -> dict[str, str]:
        """As text for JSON; worked out once."""
        return {
            f"{epoch}|{tenant}": base64.b64encode(words.astype(_WIRE).tobytes()).decode()
            for (epoch, tenant), words in self.words.items()
        }

    @classmethod
    def unpacked(cls, packed: Mapping[str, str]) -> Names:
        """The inverse of `packed`.

        Raises:
            ValueError: for anything else.
        """
        words = {}
        for place, text in packed.items():
            epoch, _bar, tenant = place.partition("|")
            found = np.frombuffer(base64.b64decode(text, validate=True), _WIRE)
            words[int(epoch), tenant] = found.astype(np.uint64)
        return cls(words)


def _place(key: MarkKey) -> tuple[int, str]:
    return key.epoch, key.tenant


def _words(mark_ids: list[int], key: MarkKey) -> Words:
    return np.fromiter((payload_of(each, key) for each in mark_ids), np.uint64, len(mark_ids))
