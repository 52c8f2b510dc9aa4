"""The report of what the embedded model knows of a prompt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.embedded.understanding import understand
from generation.embedded.vocabulary import PHRASES


def test_known_and_unknown_words_are_told_apart():
    report = understand("A red balloon rising over a city with a surgeon")
    assert report.drawn == ("red balloon", "rising", "city")
    assert report.unknown == ("surgeon",)
    assert str(report) == "drawn: red balloon, rising, city; not known here: surgeon"


def test_synonyms_are_reported_by_the_name_that_is_drawn():
    assert understand("a scarlet kitten hopping").drawn == ("red cat", "bouncing")


def test_the_longest_phrase_wins():
    assert understand("a ghost in a green meadow").drawn == ("ghost", "meadow")


def test_free_word_order():
    assert understand("at night, in the desert, a star that is blue").drawn == (
        "night", "desert", "blue star",
    )  # fmt: skip


def test_two_colours_are_not_given_to_one_subject():
    assert understand("a red and blue fish").drawn == ("red", "blue", "fish")


def test_an_unknown_prompt_says_so():
    report = understand("a surgeon operating")
    assert str(report) == "drawn: nothing in particular; not known here: surgeon, operating"


def test_unknown_words_are_named_once_as_written():
    assert understand("Zebra zebra Zebra").unknown == ("Zebra", "zebra")


@pytest.mark.parametrize(
    ("phrase", "attribute"),
    [
        (phrase, attribute)
        for attribute, by in PHRASES.items()
        for ps in by.values()
        for phrase in ps
    ],
)
def test_every_phrase_of_the_training_is_known(phrase, attribute):
    report = understand(phrase)
    assert len(report.drawn) == 1, attribute
    assert not report.unknown


@given(st.text())
def test_any_text_gets_a_report(text):
    report = understand(text)
    assert len(set(report.drawn)) == len(report.drawn)
