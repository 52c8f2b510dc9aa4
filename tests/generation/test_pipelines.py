"""Real diffusers pipelines, tiny and untrained, driven through the one adapter."""

import dataclasses
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from generation import (
    Ability,
    Cancelled,
    GenerationFailed,
    GenerationRequest,
    InvalidRequest,
    ModelUnavailable,
    Tier,
)
from generation.pipelines import DiffusersGenerator
from generation.settings import Sampling

sys.path.insert(0, str(Path(__file__).parent))
from tiny_generators import CLIP, DRAFT_STEPS, INFO, OTHER, PICTURE, STEPS, tiny
from tiny_pipelines import BUILDERS

STARTS = {
    Ability.FIRST_FRAME: {"first_frame": PICTURE},
    Ability.LAST_FRAME: {"first_frame": PICTURE, "last_frame": OTHER},
    Ability.CONTINUE: {"continues": CLIP},
    Ability.RESTYLE: {"source": CLIP, "strength": 0.8},
    Ability.LOOP: {"first_frame": PICTURE, "loop": True},
}


@pytest.fixture(scope="module", params=BUILDERS)
def generator(request):
    return tiny(request.param)


def asked(generator, **fields) -> GenerationRequest:
    """A request of one second in a shape that the model has."""
    aspect = generator.limits.aspects[0]
    return GenerationRequest("a boat on a lake", aspect=aspect, seconds=1, **fields)


def simplest(generator) -> GenerationRequest:
    """The request that asks for least: words, or the pictures that the model needs."""
    if Ability.LOOP in generator.limits.required:
        return asked(generator, **STARTS[Ability.LAST_FRAME])
    if generator.limits.required:
        return asked(generator, first_frame=PICTURE)
    return asked(generator)


def starts(generator) -> list[GenerationRequest]:
    """One request for each thing that the model can start from."""
    needs_last = Ability.LOOP in generator.limits.required
    return [
        asked(generator, **fields)
        for ability, fields in STARTS.items()
        if ability in generator.limits.abilities
        and not (needs_last and ability in (Ability.FIRST_FRAME, Ability.CONTINUE))
    ]


def test_a_pipeline_makes_the_same_clip_again_and_after_being_cancelled(generator):
    request, seen = simplest(generator), []
    first = generator.generate(request, seen.append)
    family = generator.family
    assert first.frames.shape == (family.most_frames, family.multiple, family.multiple, 3)
    assert first.frames.dtype == np.uint8
    assert (first.model, first.steps) == (INFO, STEPS)
    assert [p.step for p in seen] == list(range(1, STEPS + 1))
    assert {(p.stage, p.steps) for p in seen} == {("drawing", STEPS)}

    def cancel(progress):
        seen.append(progress)
        raise Cancelled

    with pytest.raises(Cancelled):
        generator.generate(request, cancel)
    assert len(seen) == STEPS + 1  # it stopped within the first step
    assert np.array_equal(generator.generate(request).frames, first.frames)


def test_another_seed_makes_another_clip(generator):
    request = dataclasses.replace(simplest(generator), tier=Tier.DRAFT)
    one, other = (generator.generate(dataclasses.replace(request, seed=s)) for s in (0, 1))
    assert one.steps == DRAFT_STEPS
    assert not np.array_equal(one.frames, other.frames)


def test_a_pipeline_starts_from_all_that_it_says_it_can(generator):
    least = generator.generate(simplest(generator)).frames
    for request in starts(generator):
        drawn = generator.generate(request).frames
        dropped = int(request.loop or request.continues is not None)
        assert len(drawn) == generator.family.most_frames - dropped
        if request.needs() != simplest(generator).needs():
            assert not np.array_equal(drawn, least[dropped:])
            assert not np.array_equal(drawn, least[: len(drawn)])


def test_what_a_pipeline_cannot_do_is_refused(generator):
    lacking = set(STARTS) - generator.limits.abilities
    for ability in lacking:
        request = asked(generator, **STARTS[ability])
        with pytest.raises(InvalidRequest) as caught:
            generator.generate(request)
        assert caught.value.code.startswith("generation.ability-")


@pytest.fixture(scope="module")
def wan():
    return tiny("wan", steps=5)


@pytest.fixture(scope="module")
def vace():
    return tiny("wan_vace")


@pytest.fixture(scope="module")
def with_image():
    return tiny("wan_image_with_two_experts")


@pytest.mark.parametrize(("strength", "steps"), [(0.0, 1), (0.19, 1), (0.6, 3), (1.0, 5)])
@pytest.mark.parametrize("name", ["wan", "cogvideox", "ltx_condition"])
def test_strength_sets_how_much_is_redrawn(name, strength, steps):
    generator, seen = tiny(name, steps=5), []
    output = generator.generate(asked(generator, source=CLIP, strength=strength), seen.append)
    assert output.steps == steps
    assert [(p.step, p.steps) for p in seen] == [(i + 1, steps) for i in range(steps)]


