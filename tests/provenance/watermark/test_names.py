"""Looking for registered words by name among very many."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.watermark import KeyRing, MarkKey, Names
from provenance.watermark.code import MAC_BITS, payload_of
from provenance.watermark.pattern import pattern_of

KEY = MarkKey(1, bytes(range(32)))
RING = KeyRing.of([KEY])
CODE = pattern_of(KEY).scrambler.code


def heard(word: int, z: float, seed: int) -> np.ndarray:
    """Soft symbols in which this word stands out with exactly that z."""
    signs = CODE.encode(word).astype(np.float64)
    noise = np.random.default_rng(seed).normal(size=CODE.length)
    noise -= (noise @ signs) / CODE.length * signs
    noise /= np.linalg.norm(noise)
    strength = z / np.sqrt(CODE.length) / np.sqrt(CODE.length - z**2)
    return (noise + strength * signs).astype(np.float32)


@pytest.fixture(scope="module")
def million() -> np.ndarray:
    random = np.random.default_rng(3)
    ids = np.unique(random.integers(1, 1 << 48, 1_000_000, dtype=np.uint64))
    return (ids << np.uint64(MAC_BITS)) | random.integers(0, 1 << 16, len(ids), dtype=np.uint64)


@pytest.mark.parametrize("seed", range(10))
def test_a_faint_word_is_found_among_a_million(million, seed):
    at = int(np.random.default_rng(seed).integers(len(million)))
    soft = heard(int(million[at]), 9.2, seed)
    found, correlation = CODE.likeliest(soft, million)
    assert found == at
    assert correlation / np.linalg.norm(soft) == pytest.approx(9.2, abs=1e-3)


def test_few_words_are_all_followed():
    words = np.sort(np.array([payload_of(each, KEY) for each in (5, 900, 1 << 40)], np.uint64))
    for at, word in enumerate(words):
        assert CODE.likeliest(heard(int(word), 7.0, at), words)[0] == at


def test_words_that_all_begin_alike_are_followed_too(monkeypatch):
    """More than are sifted, in one beginning."""
    monkeypatch.setattr("provenance.watermark.code._SIFTED", 10)
    words = np.arange(1 << 47, (1 << 47) + 1000, dtype=np.uint64)
    assert CODE.likeliest(heard(int(words[700]), 12.0, 1), words)[0] == 700


@settings(max_examples=50, deadline=None)
@given(st.sets(st.integers(0, (1 << 48) - 1)), st.sets(st.integers(0, (1 << 48) - 1)))
def test_adding_names_is_naming_all(first, second):
    grown = Names.of(first, RING).with_more(Names.of(second, RING))
    assert grown.ids.tolist() == sorted(first | second)
    assert grown.under(KEY).tolist() == [payload_of(each, KEY) for each in sorted(first | second)]


def test_names_of_nothing_are_none():
    assert len(Names.of((), RING)) == 0
    assert len(Names.unpacked(Names.of((), RING).packed)) == 0
