"""When a mark may be claimed, and why a claim is false less than once in 10**9 uploads.

The statistic.  Let y be the soft symbols measured on an upload (weighted, in code order) and c the
signs of a codeword. z = <c, y> / |y|.

Theorem.  Let the scrambler's signs be independent and uniform on {-1, +1}, and independent of the
upload. Let the detector make at most A decoding attempts with each of K keys, where the geometry,
the channel weights and the order of the attempts depend on the upload, the sync keys, the carriers'
phases and on products of measured symbols with one another, but not on the signs. Let it claim a
mark only for a word that some attempt measures at z >= t_blind and whose MAC is right, or at
z >= t_registry and which is one of the M registered words. Then, for any upload,

    P(a claim) <= A K (2**48 tail(t_blind) + M tail(t_registry)),
    tail(t) = b P(a standard normal variable >= t),    b = 1 / (4 P(it is >= sqrt(2))) < 3.179.

Proof.  Fix one attempt and one word. Conditional on everything but the signs, y is a fixed vector
times the signs, so z = sum_i s_i a_i with s_i independent Rademacher signs and |a| = 1, and
P(z >= t) <= tail(t), exactly and for every dimension (Bentkus & Dzindzalieta 2015, theorem 1.1; at
these heights an eighth of Hoeffding's exp(-t**2 / 2)). Words that carry a valid MAC number 2**48
per key: the MAC key is independent of the signs, so the set is fixed before they are drawn. Sum
over words, attempts and keys. An attempt that is made only because earlier ones failed is still one
of the at most A. ∎

`Budget` gives each of the two terms half of the total bound. What the theorem does not cover: an
adversary who may query a detector many times with the key in it and climb its score, and copies of
a genuine mark, which are genuine marks (what they sit on is the fingerprint's question).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy import special

from provenance.watermark.code import ID_BITS

FALSE_POSITIVE_BOUND = 1e-9
"""Chance, per upload, that any mark at all is claimed where there is none."""
MAX_ATTEMPTS = 64
"""Decoding attempts per key and upload; the detector stops there."""
_WORDS = 2**ID_BITS
_LOOSE = 1 / (4 * float(special.ndtr(-math.sqrt(2))))
"""The constant b of the theorem."""


@dataclass(frozen=True)
class Budget:
    """How the false-positive bound is spent on one upload.

    Args:
        keys: number of keys that may be tried.
        registered: number of words looked for by name (0: blind only).
        attempts: decoding attempts per key.
        bound: probability of any false claim.
    """

    keys: int = 1
    registered: int = 0
    attempts: int = MAX_ATTEMPTS
    bound: float = FALSE_POSITIVE_BOUND

    @property
    def blind(self) -> float:
        """Least z at which a word read without knowing any ID is believed, its MAC being right."""
        share = self.bound / 2 if self.registered else self.bound
        return self._threshold(_WORDS, share)

    @property
    def registry(self) -> float:
        """Least z at which one of the registered words is believed."""
        if not self.registered:
            return math.inf
        return self._threshold(self.registered, self.bound / 2)

    def _threshold(self, words: int, share: float) -> float:
        hypotheses = words * self.keys * self.attempts
        return -float(special.ndtri(share / (_LOOSE * hypotheses)))

    def chance(self, score: float, *, by_registry: bool) -> float:
        """Bound on the chance that any hypothesis of this kind reaches `score` on an unmarked
        upload, at most 1."""
        words = self.registered if by_registry else _WORDS
        return min(1.0, words * self.keys * self.attempts * tail(score))


def tail(score: float) -> float:
    """Bound on the chance that one word, under one hypothesis, reaches `score` by chance."""
    return min(1.0, _LOOSE * float(special.ndtr(-score)))
