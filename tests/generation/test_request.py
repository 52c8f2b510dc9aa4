"""What a request accepts, normalises and refuses."""

import dataclasses
import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation import Aspect, GenerationRequest, InvalidRequest
from generation.request import MAX_PROMPT


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
