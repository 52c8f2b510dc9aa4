"""Prompts as shot cards."""

import re
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from generation import InvalidRequest
from generation.embedded.vocabulary import PHRASES
from generation.shot_words import SILENT
from generation.shots import SLOTS, ShotCard, parse

# What each slot may hold in a made-up prompt: the embedded world's words, and others.
SUBJECTS = [
    "an old fisherman",
    "two dancers",
    "a woman in a red dress",
    "a flying fish",
    "Anna",
] + [
    f"a {colour} {noun}"
    for colour in ("red", "snow-white")
    for said in PHRASES["subject"].values()
    for noun in said
]
ACTIONS = [
    "mending a net",
    "looking at the stars",
    "slowly turning around",
    "playing with a kite",
] + [phrase for said in PHRASES["motion"].values() for phrase in said if phrase != "resting"]
PLACES = [
    "on a rooftop",
    "down the street",
    "next to a lighthouse",
    "through a hall of mirrors",
] + [phrase for said in PHRASES["scene"].values() for phrase in said if phrase != "downtown"]
MOODS = ["soft warm light", "eerie", "in the pouring rain", "golden hour"] + [
    phrase for name in ("time", "weather") for said in PHRASES[name].values() for phrase in said
]
CAMERAS = ["extreme close-up", "aerial drone shot", "shallow depth of field"] + [
    phrase for said in PHRASES["camera"].values() for phrase in said
]
STYLES = ["cinematic", "35mm film", "in the style of Hokusai", "highly detailed"] + [
    f"{phrase} style" for said in PHRASES["style"].values() for phrase in said
]
LOOSE = ["of", "a", "in", "at", "rising", "flies", ",", ". "]
SALAD = LOOSE + [
    word for phrase in SUBJECTS + PLACES + MOODS + CAMERAS + STYLES for word in phrase.split()
]


def meaning(text: str) -> Counter[str]:
    """Its words, in any order and writing, without those that say nothing alone."""
    return Counter(w for w in re.findall(r"[^\W_]+", text.casefold()) if w not in SILENT)


def maybe(phrases: list[str]) -> st.SearchStrategy[str]:
    return st.one_of(st.just(""), st.sampled_from(phrases))


CARDS = st.builds(
    ShotCard,
    subject=st.sampled_from(SUBJECTS),
    action=maybe(ACTIONS),
    place=maybe(PLACES),
    mood=maybe(MOODS),
    camera=maybe(CAMERAS),
    style=maybe(STYLES),
)


@given(CARDS)
def test_a_card_is_read_back_from_its_own_prompt(card):
    assert parse(card.prompt()) == card


@given(CARDS, st.permutations(["mood", "camera", "style"]), st.booleans())
def test_labels_are_found_wherever_they_stand(card, order, first):
    labels = [getattr(card, slot) for slot in order if getattr(card, slot)]
    story = " ".join(filter(None, (card.subject, card.action, card.place)))
    prompt = ", ".join([*labels, story] if first else [story, *labels])
    assert parse(prompt) == card


@given(st.text())
@example("a painting of of")
@example("in a in a, , .. at")
def test_no_word_of_any_text_is_lost(text):
    assert meaning(parse(text).prompt()) == meaning(text)


@given(st.lists(st.sampled_from(SALAD), max_size=20).map(" ".join))
def test_no_word_of_a_jumble_of_known_words_is_lost(text):
    assert meaning(parse(text).prompt()) == meaning(text)


@given(CARDS, st.sampled_from(SLOTS), st.text(max_size=40))
def test_one_slot_changes_alone(card, slot, text):
    changed = card.with_slot(slot, text)
    for other in SLOTS:
        if other != slot:
            assert getattr(changed, other) == getattr(card, other)
    assert meaning(getattr(changed, slot)) == meaning(text)


def test_a_slot_that_there_is_not_has_its_code():
    with pytest.raises(InvalidRequest) as caught:
        ShotCard().with_slot("weather", "rain")
    assert caught.value.code == "generation.slot"


@pytest.mark.parametrize(
    ("prompt", "card"),
    [
        (
            "Watercolour painting of a cat jumping in a field at night, camera pans left",
            ShotCard("a cat", "jumping", "in a field", "at night", "camera pans left",
                     "Watercolour painting"),
        ),
        (
            "an old fisherman, wrinkled face, mending a net in a harbour, soft warm light",
            ShotCard("an old fisherman, wrinkled face", "mending a net", "in a harbour",
                     "soft warm light"),
        ),
        (
            "In the desert a blue car moving left, it is snowing",
            ShotCard("a blue car", "moving left", "in the desert", "it is snowing"),
        ),
        (
            "a friendly smiling ghost rising over the city",
            ShotCard("a friendly smiling ghost", "rising", "over the city"),
        ),
        (
            "close-up of a woman in a red dress dancing in the rain",
            ShotCard("a woman in a red dress", "dancing", "", "in the rain", "close-up"),
        ),
        ("a cat in a field jumping", ShotCard("a cat", "jumping", "in a field")),
        ("a neon sign in a dark alley", ShotCard("a neon sign", "", "in a dark alley")),
        (
            "a lighthouse on a cliff, waves crashing below, 1,000 gulls",
            ShotCard("a lighthouse", "", "on a cliff, waves crashing below, 1,000 gulls"),
        ),
        ("a dragon fights a knight", ShotCard("a dragon", "fights a knight")),
        ("neon", ShotCard(style="neon")),
        ("... ,;", ShotCard()),
    ],
)  # fmt: skip
def test_prompts_as_people_write_them(prompt, card):
    assert parse(prompt) == card
