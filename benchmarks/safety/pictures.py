"""Figures of the picture gate, of perceptual hashes and of the search in a large bank."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np

from benchmarks.safety.text import Figure, share
from safety import Decision, load_media_gate
from safety.banks import Entry, HashBank, Purpose
from safety.errors import Unhashable
from safety.hashing import MATCH, PictureHash, distance, hash_picture, orientations
from safety.media.network import CONCEPTS
from safety.training.drawings import HELD_OUT, TAUGHT, draw_concept

SIDE = 512
EACH = 40


class PictureBenchmark:
    """All figures of pictures.

    Args:
        world: npz of rendered frames (`benchmarks.safety.world_frames`).
        generated: npz of generated clips (`benchmarks.safety.generated_frames`), or None.
    """

    def __init__(self, world: Path, generated: Path | None) -> None:
        with np.load(world) as stored:
            self.frames = stored["frames"][-600:]
        self.clips = None
        if generated is not None:
            with np.load(generated) as stored:
                self.clips = stored["frames"]
        self.gate = load_media_gate()

    def figures(self) -> Iterator[Figure]:
        """Every line."""
        yield from self.clips_held()
        yield from self.concepts_found()
        yield from self.cost()
        yield from self.hashes()
        yield from self.search()

    def clips_held(self) -> Iterator[Figure]:
        """Whole clips that the gate would hold."""
        if self.clips is not None:
            # The last fifth of the clips is the test part of the training.
            test = self.clips[int(len(self.clips) * 0.8) :]
            held = [self.gate.screen(clip, 24).decision is not Decision.ALLOW for clip in test]
            on = f"{len(test)} test clips"
            yield Figure("harmless generated clips held", share(held), "≤ .02", on)
        rng = np.random.default_rng(4)
        noise = [rng.integers(0, 256, (6, 128, 128, 3), dtype=np.uint8) for _ in range(60)]
        held = [self.gate.screen(clip, 24).decision is not Decision.ALLOW for clip in noise]
        yield Figure("noise clips held", share(held), "1.0", f"{len(noise)} clips")

    def concepts_found(self) -> Iterator[Figure]:
        """Whole clips with a drawing in every frame: the generator's own, else still frames."""
        for concept in CONCEPTS:
            for name, drawings in (("taught", TAUGHT), ("held-out", HELD_OUT)):
                found = []
                for number in range(EACH):
                    clip = self._harmless_clip(number)
                    drawing = drawings[concept][number % len(drawings[concept])]
                    for frame in clip:  # the same seed: the same drawing in the same place
                        draw_concept(frame, drawing, random.Random(f"{concept} {number}"))
                    verdict = self.gate.screen(clip, 24)
                    found.append(any(f.category == concept for f in verdict.findings))
                yield Figure(f"clips with {concept} found, {name} drawings", share(found), "≥ .90",
                             f"{len(found)} clips")  # fmt: skip

    def _harmless_clip(self, number: int) -> np.ndarray:
        if self.clips is not None:
            test = self.clips[int(len(self.clips) * 0.8) :]
            return test[number % len(test)].copy()
        return np.repeat(self.frames[number][None], 8, 0)

    def cost(self) -> Iterator[Figure]:
        """CPU time of one screening of two seconds at 512x512."""
        clip = np.stack([self._large(self.frames[index]) for index in range(48)])
        spent = []
        for _ in range(10):
            start = time.process_time()
            self.gate.screen(clip, 24)
            spent.append((time.process_time() - start) * 1e3)
        value = f"{np.percentile(spent, 50):.0f} / {np.percentile(spent, 95):.0f} ms"
        yield Figure("picture gate p50 / p95, CPU", value, "< 1500 ms", "48 frames of 512x512")

    def hashes(self) -> Iterator[Figure]:
        """PDQ: false matches between different frames, and turned frames found again."""
        known: list[tuple[np.ndarray, PictureHash]] = []
        unhashable = 0
        for frame in self.frames[:300]:
            large = self._large(frame)
            try:
                known.append((large, hash_picture(large)))
            except Unhashable:
                unhashable += 1
        pairs = [distance(a[1], b[1]) <= MATCH for a, b in combinations(known, 2)]
        yield Figure("PDQ matches of different frames", f"{sum(pairs)}", "0", f"{len(pairs)} pairs")
        for name, turn in (
            ("mirrored", lambda picture: picture[:, ::-1]),
            ("turned by 90°", np.rot90),
            ("letterboxed", lambda picture: np.pad(picture, ((90, 90), (0, 0), (0, 0)))),
        ):
            found = []
            for picture, reference in known[:120]:
                views = orientations(np.ascontiguousarray(turn(picture)))
                found.append(min(distance(view, reference) for view in views) <= MATCH)
            yield Figure(f"PDQ finds frames {name}", share(found), "≥ .97", f"{len(found)} frames")
        yield Figure("frames that say they cannot be hashed", f"{unhashable}", "–", "300 frames")

    def search(self) -> Iterator[Figure]:
        """Exact search among a million hashes."""
        rng = np.random.default_rng(8)
        packed = rng.bytes(32 * 1_000_000)
        entries = [Entry(PictureHash(packed[i : i + 32], 100)) for i in range(0, len(packed), 32)]
        bank = HashBank("million", Purpose.BLOCK, entries)
        found, spent = [], []
        for index in rng.integers(0, len(entries), 200):
            number = int.from_bytes(entries[index].hash.bits)
            for bit in rng.choice(256, 20, replace=False):
                number ^= 1 << int(bit)
            start = time.process_time()
            matches = bank.search(PictureHash(number.to_bytes(32), 100))
            spent.append((time.process_time() - start) * 1e3)
            found.append(bool(matches) and matches[0].entry is entries[index])
        value = f"{np.percentile(spent, 50):.1f} / {np.percentile(spent, 95):.1f} ms"
        yield Figure("search in 10⁶ hashes p50 / p95, CPU", value, "–", "20 of 256 bits flipped")
        yield Figure("search in 10⁶ hashes finds", share(found), "1.0", f"{len(found)} queries")

    def _large(self, frame: np.ndarray) -> np.ndarray:
        return cv2.resize(frame, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
