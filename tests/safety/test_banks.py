from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from safety.banks import BankCheck, Entry, HashBank, Purpose
from safety.errors import InvalidExchange
from safety.exchange import read_csv, read_json, write_csv, write_json
from safety.hashing import MATCH, PictureHash, distance, hash_picture
from tests.safety.test_hashing import picture

RNG = np.random.default_rng(3)
HASHES = [PictureHash(RNG.bytes(32), 100) for _ in range(3000)]
BANK = HashBank("test", Purpose.BLOCK, [Entry(h, f"label {i}") for i, h in enumerate(HASHES)])


def flipped(found, bits, seed=0):
    number = int.from_bytes(found.bits)
    for bit in np.random.default_rng(seed).choice(256, bits, replace=False):
        number ^= 1 << int(bit)
    return PictureHash(number.to_bytes(32), 100)


@given(st.integers(0, 2999), st.integers(0, MATCH), st.integers(0, 10_000))
@settings(max_examples=60)
def test_everything_within_the_radius_is_found(index, bits, seed):
    matches = BANK.search(flipped(HASHES[index], bits, seed))
    assert matches[0].entry.label == f"label {index}"
    assert matches[0].distance == bits


@given(st.integers(0, 2999), st.integers(MATCH + 1, 60), st.integers(0, 10_000))
@settings(max_examples=30)
def test_nothing_beyond_the_radius_is_found(index, bits, seed):
    assert not BANK.search(flipped(HASHES[index], bits, seed))


def test_the_search_agrees_with_comparing_all():
    close = [Entry(flipped(HASHES[0], bits, bits)) for bits in range(0, 60, 3)]
    bank = HashBank("close", Purpose.BLOCK, close)
    expected = sorted(d for e in close if (d := distance(e.hash, HASHES[0])) <= MATCH)
    assert [match.distance for match in bank.search(HASHES[0])] == expected


def test_an_empty_bank_finds_nothing():
    assert HashBank("empty", Purpose.BLOCK, []).search(HASHES[0]) == []


def test_a_mirrored_known_picture_is_blocked_in_hiding():
    bank = HashBank("known", Purpose.BLOCK, [Entry(hash_picture(picture(1)))])
    frames = np.stack([picture(2), picture(1)[:, ::-1]])
    finding = BankCheck(bank).find(frames, 24)[0]
    assert finding.decision == "block"
    assert finding.hidden
    assert "known" in finding.source


def test_an_allow_bank_cancels_a_match():
    known = [Entry(hash_picture(picture(1)))]
    check = BankCheck(
        HashBank("block", Purpose.BLOCK, known), HashBank("allow", Purpose.ALLOW, known)
    )
    assert not check.find(picture(1)[None], 24)


def test_unhashable_frames_are_unscreened():
    finding = BankCheck(BANK).find(np.zeros((3, 64, 64, 3), np.uint8), 24)[0]
    assert finding.category == "unscreened"


@pytest.mark.parametrize(("write", "read"), [(write_csv, read_csv), (write_json, read_json)])
@pytest.mark.parametrize("purpose", Purpose)
def test_a_bank_survives_export_and_import(write, read, purpose):
    bank = HashBank("x", purpose, BANK.entries[:50])
    back = read(write(bank)).bank("x", purpose)
    assert back.entries == bank.entries


def test_descriptors_with_nested_tags_are_read():
    content = b"""{"data": [{"raw_indicator": "%s", "type": "HASH_PDQ", "status": "MALICIOUS",
      "tags": {"data": [{"text": "a"}, {"text": "b"}]}, "owner": {"name": "us"}},
      {"raw_indicator": "x", "type": "HASH_MD5"}]}""" % (b"ab" * 32)
    found = read_json(content)
    assert found.block[0].label == "a;b"
    assert found.skipped == 1


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"a,b\n1,2\n", b"td_raw_indicator\nzz\n",
     b"td_raw_indicator,td_status\n" + b"ab" * 32 + b",SURPRISE\n"],
)  # fmt: skip
def test_a_malformed_csv_is_refused(content):
    with pytest.raises(InvalidExchange):
        read_csv(content)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"3", b'{"data": 3}', b'{"data": [3]}', b"[" * 100_000,
     b'[{"raw_indicator": null}]', b'[{"raw_indicator": "ab", "type": "HASH_PDQ"}]'],
)  # fmt: skip
def test_malformed_json_is_refused(content):
    with pytest.raises(InvalidExchange):
        read_json(content)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_readers(content):
    for read in (read_csv, read_json):
        with suppress(InvalidExchange):
            read(content)


def test_exported_labels_are_no_formulas():
    bank = HashBank("x", Purpose.BLOCK, [Entry(HASHES[0], "=cmd()")])
    assert b"'=cmd()" in write_csv(bank)
