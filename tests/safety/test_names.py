import pytest

from safety import Decision, PromptGate
from safety.names import NamedSubjects, NamedWorks
from safety.prompt.normalise import normalise

NAMES = NamedSubjects({"Zoë Adler-Kim": ("Zoë Adler-Kim", "DJ Zoe"), "Mo": ("Mo",)})


def found(text):
    return NAMES.find(normalise(text), "prompt")


@pytest.mark.parametrize(
    "text",
    [
        "Zoë Adler-Kim on a beach",
        "zoe adler kim",
        "ZOE ADLER-KIM'S dog",
        "dj zoe dances",
        "Z\u200boë Adler-Kim",
    ],
)
def test_every_spelling_is_found(text):
    assert {finding.subject for finding in found(text)} == {"Zoë Adler-Kim"}


@pytest.mark.parametrize("text", ["Zoe by the sea", "moving clouds", "a red balloon", "Adler Kim"])
def test_parts_and_other_words_are_not(text):
    assert not found(text)


def test_the_span_points_at_what_was_written():
    text = "here is Zoë Adler-Kim again"
    assert text[slice(*found(text)[0].span)] == "Zoë Adler-Kim"


def test_a_gate_asks_for_review_with_one_more_screener_and_keeps_its_own():
    gate = PromptGate(None, []).also(NAMES)
    assert gate.screen("Mo dances").findings[0].subject == "Mo"
    assert gate.screen("a cat dances").decision is Decision.ALLOW
    assert PromptGate(None, []).screen("a cat dances").decision is Decision.REVIEW


@pytest.mark.parametrize(
    ("text", "titles"),
    [("The Fox dances", {"The Fox"}), ("here is The Fox", {"The Fox"}), ("the fox runs", set())],
)
def test_a_work_is_named_as_it_is_listed(text, titles):
    found = NamedWorks(["The Fox"]).find(normalise(text), "prompt")
    assert {finding.subject for finding in found} == titles
    assert all(text[slice(*finding.span)] == "The Fox" for finding in found)
