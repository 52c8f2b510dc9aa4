"""What a request accepts, normalises and refuses."""

import dataclasses
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation import Ability, Aspect, GenerationRequest, InvalidRequest, Tier
from generation.request import MAX_NEGATIVE, MAX_PROMPT

PICTURE = np.zeros((64, 64, 3), np.uint8)
CLIP = np.zeros((2, 64, 64, 3), np.uint8)


def refusal(**fields) -> str:
    with pytest.raises(InvalidRequest) as caught:
        GenerationRequest(**{"prompt": "a red balloon", **fields})
    assert caught.value.message
    assert caught.value.advice
    return caught.value.code


def test_defaults():
    request = GenerationRequest("a red balloon")
    assert (request.seed, request.aspect, request.seconds) == (0, Aspect.SQUARE, 2.0)


def test_white_space_is_folded():
    assert GenerationRequest("  a red\n\tballoon ").prompt == "a red balloon"


def test_aspect_may_be_its_value():
    assert GenerationRequest("a cat", aspect="9:16").aspect is Aspect.PORTRAIT


@pytest.mark.parametrize("prompt", ["", "   ", "\n", None, 7])
def test_a_prompt_must_say_something(prompt):
    assert refusal(prompt=prompt) == "generation.prompt-empty"


def test_a_prompt_has_a_greatest_length():
    GenerationRequest("a" * MAX_PROMPT)
    assert refusal(prompt="a" * 10_000) == "generation.prompt-too-long"


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x7f", "\ud800"])
def test_control_characters_are_refused(character):
    assert refusal(prompt=f"a red{character}balloon") == "generation.prompt-control"


@pytest.mark.parametrize("seed", [-1, 2**32, 1.5, "7", True, None])
def test_a_seed_is_a_32_bit_number(seed):
    assert refusal(seed=seed) == "generation.seed"


@pytest.mark.parametrize("seconds", [0.99, 8.01, math.nan, math.inf, "2", True, None])
def test_a_length_is_in_range(seconds):
    assert refusal(seconds=seconds) == "generation.seconds"


def test_an_unknown_aspect_is_refused():
    assert refusal(aspect="4:3") == "generation.aspect"


@pytest.mark.parametrize("style", ["", " ", 3])
def test_a_style_has_a_name(style):
    assert refusal(style=style) == "generation.style"


def test_a_tier_may_be_its_value():
    assert GenerationRequest("a cat", tier="draft").tier is Tier.DRAFT
    assert refusal(tier="best") == "generation.tier"


def test_a_negative_prompt_is_cleaned():
    assert GenerationRequest("a cat", negative=" blurry\n text ").negative == "blurry text"


@pytest.mark.parametrize("negative", ["no\x00", None, 3])
def test_a_negative_prompt_is_plain_text(negative):
    assert refusal(negative=negative) == "generation.negative-control"


def test_a_negative_prompt_has_a_greatest_length():
    GenerationRequest("a cat", negative="a" * MAX_NEGATIVE)
    assert refusal(negative="a" * (MAX_NEGATIVE + 1)) == "generation.negative-too-long"


@pytest.mark.parametrize("strength", [-0.01, 1.01, math.nan, math.inf, "0.5", True, None])
def test_a_strength_is_from_0_to_1(strength):
    assert refusal(strength=strength) == "generation.strength"


@pytest.mark.parametrize("loop", ["yes", 1, None])
def test_a_loop_is_yes_or_no(loop):
    assert refusal(loop=loop) == "generation.loop"


@pytest.mark.parametrize(
    "fields",
    [
        {"loop": True, "last_frame": PICTURE},
        {"loop": True, "continues": CLIP},
        {"first_frame": PICTURE, "continues": CLIP},
        {"source": CLIP, "first_frame": PICTURE},
        {"source": CLIP, "last_frame": PICTURE},
        {"source": CLIP, "continues": CLIP},
        {"source": CLIP, "loop": True},
    ],
)
def test_contradictory_starts_are_refused(fields):
    assert refusal(**fields) == "generation.starts"


@pytest.mark.parametrize(
    ("fields", "needs"),
    [
        ({}, set()),
        ({"tier": "draft", "strength": 0.1}, set()),
        ({"first_frame": PICTURE, "loop": True}, {Ability.FIRST_FRAME, Ability.LOOP}),
        ({"first_frame": PICTURE, "last_frame": PICTURE}, {"first-frame", "last-frame"}),
        ({"continues": CLIP, "last_frame": PICTURE}, {"continue", "last-frame"}),
        ({"source": CLIP, "negative": "text"}, {"restyle", "negative-prompt"}),
    ],
)
def test_a_request_says_what_it_needs(fields, needs):
    assert GenerationRequest("a cat", **fields).needs() == needs


def test_requests_with_references_compare_and_print():
    request = GenerationRequest("a cat", first_frame=PICTURE)
    assert request == GenerationRequest("a cat", first_frame=PICTURE + 1)
    assert hash(request) == hash(GenerationRequest("a cat"))
    assert "[" not in repr(request)


def test_requests_do_not_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        GenerationRequest("a cat").seed = 1


def test_errors_survive_a_process_boundary():
    error = InvalidRequest("generation.seed", "No.", "Yes.", retryable=True)
    copy = pickle.loads(pickle.dumps(error))
    assert (type(copy), copy.code, copy.message, copy.advice, copy.retryable) == (
        InvalidRequest, "generation.seed", "No.", "Yes.", True,
    )  # fmt: skip


@given(st.text())
def test_any_text_is_taken_or_refused_with_a_code(text):
    try:
        prompt = GenerationRequest(text).prompt
    except InvalidRequest as error:
        code = error.code
        assert code.startswith("generation.prompt-")
    else:
        assert 1 <= len(prompt) <= MAX_PROMPT
        assert prompt == prompt.strip()
