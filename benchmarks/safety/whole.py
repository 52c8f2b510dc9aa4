"""Figures of the gates as a whole: a red-team pack, their share of a rendering, injected faults."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.safety.figures import Figure, cpu_seconds
from generation import Aspect, GenerationRequest, load_generator
from safety import load_media_gate, load_prompt_gate
from safety.redteam import load_pack, run
from safety.training.statistics import interval

PACKS = Path(__file__).parent / "packs"

PROMPT = "a red balloon rising over green hills at sunset"
FAULTS = (
    "tests/safety/test_prompt_faults.py",
    "tests/safety/test_seams.py",
    "tests/safety/test_uploads.py",
    "tests/safety/media/test_faults.py",
)


def red_team() -> Iterator[Figure]:
    """The latest pack, as `python -m safety.redteam run` runs it."""
    path = max(PACKS.glob("*.json"))
    pack = load_pack(path)
    outcome = run(pack, load_prompt_gate())
    for kind, total in sorted(outcome.total.items()):
        right = interval(outcome.right.get(kind, 0), total)
        on = f"{total} of {path.name}, sha256 {outcome.pack[:12]}"
        yield Figure(f"red-team pack as expected: {kind}", right, "–", on)


def share_of_rendering() -> Iterator[Figure]:
    """CPU time of both gates against that of rendering the clip that they judge."""
    generator, prompt_gate, media_gate = load_generator(), load_prompt_gate(), load_media_gate()
    made = []
    request = GenerationRequest(PROMPT, seed=1, aspect=Aspect.SQUARE, seconds=2.0)
    rendering = cpu_seconds(lambda: made.append(generator.generate(request)))
    frames, fps = made[0].frames, made[0].fps
    words = cpu_seconds(lambda: prompt_gate.screen(PROMPT))
    pictures = cpu_seconds(lambda: media_gate.screen(frames, fps))
    value = f"{(words + pictures) / rendering:.3f}"
    count, height, width, _ = frames.shape
    on = (
        f"{words * 1e3:.0f} ms for the prompt, {pictures * 1e3:.0f} ms for {count} frames of "
        f"{width}x{height}, {rendering:.1f} s for rendering them"
    )
    yield Figure("both gates as a share of rendering, CPU", value, "–", on)


def faults() -> Iterator[Figure]:
    """The fault injections, each a test that fails where the answer is allow."""
    command = [sys.executable, "-m", "pytest", "-o", "addopts=", "-q", *FAULTS]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    counts = {
        word: int(number) for number, word in re.findall(r"(\d+) (passed|failed)", ran.stdout)
    }
    if not counts:
        raise RuntimeError(f"the fault injections did not run: {ran.stdout[-400:]}")
    failed = counts.get("failed", 0)
    on = f"{failed + counts.get('passed', 0)} faults and bad inputs"
    yield Figure("fault injections that end in allow", str(failed), "≤ 0", on, float(failed))


PARTS: dict[str, Callable[[], Iterator[Figure]]] = {
    "red-team": red_team,
    "share-of-rendering": share_of_rendering,
    "faults": faults,
}
