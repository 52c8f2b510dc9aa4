import numpy as np
import pytest

from safety.prompt.encoder import DIMENSIONS, MiniLM

TEXTS = ["gun", "a red balloon rising over the hills", "", "a calm lake at dawn " * 40, "a boat"]


@pytest.fixture(scope="module")
def encoder():
    return MiniLM()


def test_a_text_has_one_vector_whatever_it_is_encoded_with(encoder):
    together = encoder.encode(TEXTS)
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    assert together.shape == (len(TEXTS), DIMENSIONS)
    assert np.allclose(together, alone, atol=1e-5)


def test_vectors_have_unit_length(encoder):
    assert np.allclose(np.linalg.norm(encoder.encode(TEXTS), axis=1), 1, atol=1e-5)


def test_texts_that_say_the_same_are_near(encoder):
    one, same, other = encoder.encode(
        ["a dog runs on the beach", "a puppy running by the sea", "a tax form on a desk"]
    )
    assert one @ same > 0.6 > 0.3 > one @ other


def test_nothing_has_no_vectors(encoder):
    assert encoder.encode([]).shape == (0, DIMENSIONS)
