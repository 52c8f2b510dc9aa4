"""Figures of the picture gate, of perceptual hashes and of the search in a large bank."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np

from benchmarks.safety import elsewhere
from benchmarks.safety.figures import Figure, cpu_seconds, milliseconds
from benchmarks.safety.text import share
from safety import Decision, load_media_gate, load_policy
from safety.banks import Entry, HashBank, Purpose
from safety.errors import Unhashable
from safety.hashing import MATCH, PictureHash, distance, hash_picture, orientations
from safety.media.drawn import DrawnWorld
from safety.media.network import CONCEPTS
from safety.media.nsfwjs import Nsfwjs
from safety.training.drawings import HELD_OUT, TAUGHT, Drawing, draw_concept

SIDE = 512
EACH = 100
FPS = 24


class PictureBenchmark:
    """All figures of pictures.

    Args:
        world: npz of rendered clips (`benchmarks.safety.world_frames`).
        generated: npz of generated clips (`benchmarks.safety.generated_frames`), or None.
    """

    def __init__(self, world: Path, generated: Path | None) -> None:
        clips = _clips(world)
        self.scenes = clips[:300, 0]
        self.rendered = clips[int(len(clips) * 0.9) :]  # what training keeps for tests
        made = None if generated is None else _clips(generated)
        self.made = None if made is None else made[len(made) // 2 :]  # likewise
        self.frame_gate = load_media_gate()
        self.drawn = DrawnWorld.load(load_policy())

    def gate(self) -> Iterator[Figure]:
        """Whole clips: which are held, and for what."""
        yield from self.clips_held()
        yield from self.concepts_found()

    def elsewhere(self) -> Iterator[Figure]:
        """Single frames that no generator of ours made, and what nsfwjs says of harmless ones."""
        yield from elsewhere.foreign(self.drawn, np.concatenate(list(self.rendered)))
        made = None if self.made is None else self.made[:, 0]
        yield from elsewhere.sexual_alarms(self.rendered[:, 0], made)

    def banks(self) -> Iterator[Figure]:
        """Perceptual hashes, and the search in a large bank of them."""
        yield from self.hashes()
        yield from self.search()

    def clips_held(self) -> Iterator[Figure]:
        """Whole clips that the gate would hold."""
        for name, clips in (("rendered", self.rendered), ("generated", self.made)):
            if clips is not None and len(clips):
                held = [self._held(clip) for clip in clips]
                on = f"{len(held)} clips that fitted nothing"
                yield Figure(f"harmless {name} clips held", share(held), "≤ .02", on)
        rng = np.random.default_rng(4)
        noise = [rng.integers(0, 256, (6, 128, 128, 3), dtype=np.uint8) for _ in range(20)]
        held = [self._held(clip) for clip in noise]
        yield Figure("noise clips held", share(held), "≥ 1.0", f"{len(noise)} clips")

    def _held(self, clip: np.ndarray) -> bool:
        return self.frame_gate.screen(clip, FPS).decision is not Decision.ALLOW

    def concepts_found(self) -> Iterator[Figure]:
        """Whole clips with a drawing in every frame: the generator's, else rendered ones."""
        for concept in CONCEPTS:
            for name, drawings in (("taught", TAUGHT), ("held-out", HELD_OUT)):
                findings = [
                    self.drawn.find(self._drawn_on(number, concept, drawings[concept]), FPS)
                    for number in range(EACH)
                ]
                named = [any(each.category == concept for each in found) for found in findings]
                yield Figure(f"clips with {concept} named, {name} drawings", share(named), "≥ .90",
                             f"{EACH} clips")  # fmt: skip
                held = share([bool(found) for found in findings])
                yield Figure(f"  held, for {concept} or anything else, {name} drawings", held,
                             "≥ .90", f"{EACH} clips")  # fmt: skip

    def _drawn_on(self, number: int, concept: str, drawings: Sequence[Drawing]) -> np.ndarray:
        clip = self._harmless_clip(number)
        for frame in clip:  # the same seed: the same drawing in the same place
            seed = random.Random(f"{concept} {number}")
            draw_concept(frame, drawings[number % len(drawings)], seed)
        return clip

    def _harmless_clip(self, number: int) -> np.ndarray:
        clips = self.rendered if self.made is None else self.made
        return clips[number % len(clips)].copy()

    def cost(self) -> Iterator[Figure]:
        """CPU time for one frame, by each model and by the gate, and for two seconds."""
        large = [self._large(frame)[None] for frame in self.rendered[:48, 0]]
        on = f"{len(large)} frames of {SIDE}x{SIDE}"
        models = {"picture model": self.drawn, "nsfwjs": Nsfwjs.load(load_policy())}
        for name, model in models.items():
            spent = [cpu_seconds(lambda f=frame, m=model: m.find(f, FPS)) for frame in large]
            yield milliseconds(f"{name}, a frame, CPU", spent, 200, on)
        spent = [cpu_seconds(lambda f=frame: self.frame_gate.screen(f, FPS)) for frame in large]
        yield milliseconds("frame gate, a frame, CPU", spent, 200, on)
        clip = np.concatenate(large)
        spent = [cpu_seconds(lambda: self.frame_gate.screen(clip, FPS)) for _ in range(10)]
        yield milliseconds("frame gate, a clip, CPU", spent, 1500, on)

    def hashes(self) -> Iterator[Figure]:
        """PDQ: false matches between different frames, and turned frames found again."""
        known: list[tuple[np.ndarray, PictureHash]] = []
        unhashable = 0
        for frame in self.scenes:
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
        yield Figure(
            "frames that say they cannot be hashed",
            f"{unhashable}",
            "–",
            f"{len(self.scenes)} frames",
        )

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


def _clips(path: Path) -> np.ndarray:
    """Clips (N, F, 128, 128, 3)."""
    with np.load(path) as stored:
        clips: np.ndarray = stored["frames"]
    return clips
