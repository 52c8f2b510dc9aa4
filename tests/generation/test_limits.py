"""A generator's limits narrow what a request may ask for."""

import dataclasses

import numpy as np
import pytest

from generation import (
    Ability,
    Aspect,
    GenerationRequest,
    InvalidRequest,
    Limits,
    ModelUnavailable,
    load_generator,
)

LIMITS = Limits((Aspect.SQUARE,), 1.0, 4.0, ("neon",), {Aspect.SQUARE: (512, 512)}, 24)


def test_a_request_within_the_limits_passes():
    LIMITS.check(GenerationRequest("a cat", seconds=4.0, style="neon"))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"aspect": "16:9"}, "generation.aspect"),
        ({"seconds": 4.5}, "generation.seconds"),
        ({"style": "oil"}, "generation.style"),
    ],
)
def test_a_request_beyond_the_limits_is_refused(fields, code):
    with pytest.raises(InvalidRequest) as caught:
        LIMITS.check(GenerationRequest("a cat", **fields))
    assert caught.value.code == code


PICTURE = np.zeros((64, 64, 3), np.uint8)
CLIP = np.zeros((2, 64, 64, 3), np.uint8)


@pytest.mark.parametrize(
    ("fields", "ability"),
    [
        ({"first_frame": PICTURE}, "first-frame"),
        ({"last_frame": PICTURE}, "last-frame"),
        ({"continues": CLIP}, "continue"),
        ({"source": CLIP}, "restyle"),
        ({"loop": True}, "loop"),
        ({"negative": "text"}, "negative-prompt"),
    ],
)
def test_an_ability_that_is_lacking_is_refused_by_name(fields, ability):
    request = GenerationRequest("a cat", **fields)
    with pytest.raises(InvalidRequest) as caught:
        LIMITS.check(request)
    assert caught.value.code == f"generation.ability-{ability}"
    dataclasses.replace(LIMITS, abilities=frozenset({Ability(ability)})).check(request)


def test_an_unknown_generator_is_refused():
    with pytest.raises(ModelUnavailable) as caught:
        load_generator("oracle")
    assert caught.value.code == "generation.model-unknown"
