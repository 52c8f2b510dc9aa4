"""A generator's limits narrow what a request may ask for."""

import pytest

from generation import (
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


def test_an_unknown_generator_is_refused():
    with pytest.raises(ModelUnavailable) as caught:
        load_generator("oracle")
    assert caught.value.code == "generation.model-unknown"
