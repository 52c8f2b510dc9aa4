"""What a studio adds to the gates by its settings is asked, and its absence is said."""

import numpy as np
import pytest

from generation import ModelUnavailable
from jobs import engines

FRAMES = np.random.default_rng(1).integers(0, 256, (6, 64, 64, 3), dtype=np.uint8)


def reasons(verdict):
    return " ".join(finding.reason for finding in verdict.findings)


def test_a_guard_that_is_not_there_holds_prompts(settings, tmp_path):
    settings.SAFETY_GUARD = str(tmp_path / "gone")
    verdict = engines._prompt_gate_under.__wrapped__("").screen("a red balloon over the hills")
    assert verdict.decision == "review"
    assert "guard model" in reasons(verdict)


@pytest.mark.parametrize(
    ("name", "value", "part"),
    [
        ("SAFETY_BANKS", "gone", "known pictures and clips"),
        ("SAFETY_CHECKPOINT", "gone", "open_clip checkpoint"),
        ("SAFETY_NUDENET", True, "NudeNet"),
    ],
)
def test_an_addition_that_is_not_there_holds_clips(settings, name, value, part):
    setattr(settings, name, value)
    verdict = engines._media_gate_under.__wrapped__("", ()).screen(FRAMES, 8)
    assert verdict.decision == "review"
    assert part in reasons(verdict)


def test_without_additions_nothing_of_them_is_said():
    assert "missing" not in reasons(engines._media_gate_under.__wrapped__("", ()).screen(FRAMES, 8))


def test_a_checkpoint_is_named_by_its_folder(settings, tmp_path):
    settings.GENERATOR = f"diffusers:{tmp_path}"
    with pytest.raises(ModelUnavailable) as caught:
        engines.generator()
    assert caught.value.code == "generation.checkpoint-missing"
