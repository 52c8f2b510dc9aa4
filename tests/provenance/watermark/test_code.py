import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance.watermark import MarkKey
from provenance.watermark.code import (
    ConvolutionalCode,
    Scrambler,
    mark_id_of,
    payload_of,
)

KEY = MarkKey(1, bytes(range(32)))
CODE = ConvolutionalCode(12)
payloads = st.integers(0, 2**64 - 1)
mark_ids = st.integers(0, 2**48 - 1)


@given(mark_ids)
def test_a_payload_names_its_mark_id(mark_id: int) -> None:
    assert mark_id_of(payload_of(mark_id, KEY), KEY) == mark_id


@given(mark_ids, st.integers(0, 63))
def test_no_flipped_bit_passes_the_mac_unnoticed(mark_id: int, bit: int) -> None:
    forged = payload_of(mark_id, KEY) ^ (1 << bit)
    accepted = mark_id_of(forged, KEY)
    # A changed ID has one chance in 65536 to carry the right MAC; a changed MAC has none.
    assert accepted is None or (bit >= 16 and accepted != mark_id)


@given(mark_ids)
def test_another_key_does_not_accept_the_mac(mark_id: int) -> None:
    others = [MarkKey(1, bytes([n]) * 32) for n in range(4)]
    assert sum(mark_id_of(payload_of(mark_id, KEY), other) is not None for other in others) < 2


@pytest.mark.parametrize("mark_id", [-1, 2**48])
def test_a_mark_id_has_48_bits(mark_id: int) -> None:
    with pytest.raises(ValueError, match="48 bits"):
        payload_of(mark_id, KEY)


@settings(max_examples=15, deadline=None)
@given(payloads, st.floats(0.01, 1000))
def test_what_is_encoded_is_decoded_at_any_scale(payload: int, scale: float) -> None:
    assert CODE.decode(CODE.encode(payload) * np.float32(scale))[0] == payload


@settings(max_examples=15, deadline=None)
@given(payloads, st.integers(0, 2**32 - 1))
def test_half_of_the_symbols_may_be_erased(payload: int, seed: int) -> None:
    kept = np.random.default_rng(seed).random(CODE.length) < 0.5
    assert CODE.decode(CODE.encode(payload) * kept)[0] == payload


@settings(max_examples=15, deadline=None)
@given(payloads, st.integers(0, 2**32 - 1))
def test_noise_twice_as_strong_as_the_signal_is_overcome(payload: int, seed: int) -> None:
    noise = np.random.default_rng(seed).normal(0, 1.6, CODE.length)
    assert CODE.decode((CODE.encode(payload) + noise).astype(np.float32))[0] == payload


@settings(max_examples=10, deadline=None)
@given(st.lists(payloads, min_size=1, max_size=20, unique=True), st.integers(0, 2**32 - 1))
def test_correlations_are_those_with_the_codewords(words: list[int], seed: int) -> None:
    soft = np.random.default_rng(seed).normal(size=CODE.length).astype(np.float32)
    expected = [float(CODE.encode(word) @ soft) for word in words]
    measured = CODE.correlations(soft, np.array(words, np.uint64))
    assert measured == pytest.approx(expected, abs=1e-2)


@settings(max_examples=10, deadline=None)
@given(payloads)
def test_the_scrambler_gathers_what_it_spread(payload: int) -> None:
    scrambler = Scrambler(KEY.signs, 1000)
    carriers = scrambler.spread(payload)
    assert set(np.unique(carriers)) <= {-1.0, 0.0, 1.0}
    assert scrambler.code.decode(scrambler.gather(carriers))[0] == payload