def test_a_negative_prompt_changes_the_clip():
    # Untrained weights hardly hear a prompt: it takes this much guidance to move 8-bit pixels.
    generator = tiny("wan", final=Sampling(5, 500.0))
    requests = (asked(generator, negative=negative) for negative in ("", "lake w77"))
    plain, without = (generator.generate(request).frames for request in requests)
    assert np.mean(plain != without) > 0.1


def test_distilled_guidance_takes_no_negative_prompt():
    generator = tiny("hunyuan")
    with pytest.raises(InvalidRequest) as caught:
        generator.generate(asked(generator, negative="text"))
    assert caught.value.code == "generation.ability-negative-prompt"


def test_a_model_that_needs_a_picture_says_so(with_image):
    with pytest.raises(InvalidRequest) as caught:
        with_image.generate(asked(with_image))
    assert caught.value.code == "generation.start-missing"


def test_a_last_picture_alone_is_refused(with_image):
    with pytest.raises(InvalidRequest) as caught:
        with_image.generate(asked(with_image, last_frame=OTHER, continues=None, loop=False))
    assert caught.value.code == "generation.start-missing"


def test_a_loop_around_nothing_is_refused_where_a_picture_is_needed():
    generator = tiny("wan_first_and_last")
    with pytest.raises(InvalidRequest) as caught:
        generator.generate(asked(generator, loop=True))
    assert caught.value.code == "generation.loop-first-frame"


def test_only_the_last_frame_is_carried_on(with_image):
    other = CLIP.copy()
    other[:-1] = 0
    one, same = (with_image.generate(asked(with_image, continues=c)).frames for c in (CLIP, other))
    assert np.array_equal(one, same)


def test_a_loop_from_words_is_drawn_there_and_back(vace):
    seen = []
    output = vace.generate(asked(vace, loop=True), seen.append)
    assert [(p.step, p.steps) for p in seen] == [(i + 1, 2 * STEPS) for i in range(2 * STEPS)]
    there = vace.family.frames(0.5)
    assert len(output.frames) == 2 * there - 2


def test_the_steps_can_be_set(wan):
    wan.steps = 2
    try:
        assert wan.generate(asked(wan)).steps == 2
    finally:
        wan.steps = None


def test_an_unknown_family_is_refused():
    class OtherPipeline:
        pass

    with pytest.raises(ModelUnavailable) as caught:
        DiffusersGenerator(OtherPipeline(), INFO)
    assert caught.value.code == "generation.model-family"


def exhaust(generator, monkeypatch, times, error):
    """Let the model fail so many times."""
    left, denoiser = [times], generator._sisters.get("text").transformer
    original = denoiser.forward

    def exhausted(*positional, **named):
        if left[0]:
            left[0] -= 1
            raise error
        return original(*positional, **named)

    monkeypatch.setattr(denoiser, "forward", exhausted)


def main_memory_error() -> RuntimeError:
    """What torch really raises when main memory is short."""
    try:
        torch.empty(2**55, dtype=torch.uint8)
    except RuntimeError as error:
        return error
    raise AssertionError("this machine has 32 PiB of memory")


@pytest.mark.parametrize("error", [torch.OutOfMemoryError("none"), main_memory_error()])
def test_out_of_memory_is_tried_once_more_with_less(monkeypatch, error):
    generator = tiny("wan")
    before = generator.generate(asked(generator)).frames
    exhaust(generator, monkeypatch, 1, error)
    drawn = generator.generate(asked(generator)).frames
    assert generator._sisters.get("text").vae.use_tiling
    assert drawn.shape == before.shape


def test_weights_that_do_not_fit_are_tried_once_more_too(monkeypatch):
    generator = tiny("wan")
    pipeline, left = generator._sisters.get("text"), [1]
    original = pipeline.to

    def full(*positional, **named):
        if left.pop():
            raise torch.OutOfMemoryError("no room for the weights")
        return original(*positional, **named)

    monkeypatch.setattr(pipeline, "to", full)
    assert generator.generate(asked(generator)).frames.size
    assert pipeline.vae.use_tiling


def test_out_of_memory_twice_is_an_error(monkeypatch):
    generator = tiny("wan")
    exhaust(generator, monkeypatch, 2, torch.OutOfMemoryError("none"))
    with pytest.raises(GenerationFailed) as caught:
        generator.generate(asked(generator))
    assert caught.value.code == "generation.out-of-memory"
    assert caught.value.retryable


def test_other_errors_are_not_taken_for_it(monkeypatch, wan):
    exhaust(wan, monkeypatch, 1, RuntimeError("shapes do not match"))
    with pytest.raises(RuntimeError, match="shapes"):
        wan.generate(asked(wan))


def test_numbers_that_overflow_are_an_error():
    generator = tiny("wan")
    with torch.no_grad():
        generator._sisters.get("text").vae.decoder.conv_out.bias.fill_(float("nan"))
    with pytest.raises(GenerationFailed) as caught:
        generator.generate(asked(generator))
    assert caught.value.code == "generation.not-finite"
