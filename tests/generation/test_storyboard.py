"""Shots in order, belonging together, joined to one clip."""

from dataclasses import replace

import numpy as np
import pytest

from generation import Ability, Cancelled, GenerationRequest, InvalidRequest
from generation.quality import AGAIN, Checks
from generation.storyboard import (
    KeptInMemory,
    Storyboard,
    Transition,
    identity,
    join,
    render,
    shot_of,
)
from tests.fakes import FPS, STEPS, SmallGenerator


class Listening(SmallGenerator):
    """Notes what it is asked for."""

    def __init__(self, *abilities: Ability) -> None:
        self.limits = replace(SmallGenerator.limits, abilities=frozenset(abilities))
        self.asked: list[GenerationRequest] = []

    def generate(self, request, on_progress=lambda progress: None):
        self.asked.append(request)
        return super().generate(request, on_progress)


class OnShelf(KeptInMemory):
    """Keeps shots across renderings."""

    def __init__(self) -> None:
        self.shelf = {}

    def load(self, index):
        return self.shelf.get(index)

    def keep(self, index, shot):
        self.shelf[index] = shot
        return shot


def board(count: int = 3, **fields) -> Storyboard:
    shots = tuple(GenerationRequest(f"shot {n}", seed=n, seconds=1.0) for n in range(count))
    return Storyboard(shots, **{"seed": 7} | fields)


def refusal(shots) -> str:
    with pytest.raises(InvalidRequest) as caught:
        Storyboard(tuple(shots))
    assert caught.value.advice
    return caught.value.code


@pytest.mark.parametrize("count", [0, 1, 9])
def test_a_storyboard_has_two_to_eight_shots(count):
    shots = [GenerationRequest("a cat")] * count
    assert refusal(shots) == "generation.storyboard-shots"


def test_all_shots_have_one_format():
    shots = [GenerationRequest("a cat"), GenerationRequest("a cat", aspect="16:9")]
    assert refusal(shots) == "generation.storyboard-aspect"


def test_a_storyboard_has_a_longest_length():
    shots = [GenerationRequest("a cat", seconds=6.5)] * 4
    assert refusal(shots) == "generation.storyboard-seconds"


def test_all_shots_share_the_boards_seed():
    generator = Listening()
    render(generator, board())
    assert {request.seed for request in generator.asked} == {7}


def test_shots_are_made_in_order_and_joined():
    made = render(Listening(), board())
    assert made.frames.shape[0] == 3 * FPS
    assert made.cuts == (0.0, 1.0, 2.0)
    assert np.array_equal(made.frames[FPS : 2 * FPS], made.shots[1].output.frames)


def test_a_model_that_can_carry_on_gets_the_end_of_the_shot_before():
    generator = Listening(Ability.CONTINUE, Ability.FIRST_FRAME)
    made = render(generator, board(2))
    assert generator.asked[0].continues is None
    assert np.array_equal(generator.asked[1].continues, made.shots[0].output.frames[-FPS:])
    assert generator.asked[1].first_frame is None


def test_a_model_that_starts_from_a_picture_gets_the_last_one():
    generator = Listening(Ability.FIRST_FRAME)
    made = render(generator, board(2))
    assert np.array_equal(generator.asked[1].first_frame, made.shots[0].output.frames[-1])


@pytest.mark.parametrize(("abilities", "wanted"), [((), True), ((Ability.CONTINUE,), False)])
def test_without_the_ability_or_the_wish_shots_share_the_seed_alone(abilities, wanted):
    generator = Listening(*abilities)
    render(generator, board(2, continuity=wanted))
    assert all(request.needs() == frozenset() for request in generator.asked)


def test_what_a_model_cannot_make_is_refused_before_anything_is_spent():
    generator = Listening()
    shots = (GenerationRequest("a cat"), GenerationRequest("a cat", style="no such style"))
    with pytest.raises(InvalidRequest):
        render(generator, Storyboard(shots))
    assert generator.asked == []


def test_progress_runs_over_all_shots():
    seen = []
    render(Listening(), board(), lambda p: seen.append((shot_of(p.stage), p.step / p.steps)))
    assert [shot for shot, _ in seen] == [(n, 3) for n in (1, 2, 3) for _ in range(STEPS)]
    shares = [share for _, share in seen]
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_a_retry_is_told_with_its_shot():
    class Flickering(Listening):
        def generate(self, request, on_progress=lambda progress: None):
            output = super().generate(request, on_progress)
            if len(self.asked) == 1:
                output.frames[::2] //= 2
            return output

    stages = []
    made = render(Flickering(), board(2), lambda p: stages.append(p.stage), checks=Checks())
    assert f"shot 1 of 2{AGAIN}" in stages
    assert len(made.shots[0].attempts) == 2


def test_cancelling_ends_it_within_a_step_and_keeps_finished_shots():
    shelf, generator = OnShelf(), Listening()

    def cancel(progress):
        if shot_of(progress.stage) == (2, 3):
            raise Cancelled

    with pytest.raises(Cancelled):
        render(generator, board(), cancel, kept=shelf)
    assert (len(generator.asked), set(shelf.shelf)) == (2, {0})


def test_shots_that_are_kept_are_not_made_again():
    shelf, first, second = OnShelf(), Listening(), Listening()
    whole = render(first, board(), kept=shelf)
    del shelf.shelf[2]
    again = render(second, board(), kept=shelf)
    assert [request.prompt for request in second.asked] == ["shot 2"]
    assert np.array_equal(whole.frames, again.frames)


def plain(*levels: int) -> list[np.ndarray]:
    return [np.full((12, 4, 4, 3), level, np.uint8) for level in levels]


def test_a_cut_keeps_every_frame():
    frames, cuts = join(plain(10, 200), 12, Transition.CUT)
    assert frames[:, 0, 0, 0].tolist() == [10] * 12 + [200] * 12
    assert cuts == (0.0, 1.0)


def test_a_crossfade_overlaps_and_never_jumps():
    frames, cuts = join(plain(0, 200, 0), 12, Transition.CROSSFADE)
    levels = frames[:, 0, 0, 0].astype(int)
    assert len(levels) == 36 - 2 * 4
    assert np.abs(np.diff(levels)).max() <= 200 / 4
    assert levels.max() == 200
    assert cuts == (0.0, round(10 / 12, 4), round(18 / 12, 4))


def test_a_fade_goes_through_black_and_begins_and_ends_bright():
    frames, cuts = join(plain(200, 200), 12, Transition.FADE)
    levels = frames[:, 0, 0, 0]
    assert (levels[0], levels[-1]) == (200, 200)
    assert levels[11] == levels[12] == 0
    assert cuts == (0.0, 1.0)


def test_a_transition_takes_no_more_than_a_third_of_a_shot():
    short = [np.full((3, 4, 4, 3), level, np.uint8) for level in (0, 200)]
    assert len(join(short, 24, Transition.CROSSFADE)[0]) == 5


def test_identity_is_the_mean_similarity_of_all_pairs():
    directions = {0: [1.0, 0.0], 1: [1.0, 0.0], 2: [0.0, 1.0]}
    clips = plain(0, 1, 2)
    embed = lambda clip: np.array(directions[int(clip[0, 0, 0, 0])], np.float32)  # noqa: E731
    assert identity(clips, embed) == round(1 / 3, 4)


def test_without_an_embedding_identity_is_not_measured():
    assert render(Listening(), board(2)).identity is None
