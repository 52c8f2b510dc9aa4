"""Reading a mark, blind, out of whatever became of a clip."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from provenance.watermark.average import Average
from provenance.watermark.channels import WHOLE, channels, working_scale
from provenance.watermark.code import mark_id_of
from provenance.watermark.decision import MAX_ATTEMPTS, Budget
from provenance.watermark.folded import Folded
from provenance.watermark.fourier import Fourier
from provenance.watermark.geometry import Geometry, plain_resizes
from provenance.watermark.keys import KeyRing, MarkKey
from provenance.watermark.names import Names
from provenance.watermark.pattern import INNER, OUTER, Carriers, Pattern, pattern_of
from provenance.watermark.planes import Complexes, Floats, as_complexes, as_floats, rms
from provenance.watermark.sync import Search, cuts, turned

SMALLEST_SIDE = 96
"""Pixels below which an upload is too small to tell anything."""
_AUDIBLE = 2.5
"""Pilot score below which a guessed geometry is not worth a decoding attempt."""
_FIRM = 25.0
"""z from which a guessed format is not looked at again."""
_CUTS = 6
"""Lattices of plain cuts that are tried at last."""
_RINGS = np.linspace(INNER, OUTER, 8)


@dataclass(frozen=True)
class MarkDetection:
    """What the detector found.

    Args:
        mark_id: the ID read, or None. None never means that a video is not ours.
        score: the z that the claim rests on; without a claim, the best blind z seen.
        threshold: the z that was needed.
        false_positive_bound: bound on the chance that an unmarked upload reaches this score.
        epoch: epoch of the key that read it.
        geometry: how the clip lies in the upload.
        tenant: tenant of the key that read it.
        by_registry: whether the word was recognised among the registered ones rather than read.
        too_small: whether the upload was too small to tell.
    """

    mark_id: int | None
    score: float
    threshold: float
    false_positive_bound: float
    epoch: int | None = None
    geometry: Geometry | None = None
    tenant: str | None = None
    by_registry: bool = False
    too_small: bool = False


def detect(
    luma: Sequence[NDArray[np.uint8]],
    picture_types: Sequence[str],
    keys: KeyRing,
    *,
    registered: Names | Sequence[int] | None = None,
) -> MarkDetection:
    """Look for a mark of any key of the ring.

    Args:
        luma: (h, w) uint8 luma planes of an upload, in order of time, one size.
        picture_types: "I" for intra frames, "P" for others, one for each frame.
        keys: all keys that clips may have been marked with.
        registered: mark IDs to look for by name; lets weaker marks be recognised. Whoever has
            many of them hands in `Names`, and so saves working out their words.

    Returns:
        the detection; its false-positive bound counts every hypothesis (see `decision`).

    Raises:
        ValueError: without frames, or if they differ in size.
    """
    if not luma:
        raise ValueError("a detection needs at least one frame")
    if any(frame.shape != luma[0].shape for frame in luma):
        raise ValueError("the frames of an upload have one size")
    names = registered if isinstance(registered, Names) else Names.of(registered or (), keys)
    budget = Budget(keys=len(keys.keys), registered=len(names))
    if min(luma[0].shape) < SMALLEST_SIDE:
        return MarkDetection(None, 0.0, budget.blind, 1.0, too_small=True)
    scale = working_scale(luma[0])
    averages = _Averages.of(channels(luma, picture_types))
    best = MarkDetection(None, 0.0, budget.blind, 1.0)
    for epoch in reversed(keys.epochs):
        attempt = _Attempt(averages, keys.of_epoch(epoch), budget, names)
        found = attempt.run()
        if found.mark_id is not None and found.geometry is not None:
            return _in_upload_pixels(found, scale)
        best = max(best, found, key=lambda detection: detection.score)
    return best


def _in_upload_pixels(found: MarkDetection, scale: float) -> MarkDetection:
    assert found.geometry is not None
    geometry = found.geometry.resized(1 / scale)
    return MarkDetection(
        found.mark_id, found.score, found.threshold, found.false_positive_bound, found.epoch,
        geometry, found.tenant, found.by_registry,
    )  # fmt: skip


@dataclass(frozen=True)
class _Averages:
    """The averages of one upload.

    Args:
        fourier: of all of them.
        mixed: all together, at unit rms: they hear most.
        intra: of intra frames, beside a small median. In small cuts of texture it may hear what the
            mixed one has missed.
    """

    fourier: Fourier
    mixed: Average
    intra: Average

    @classmethod
    def of(cls, pictures: Sequence[Floats]) -> _Averages:
        mixed = np.tensordot(_mixture(len(pictures)), pictures, 1)
        mixed = as_floats(mixed / np.float32(rms(mixed) + 1e-9))
        return cls(Fourier.of(pictures), Average(mixed), Average(pictures[0]))


class _Attempt:
    """One epoch's search of one upload; stops after MAX_ATTEMPTS decodings per key."""

    def __init__(
        self, averages: _Averages, keys: Sequence[MarkKey], budget: Budget, registered: Names
    ) -> None:
        self.averages = averages
        self.keys = keys
        self.budget = budget
        self.registered = registered
        self.left = MAX_ATTEMPTS
        self.best = MarkDetection(None, 0.0, budget.blind, 1.0)

    def run(self) -> MarkDetection:
        pilots = pattern_of(self.keys[0]).pilots
        for geometry in self._geometries(pilots):
            folded = Folded.of(self.averages.fourier, geometry)
            if folded.pilot_scores(pilots).max() < _AUDIBLE:
                continue
            for weights in self._weightings(folded):
                if self.left == 0:
                    return self.best
                self.left -= 1
                for key in self.keys:
                    claim = self._decode(folded, weights, geometry, key)
                    if claim.mark_id is not None:
                        return self._settled(claim, weights, key)
                    self.best = max(self.best, claim, key=lambda each: each.score)
        return self.best

    def _settled(self, claim: MarkDetection, weights: Floats, key: MarkKey) -> MarkDetection:
        """The claim, its geometry turned a little if the same mark is then read more clearly.

        A guessed format is upright; a copy that lies a degree aslant may be read all the same,
        faintly, and its corners would then be compared with what they do not show.
        """
        guess = claim.geometry
        if guess is None or guess.format is None or claim.score >= _FIRM:
            return claim
        pilots = pattern_of(key).pilots
        geometry = turned(self.averages.mixed, pilots, guess)
        folded = Folded.of(self.averages.fourier, geometry)
        again = self._decode(folded, weights, geometry, key)
        clearer = again.mark_id == claim.mark_id and again.score > claim.score
        return replace(claim, geometry=geometry) if clearer else claim

    def _geometries(self, pilots: Carriers) -> Iterator[Geometry]:
        height, width = self.averages.mixed.picture.shape
        yield from plain_resizes(width, height)
        search = Search(pilots)
        yield from search.lattices(self.averages.mixed, limit=4)
        yield from cuts(self.averages.mixed, pilots, _CUTS)
        yield from search.lattices(self.averages.intra, limit=2)

    def _weightings(self, folded: Folded) -> Iterator[Floats]:
        """Ways to combine the channels: for least variance (MVDR, Capon 1969, the pilots telling
        the gains), all of them, the whole clip's alone. They depend on products of symbols only."""
        pattern = pattern_of(self.keys[0])
        symbols = pattern.symbols(folded.spectra)
        count, dimensions = symbols.shape
        covariance = symbols @ symbols.T / dimensions
        covariance += np.eye(count) * 0.03 * np.trace(covariance) / count
        gains = pattern.pilots.measure(folded.spectra).real.mean(1)
        combined = np.linalg.solve(covariance, np.maximum(gains, 0.02))
        yield as_floats(np.maximum(combined, 0.0))
        yield _mixture(count)
        yield as_floats(np.arange(count) >= count - WHOLE)

    def _decode(
        self, folded: Folded, weights: Floats, geometry: Geometry, key: MarkKey
    ) -> MarkDetection:
        pattern = pattern_of(key)
        spectrum = as_complexes(np.tensordot(weights, folded.spectra, 1))
        symbols = pattern.symbols(spectrum)
        soft = pattern.scrambler.gather(symbols * np.repeat(_gains(pattern, spectrum), 2))
        soft /= np.linalg.norm(soft) + np.float32(1e-12)
        word, score = pattern.scrambler.code.decode(soft)
        mark_id = mark_id_of(word, key)
        if mark_id is not None and score >= self.budget.blind:
            chance = self.budget.chance(score, by_registry=False)
            return MarkDetection(mark_id, score, self.budget.blind, chance, key.epoch, geometry,
                                 key.tenant)  # fmt: skip
        unclaimed = MarkDetection(
            None, score, self.budget.blind, self.budget.chance(score, by_registry=False)
        )
        if score < self.budget.registry:  # no word at all correlates better than the decoded one
            return unclaimed
        return self._recognise(pattern, soft, key, geometry) or unclaimed

    def _recognise(
        self, pattern: Pattern, soft: Floats, key: MarkKey, geometry: Geometry
    ) -> MarkDetection | None:
        code, words = pattern.scrambler.code, self.registered.under(key)
        named = code.likeliest(soft, words, self.budget.registry)
        if named is None:
            return None
        likeliest, score = named
        chance = self.budget.chance(score, by_registry=True)
        mark_id = int(self.registered.ids[likeliest])
        return MarkDetection(mark_id, score, self.budget.registry, chance, key.epoch, geometry,
                             key.tenant, by_registry=True)  # fmt: skip


def _mixture(channels: int) -> Floats:
    """All channels, those of the whole clip counting twice."""
    return as_floats(1 + (np.arange(channels) >= channels - WHOLE))


def _gains(pattern: Pattern, spectrum: Complexes) -> Floats:
    """Expected amplitude of each data carrier, from the pilots of similar frequency."""
    measured = pattern.pilots.measure(spectrum).real
    nearness = np.exp(-0.5 * ((pattern.pilots.radius[None] - _RINGS[:, None]) / 3.5) ** 2)
    heard = np.maximum(nearness @ measured / nearness.sum(1), 0.0)
    floor = 0.15 * max(float(measured.mean()), 1e-3 * math.sqrt(2))
    return as_floats(np.interp(pattern.data.radius, _RINGS, heard + floor))
