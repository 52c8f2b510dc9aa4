"""What a mark says, and how 64 bits become thousands of signs and back.

Payload.  48 bits of mark ID followed by 16 bits of HMAC-SHA256 over that ID: of the 2**64 words
only 2**48 are ever written under a key, and only those are ever believed.

Code.  A feed-forward convolutional code with constraint length 14, ended in state zero, of as many
output signs per bit as there is room for (about 1/14 per bit and complex carrier); read back by the
Viterbi algorithm on soft values (Viterbi 1967; Forney 1973). The generator polynomials are drawn
once, from a fixed seed: they are part of the format, not secret. What is secret is the order and
the sign of the coded symbols (`Scrambler`); the signs are what the false-positive theorem of
`decision` rests on.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from provenance.watermark.keys import MarkKey, generator
from provenance.watermark.planes import Floats, as_floats

ID_BITS = 48
MAC_BITS = 16
PAYLOAD_BITS = ID_BITS + MAC_BITS
CONSTRAINT = 14
STATES = 1 << (CONSTRAINT - 1)
_HALF = STATES // 2
STEPS = PAYLOAD_BITS + CONSTRAINT - 1
"""Trellis steps: the payload and the zeros that end it."""
_BEGINNING = 16
"""Bits of which all values are followed when words are looked for by name."""
_REST = np.uint64(PAYLOAD_BITS - _BEGINNING)
_ROUNDING = 1e-3
"""Correlation by which sums in another order may differ, and more."""
_IMPOSSIBLE = np.float32(-1e30)

Bits = NDArray[np.int64]


def payload_of(mark_id: int, key: MarkKey) -> int:
    """The 64-bit word that is written for a mark ID.

    Raises:
        ValueError: if the ID does not fit 48 bits.
    """
    if not 0 <= mark_id < 1 << ID_BITS:
        raise ValueError("a mark ID has 48 bits")
    digest = hmac.digest(key.mac, mark_id.to_bytes(ID_BITS // 8, "big"), hashlib.sha256)
    return mark_id << MAC_BITS | int.from_bytes(digest[: MAC_BITS // 8], "big")


def mark_id_of(payload: int, key: MarkKey) -> int | None:
    """The mark ID of a word, or None if its MAC was not made with this key."""
    mark_id = payload >> MAC_BITS
    return mark_id if payload_of(mark_id, key) == payload else None


@cache
def _outputs(rate: int) -> Floats:
    """Signs that each of the 2**14 register contents puts out, shape (2**14, rate).

    Every generator taps the newest and the oldest bit: whichever of them changes, all signs do.
    """
    draw = np.random.Generator(np.random.Philox(key=0x4B4D31))
    taps = draw.integers(0, 1 << CONSTRAINT, rate) | 1 | STATES
    parity = np.arange(1 << CONSTRAINT)[:, None] & taps[None]
    for shift in (8, 4, 2, 1):
        parity ^= parity >> shift
    return (1 - 2 * (parity & 1)).astype(np.float32)


@dataclass(frozen=True)
class ConvolutionalCode:
    """The code of one rate: `rate` signs for every bit of payload and tail."""

    rate: int

    @property
    def length(self) -> int:
        """Signs per word."""
        return STEPS * self.rate

    def encode(self, payload: int) -> Floats:
        """Signs of a 64-bit word, shape (length,), values ±1."""
        word = np.array([payload], np.uint64)
        registers = [int(_register(word, step)[0]) for step in range(STEPS)]
        return as_floats(_outputs(self.rate)[registers].ravel())

    def decode(self, soft: Floats) -> tuple[int, float]:
        """(word, correlation): the word whose signs correlate best with `soft`, shape (length,),
        any scale, and their correlation."""
        gains = self._quarter(soft)
        metric = np.full(STATES, _IMPOSSIBLE, np.float32)
        metric[0] = 0
        survivors = np.empty((STEPS, 2, _HALF), np.bool_)
        for step, gain in enumerate(gains):
            # A register is the old state with the new bit pushed in from the right; its lower 13
            # bits are the new state, so both ways into a state come from half a table apart.
            low, high = metric[:_HALF], metric[_HALF:]
            ways = [(low + gain, high - gain), (low - gain, high + gain)]
            metric = np.empty(STATES, np.float32)
            for bit, (from_low, from_high) in enumerate(ways):
                np.greater(from_high, from_low, out=survivors[step, bit])
                np.maximum(from_low, from_high, out=metric[bit::2])
            if step >= PAYLOAD_BITS:  # zeros end the word
                metric[1::2] = _IMPOSSIBLE
        return _trace(survivors), float(metric[0])

    def correlations(self, soft: Floats, payloads: NDArray[np.uint64]) -> Floats:
        """Correlation of `soft` with the signs of each word, shape (len(payloads),)."""
        gains = self._gains(soft)
        total = np.zeros(len(payloads), np.float32)
        for step in range(STEPS):
            total += gains[step].take(_register(payloads, step))
        return total

    def likeliest(
        self, soft: Floats, payloads: NDArray[np.uint64], least: float
    ) -> tuple[int, float] | None:
        """(index, correlation) of the word whose signs correlate best with `soft`, or None if none
        of them reaches `least`.

        Args:
            soft: as for `decode`.
            payloads: words in ascending order.
            least: the correlation from which a word is of interest.

        Branch and bound (Land & Doig 1960): what any word can gain at best from a state on is known
        (`_futures`), so that of the words only those are followed that can still reach `least`. In
        noise, at the thresholds of `decision`, that are some fifty of the 65,536 beginnings that
        words have: the cost hardly grows with the number of words, and the answer is exact.
        """
        gains = self._gains(soft)
        futures = self._futures(gains)
        begun = self._beginnings(gains)
        enough = np.float32(least - _ROUNDING)
        states = np.arange(len(begun)) & (STATES - 1)
        promising = np.flatnonzero(begun + futures[_BEGINNING][states] >= enough)
        alive = _beginning_so(payloads, promising.astype(np.uint64))
        words = payloads[alive]
        total = begun.take((words >> _REST).astype(np.intp))
        for step in range(_BEGINNING, STEPS):
            register = _register(words, step)
            total = total + gains[step].take(register)
            able = total + futures[step + 1].take(register & (STATES - 1)) >= enough
            alive, words, total = alive[able], words[able], total[able]
        if not len(total) or total.max() < least:
            return None
        best = int(total.argmax())
        return int(alive[best]), float(total[best])

    def _futures(self, gains: Floats) -> dict[int, Floats]:
        """The most that any word can still gain from each state on, shape (STATES,), by step: the
        Viterbi algorithm from the end."""
        best = np.full(STATES, _IMPOSSIBLE, np.float32)
        best[0] = 0
        futures = {STEPS: best}
        for step in range(STEPS - 1, _BEGINNING - 1, -1):
            after = gains[step].reshape(2, STATES) + best
            zero, one = after.reshape(STATES, 2).T
            best = np.maximum(zero, one) if step < PAYLOAD_BITS else zero
            futures[step] = best
        return futures

    def _beginnings(self, gains: Floats) -> Floats:
        """Correlation after the first 16 bits, for each of their values."""
        total = np.zeros(1, np.float32)
        for step in range(_BEGINNING):
            beginnings = np.arange(2 * len(total)) & ((1 << CONSTRAINT) - 1)
            total = np.repeat(total, 2) + gains[step].take(beginnings)
        return total

    def _gains(self, soft: Floats) -> Floats:
        """What each register content would add to the correlation, shape (STEPS, 2**14)."""
        quarter = self._quarter(soft)
        half = np.stack([quarter, -quarter], 2).reshape(STEPS, STATES)
        return np.concatenate([half, -half], 1)

    def _quarter(self, soft: Floats) -> Floats:
        """The same of the contents whose newest and oldest bit are 0, shape (STEPS, 2**12); the
        other three quarters differ from it in sign only."""
        steps = soft.astype(np.float32).reshape(STEPS, self.rate)
        return as_floats(steps @ _outputs(self.rate)[:STATES:2].T)


def _register(payloads: NDArray[np.uint64], step: int) -> NDArray[np.intp]:
    """Register contents after a step: so many bits of each word, the highest first, then zeros."""
    shift = PAYLOAD_BITS - 1 - step
    moved = payloads >> np.uint64(shift) if shift >= 0 else payloads << np.uint64(-shift)
    return (moved & np.uint64((1 << CONSTRAINT) - 1)).astype(np.intp)


def _beginning_so(payloads: NDArray[np.uint64], beginnings: NDArray[np.uint64]) -> NDArray[np.intp]:
    """Indices of the words that begin with one of these 16 bits."""
    first = np.searchsorted(payloads, beginnings << _REST)
    after = np.searchsorted(payloads, ~(~beginnings << _REST), side="right")
    lengths = after - first
    skipped = first - np.cumsum(lengths) + lengths
    return np.repeat(skipped, lengths) + np.arange(lengths.sum())


def _trace(survivors: NDArray[np.bool_]) -> int:
    state, word = 0, 0
    for step in range(STEPS - 1, -1, -1):
        if step < PAYLOAD_BITS:
            word |= (state & 1) << (PAYLOAD_BITS - 1 - step)
        from_high = int(survivors[step, state & 1, state >> 1])
        state = (state | from_high << (CONSTRAINT - 1)) >> 1
    return word


class Scrambler:
    """Keyed order and signs: which carrier carries which coded symbol, and turned which way.

    Args:
        key: the signs key.
        dimensions: real carriers available; the code takes the largest rate that fits.
    """

    def __init__(self, key: bytes, dimensions: int) -> None:
        draw = generator(key)
        self.code = ConvolutionalCode(dimensions // STEPS)
        self.dimensions = dimensions
        self._order = draw.permutation(dimensions)[: self.code.length]
        self._signs = (1 - 2 * draw.integers(0, 2, self.code.length)).astype(np.float32)

    def spread(self, payload: int) -> Floats:
        """One sign for every carrier (0 for the few left over), shape (dimensions,)."""
        carriers = np.zeros(self.dimensions, np.float32)
        carriers[self._order] = self.code.encode(payload) * self._signs
        return carriers

    def gather(self, carriers: NDArray[np.floating]) -> Floats:
        """Soft code symbols of measured carriers, shape (code.length,)."""
        return carriers[self._order].astype(np.float32) * self._signs
