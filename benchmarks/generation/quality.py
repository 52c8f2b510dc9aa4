"""Does the quality card rank damaged clips below whole ones?

    python -m benchmarks.generation.quality --clips 120

Renders of the drawn world (development data: no creator sees them) are damaged in ways that
generators damage clips. For each measure: how often the damaged clip comes out worse than the very
same clip whole, how often its threshold catches the damage, and how often it would send a whole
clip back in vain. For the camera: how often the move that was rendered is named, and how often a
clip that plays backwards contradicts its prompt. Writes benchmarks/generation/quality.json.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from generation import embedded
from generation.camera import CameraMove
from generation.embedded.world.captions import full_caption
from generation.embedded.world.render import render
from generation.embedded.world.spec import Spec, sample_spec
from generation.quality import Measure, QualityCard, Thresholds, assess

Frames = NDArray[np.uint8]
FPS, SECONDS, SIDE = 24, 1.5, 192
SEED = 95_000_000
MOVES = {
    "static": CameraMove.STATIC,
    "pan_left": CameraMove.PAN_LEFT,
    "pan_right": CameraMove.PAN_RIGHT,
    "zoom_in": CameraMove.ZOOM_IN,
}


def flicker(frames: Frames, rng: np.random.Generator) -> Frames:
    """The whole picture's brightness jumps by ±5 %."""
    return _scaled(frames, 1 + 0.05 * rng.choice([-1, 1], len(frames)))


def local_flicker(frames: Frames, rng: np.random.Generator) -> Frames:
    """The brightness of the upper two thirds jumps by ±8 %."""
    share = frames.shape[1] * 2 // 3
    made = frames.copy()
    made[:, :share] = _scaled(frames[:, :share], 1 + 0.08 * rng.choice([-1, 1], len(frames)))
    return made


def noise(frames: Frames, rng: np.random.Generator) -> Frames:
    """Fresh grain in every frame, sigma 10."""
    return np.clip(frames + rng.normal(0, 10, frames.shape), 0, 255).astype(np.uint8)


def wobble(frames: Frames, rng: np.random.Generator) -> Frames:
    """Every frame is bent on its own, by about three pixels."""
    height, width = frames.shape[1:3]
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    made = []
    for frame in frames:
        bend = rng.normal(0, 3, (6, 6, 2)).astype(np.float32)
        bend = cv2.resize(bend, (width, height), interpolation=cv2.INTER_CUBIC)
        x, y = columns + bend[..., 0], rows + bend[..., 1]
        made.append(cv2.remap(frame, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
    return np.stack(made)


def stutter(frames: Frames, rng: np.random.Generator) -> Frames:
    """Twice, a third of a second is one frame."""
    made = frames.copy()
    for start in (4, 20):
        made[start : start + 8] = made[start]
    return made


DAMAGES: dict[str, tuple[Measure, Callable[[Frames, np.random.Generator], Frames]]] = {
    "flicker": (Measure.FLICKER, flicker),
    "local flicker": (Measure.FLICKER, local_flicker),
    "noise": (Measure.WARP_ERROR, noise),
    "wobble": (Measure.WARP_ERROR, wobble),
    "stutter": (Measure.DUPLICATE_FRAMES, stutter),
}


def _scaled(frames: Frames, gain: NDArray[np.float64]) -> Frames:
    return np.clip(frames * gain[:, None, None, None], 0, 255).astype(np.uint8)


def value(card: QualityCard, measure: Measure) -> float:
    """The number behind a measure; the larger, the worse."""
    return float(getattr(card, measure.value.replace("-", "_")))


def clips(count: int, seconds: float = SECONDS) -> list[tuple[Spec, Frames]]:
    """Whole renders, the four camera moves in turn; every other thing at random."""
    made = []
    for i in range(count):
        spec = replace(sample_spec(random.Random(SEED + i)), camera=list(MOVES)[i % 4])
        times = np.arange(round(FPS * seconds)) / FPS
        made.append((spec, render(spec, SEED + i, (SIDE, SIDE), times).frames))
    return made


def measure(count: int) -> dict[str, Any]:
    """All figures."""
    world, limits = clips(count), Thresholds()
    prompts = [f"camera {MOVES[spec.camera]}" for spec, _ in world]
    whole = [assess(f, FPS, p) for (_, f), p in zip(world, prompts, strict=True)]
    ranked = {}
    for name, (by, damage) in DAMAGES.items():
        rng = np.random.default_rng(0)
        # What stands still throughout cannot stutter.
        pairs = [
            (card, assess(damage(frames, rng), FPS))
            for (spec, frames), card in zip(world, whole, strict=True)
            if by is not Measure.DUPLICATE_FRAMES or spec.motion != "still"
        ]
        ranked[name] = {
            "measure": by.value,
            "ranked below whole": _share(value(d, by) > value(w, by) for w, d in pairs),
            "caught by the threshold": _share(value(d, by) > _limit(limits, by) for _, d in pairs),
            "median whole": round(float(np.median([value(w, by) for w, _ in pairs])), 4),
            "median damaged": round(float(np.median([value(d, by) for _, d in pairs])), 4),
        }
    moving = [(s, f, p) for (s, f), p in zip(world, prompts, strict=True) if s.camera != "static"]
    backwards = [assess(f[::-1], FPS, p) for _, f, p in moving]
    return {
        "clips": count,
        "thresholds": {m.value: _limit(limits, m) for m in _NUMBERS},
        "damage": ranked,
        "whole clips sent back": {
            m.value: _share(m in limits.failures(card) for card in whole) for m in Measure
        },
        "camera named as rendered": {
            camera: _share(
                card.camera is move
                for (spec, _), card in zip(world, whole, strict=True)
                if spec.camera == camera
            )
            for camera, move in MOVES.items()
        },
        "adherence to a wrong caption": adherence(count),
        "moving camera played backwards contradicts its prompt": _share(
            Measure.CAMERA in limits.failures(card) for card in backwards
        ),
    }


def adherence(count: int) -> dict[str, Any] | None:
    """The embedded model's judge on captions that are right and on those of the next clip."""
    judge = getattr(embedded, "judge", None)
    if judge is None:
        return None
    world, least = clips(count, seconds=2.0), Thresholds().adherence
    told = [full_caption(spec, random.Random(i)) for i, (spec, _) in enumerate(world)]
    right = [judge(f, FPS, text) for (_, f), text in zip(world, told, strict=True)]
    wrong = [judge(f, FPS, text) for (_, f), text in zip(world, told[1:] + told[:1], strict=True)]
    both = [(r, w) for r, w in zip(right, wrong, strict=True) if r is not None and w is not None]
    return {
        "judged": len(both),
        "ranked below the right caption": _share(w < r for r, w in both),
        "caught by the threshold": _share(w < least for _, w in both),
        "right captions sent back": _share(r < least for r, _ in both),
    }


_NUMBERS = (Measure.FLICKER, Measure.WARP_ERROR, Measure.DUPLICATE_FRAMES)


def _limit(limits: Thresholds, by: Measure) -> float:
    return float(getattr(limits, by.value.replace("-", "_")))


def _share(which: Any) -> float:
    listed = list(which)
    return round(sum(listed) / max(1, len(listed)), 3)


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generation.quality")
    parser.add_argument("--clips", type=int, default=120)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".json"))
    options = parser.parse_args()
    text = json.dumps(measure(options.clips), indent=2)
    options.out.write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
