import pytest
from hypothesis import given
from hypothesis import strategies as st

from safety.prompt.normalise import normalise


@pytest.mark.parametrize(
    ("disguised", "plain"),
    [
        ("b l o o d", "blood"),
        ("b.l.o.o.d", "blood"),
        ("b*l*o*o*d", "blood"),
        ("expl0sion", "explosion"),
        ("b1ood 4nd w4r", "blood and war"),
        ("ki\u200bll", "kill"),
        ("v\u0336i\u0336o\u0336lence", "violence"),
        ("ｖｉｏｌｅｎｃｅ", "violence"),
        ("viоlеncе", "violence"),
        ("Ünïcödé", "Unicode"),
        ("ex-pl-os-ion", "explosion"),
        ("goooooal", "goal"),
        ("a r o b o t at a b a r", "a robot at a bar"),
        ("a.w.o.m.a.n", "a woman"),
        ("a n a k 3 d w o m 4 n", "a naked woman"),
        ("grabb1ng 4 w417r355 47 4 bar", "grabbing a waitress at a bar"),
        ("x q z j", "xqzj"),
        ("1 4 y o", "14yo"),
        ("l o o o o o o o n g", "long"),
        ("@ @ @ sale", "@@@ sale"),
    ],
)
def test_disguises_are_undone(disguised, plain):
    assert normalise(disguised).text == plain


@pytest.mark.parametrize(
    "text",
    [
        "a two-year-old car in 4k at 16:9",
        "the 1980s, 24fps, mp3 and R2D2",
        "wow! a cat!!",
        "I'm 5'3 tall, it's $5",
        "一只猫在桌子上",
        "кошка на столе",
        "well-known state-of-the-art art",
        "4 cats and 4 dogs at 7, 47 birds",
    ],
)
def test_plain_text_is_left_alone(text):
    assert normalise(text).text == text


@given(st.text(max_size=200))
def test_every_character_knows_its_origin(text):
    copy = normalise(text)
    assert len(copy.text) == len(copy.origin)
    assert list(copy.origin) == sorted(copy.origin)
    assert all(0 <= index < max(1, len(text)) for index in copy.origin)


@given(st.text(max_size=100), st.integers(0, 100), st.integers(0, 100))
def test_a_span_always_lies_in_the_original(text, start, end):
    left, right = normalise(text).span(start, end)
    assert 0 <= left <= right <= len(text)


def test_a_span_leads_back_to_the_disguised_word():
    text = "so much b l o o d here"
    copy = normalise(text)
    start = copy.text.index("blood")
    left, right = copy.span(start, start + 5)
    assert text[left:right] == "b l o o d"


def test_reordering_characters_are_noticed():
    assert normalise("abc\u202edef").bidi
    assert not normalise("abc def").bidi


def test_letters_set_apart_are_read_in_time_that_grows_with_their_number():
    assert normalise("a d a y " * 2_500).text == "a day " * 2_500
