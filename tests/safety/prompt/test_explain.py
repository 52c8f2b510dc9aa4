import numpy as np
import pytest

from safety.prompt.explain import decisive_words

WEIGHTS = {"gun": 4.0, "shoots": 3.0, "naked": 5.0, "drunk": 1.0}


def log_odds(texts):
    """Two categories: the sum of the words' weights, and nothing at all."""
    sums = [sum(WEIGHTS.get(word, 0.0) for word in text.lower().split()) for text in texts]
    return np.array([[total, 0.0] for total in sums], np.float32)


def told(text, column=0):
    [(start, end)] = decisive_words(text, [column], log_odds)
    return text[start:end]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a drunk man with a gun in the park", "gun"),
        ("a man shoots a gun in the park", "shoots a gun"),
        ("the gun", "gun"),
        ("gun", "gun"),
        ("a naked man beside a gun", "naked"),
    ],
)
def test_the_words_that_weigh_are_told_with_heavy_neighbours(text, expected):
    assert told(text) == expected


def test_words_are_found_even_where_one_of_them_would_be_enough():
    def either(texts):
        return np.array([[float("gun" in text or "rifle" in text)] for text in texts], np.float32)

    text = "a gun and a rifle on a quiet table"
    [(start, end)] = decisive_words(text, [0], either)
    assert text[start:end] == "gun and a rifle"


def test_in_a_long_text_the_place_is_told():
    text = "a calm lake at dawn " * 20 + "a man with a gun " + "a calm lake at dawn " * 20
    assert "gun" in told(text)
    assert len(told(text)) < len(text) / 4


@pytest.mark.parametrize("text", ["a calm lake", "of the", "🎈", ""])
def test_what_no_word_explains_is_told_whole(text):
    assert told(text, column=1) == text


def test_every_column_is_answered_from_one_round_of_scores():
    rounds = []

    def counted(texts):
        rounds.append(len(texts))
        return log_odds(texts)

    assert len(decisive_words("a man with a gun", [0, 1], counted)) == 2
    assert len(rounds) == 1
