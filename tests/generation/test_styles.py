"""Style presets."""

import pytest

from generation.styles import STYLES, WORLD_STYLES, styled_prompt


def test_there_are_a_dozen_presets_and_no_two_say_the_same():
    assert len(STYLES) >= 12
    assert len(set(STYLES.values())) == len(STYLES)


def test_the_embedded_world_has_some_of_them():
    assert set(WORLD_STYLES) < set(STYLES)


def test_a_style_follows_the_prompt_in_one_sentence():
    assert styled_prompt("a cat in a field.", "neon") == "a cat in a field, glowing neon style"


def test_without_a_style_the_prompt_stays_as_it_is():
    assert styled_prompt("a cat. ", None) == "a cat. "


def test_a_style_that_there_is_not_is_an_error():
    with pytest.raises(KeyError):
        styled_prompt("a cat", "cubist")
