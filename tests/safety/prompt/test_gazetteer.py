import pytest

from safety import load_policy
from safety.prompt.gazetteer import Gazetteer
from safety.prompt.normalise import normalise

GAZETTEER = Gazetteer.load(load_policy())


def categories(text):
    return {finding.category for finding in GAZETTEER.find(normalise(text), "prompt")}


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Taylor Swift dancing in the rain", "public_figure"),
        ("donald trump eats a cake", "public_figure"),
        ("Beyoncé on a stage", "public_figure"),
        ("T4ylor Sw1ft in a car", "public_figure"),
        ("Mickey Mouse rides a bike", "copyright"),
        ("spider man over the city", "copyright"),
        ("a bottle of Coca-Cola on ice", "copyright"),
        ("the target logo on a wall", "copyright"),
        ("a castle in the style of Greg Rutkowski", "artist"),
    ],
)
def test_names_are_found(text, category):
    assert category in categories(text)


@pytest.mark.parametrize(
    "text",
    [
        "an arrow hits the target",
        "apples and oranges in a bowl",
        "a shell on the beach",
        "sunflowers in the style of Van Gogh",
        "people marvel at a sunset",
        "a jaguar in the jungle",
        "a president's portrait on a coin",
    ],
)
def test_common_words_are_not_names(text):
    assert categories(text) == set()


@pytest.mark.parametrize(
    "text", ["an über cute kitten", "Über the top colours", "an u\u0308ber fast train"]
)
def test_a_word_with_its_accents_is_not_the_name_without_them(text):
    assert categories(text) == set()


@pytest.mark.parametrize(
    "text",
    ["an Uber at the curb", "an über car with its logo", "a ûber ride", "Pokémon in a field"],
)
def test_a_name_with_added_accents_is_still_the_name(text):
    assert categories(text) == {"copyright"}


def test_the_span_points_at_the_name():
    text = "here dances Taylor Swift again"
    finding = GAZETTEER.find(normalise(text), "prompt")[0]
    assert text[slice(*finding.span)] == "Taylor Swift"


def test_a_finding_names_its_subject_as_it_is_listed():
    finding = GAZETTEER.find(normalise("TAYLOR SWIFT dancing"), "prompt")[0]
    assert finding.subject == "Taylor Swift"
