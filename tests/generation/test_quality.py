"""The card tells damaged from whole, and a poor clip is made again, but not for ever."""

import json

import numpy as np
import pytest

from generation import Cancelled, GenerationFailed, GenerationRequest, Progress
from generation.camera import CameraMove
from generation.embedded.world.render import render
from generation.embedded.world.spec import Spec
from generation.quality import (
    AGAIN,
    Checks,
    Measure,
    QualityCard,
    Thresholds,
    assess,
    generate_checked,
)
from tests.fakes import SmallGenerator

FPS = 24
FINE = QualityCard(None, 0.1, 0.002, CameraMove.STATIC, None, 0.0)


@pytest.fixture(scope="module")
def whole() -> np.ndarray:
    spec = Spec("balloon", "red", "rise", "city", "day", "clear", "pan_left", "cartoon")
    return render(spec, 3, (192, 192), np.arange(36) / FPS).frames


def flickering(frames: np.ndarray) -> np.ndarray:
    gain = 1 + 0.06 * np.where(np.arange(len(frames)) % 2, 1, -1)
    return np.clip(frames * gain[:, None, None, None], 0, 255).astype(np.uint8)


def noisy(frames: np.ndarray) -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, 12, frames.shape)
    return np.clip(frames + noise, 0, 255).astype(np.uint8)


def stuttering(frames: np.ndarray) -> np.ndarray:
    return frames[np.r_[0:10, [10] * 10, 20 : len(frames)]]


@pytest.mark.parametrize(
    ("damage", "measure"),
    [
        (flickering, Measure.FLICKER),
        (noisy, Measure.WARP_ERROR),
        (stuttering, Measure.DUPLICATE_FRAMES),
    ],
)
def test_each_damage_fails_its_own_measure(whole, damage, measure):
    assert Thresholds().failures(assess(whole, FPS)) == ()
    assert measure in Thresholds().failures(assess(damage(whole), FPS))


def test_a_camera_that_does_the_opposite_fails(whole):
    asked = "a red balloon over a city, camera pans left"
    assert assess(whole, FPS, asked).camera_agrees
    backwards = assess(whole[::-1], FPS, asked)
    assert (backwards.camera, backwards.camera_asked) == (
        CameraMove.PAN_RIGHT,
        CameraMove.PAN_LEFT,
    )
    assert Thresholds().failures(backwards) == (Measure.CAMERA,)


def test_a_move_too_faint_to_measure_does_not_fail(whole):
    still = assess(np.repeat(whole[:1], 36, axis=0), FPS, "camera pans left")
    assert still.camera is CameraMove.STATIC
    assert Thresholds().failures(still) == ()


def test_what_is_drawn_on_twos_has_no_duplicates(whole):
    assert assess(np.repeat(whole[::2], 2, axis=0), FPS).duplicate_frames == 0


def test_without_a_judge_adherence_is_not_measured(whole):
    assert assess(whole, FPS, "a red balloon").adherence is None


def test_a_prompt_that_the_judge_cannot_judge_is_not_measured(whole):
    card = assess(whole, FPS, "a surgeon", lambda frames, fps, prompt: None)
    assert card.adherence is None
    assert Thresholds().failures(card) == ()


def test_the_judge_sees_frames_speed_and_prompt(whole):
    seen = []

    def judge(frames, fps, prompt):
        seen.append((frames.shape, fps, prompt))
        return 0.25

    card = assess(whole, FPS, "a red balloon", judge)
    assert seen == [(whole.shape, FPS, "a red balloon")]
    assert Thresholds().failures(card) == (Measure.ADHERENCE,)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_the_shortest_clips_have_a_card(length):
    card = assess(np.zeros((length, 40, 64, 3), np.uint8), FPS)
    assert (card.flicker, card.warp_error, card.duplicate_frames) == (0, 0, 0)


def test_a_card_survives_json():
    card = QualityCard(0.5, 0.1, 0.01, CameraMove.ZOOM_IN, CameraMove.PAN_LEFT, 0.25)
    assert QualityCard.from_dict(json.loads(json.dumps(card.as_dict()))) == card


class Poor(SmallGenerator):
    """Flickers as much as its list says, rendering by rendering; raises what is an error."""

    def __init__(self, *gains) -> None:
        self.gains = list(gains)
        self.seeds: list[int] = []

    def generate(self, request, on_progress=lambda progress: None):
        self.seeds.append(request.seed)
        gain = self.gains.pop(0)
        if isinstance(gain, Exception):
            raise gain
        output = super().generate(request, on_progress)
        swing = 1 + gain * np.where(np.arange(len(output.frames)) % 2, 1, -1)
        output.frames[:] = np.clip(output.frames * swing[:, None, None, None], 0, 255)
        return output


REQUEST = GenerationRequest("clouds", seed=7, seconds=1.0)


def test_a_good_clip_is_made_once():
    generator = Poor(0)
    checked = generate_checked(generator, REQUEST)
    assert (generator.seeds, checked.kept, len(checked.attempts)) == ([7], 0, 1)


def test_a_poor_clip_is_made_again_with_another_seed():
    generator = Poor(0.2, 0)
    checked = generate_checked(generator, REQUEST)
    assert len(set(generator.seeds)) == 2
    assert checked.kept == 1
    assert checked.output.seed == generator.seeds[1]
    assert checked.attempts[0].failures[0] is Measure.FLICKER
    assert checked.attempts[1].failures == ()


def test_the_number_of_renderings_is_bounded_and_the_best_is_kept():
    generator = Poor(0.2, 0.1, 0.3)
    checked = generate_checked(generator, REQUEST, Checks(attempts=3))
    assert (len(checked.attempts), checked.kept) == (3, 1)
    assert checked.output.seed == checked.attempts[1].seed


def test_a_retry_that_fails_leaves_what_there_is():
    lost = GenerationFailed("generation.out-of-memory", "Full.", "Wait.")
    checked = generate_checked(Poor(0.2, lost), REQUEST)
    assert (checked.output.seed, len(checked.attempts)) == (7, 1)


def test_a_first_rendering_that_fails_says_so():
    with pytest.raises(GenerationFailed):
        generate_checked(Poor(GenerationFailed("x", "y", "z")), REQUEST)


def test_the_same_request_tries_the_same_seeds():
    first, second = Poor(0.2, 0), Poor(0.2, 0)
    generate_checked(first, REQUEST)
    generate_checked(second, REQUEST)
    assert first.seeds == second.seeds


def test_progress_says_when_it_is_a_retry():
    stages: list[str] = []
    generate_checked(Poor(0.2, 0), REQUEST, on_progress=lambda p: stages.append(p.stage))
    assert [stage.endswith(AGAIN) for stage in stages] == [False] * 4 + [True] * 4


def test_a_cancelled_retry_stops_at_once():
    def cancel(progress: Progress) -> None:
        if progress.stage.endswith(AGAIN):
            raise Cancelled

    generator = Poor(0.2, 0.2, 0)
    with pytest.raises(Cancelled):
        generate_checked(generator, REQUEST, Checks(attempts=3), cancel)
    assert len(generator.seeds) == 2
