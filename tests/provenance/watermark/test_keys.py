import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provenance.watermark import KeyRing, MarkKey

SECRET = bytes(range(32))
secrets_ = st.binary(min_size=32, max_size=32)


@given(secrets_, st.integers(0, 2**31 - 1))
def test_every_use_has_its_own_key(secret: bytes, epoch: int) -> None:
    key = MarkKey(epoch, secret)
    assert len({key.sync, key.data, key.signs, key.mac, secret}) == 5


def test_tenants_of_an_epoch_share_the_sync_key_only() -> None:
    one, other = MarkKey(1, SECRET, "a"), MarkKey(1, SECRET, "b")
    assert one.sync == other.sync
    assert one.data != other.data
    assert one.signs != other.signs
    assert one.mac != other.mac


def test_epochs_share_nothing() -> None:
    one, other = MarkKey(1, SECRET), MarkKey(2, SECRET)
    assert {one.sync, one.data, one.mac}.isdisjoint({other.sync, other.data, other.mac})


def test_the_secret_is_not_shown() -> None:
    assert SECRET.hex() not in repr(MarkKey(1, SECRET))
    assert repr(SECRET) not in repr(MarkKey(1, SECRET))


@pytest.mark.parametrize("secret", [b"", b"short", bytes(33)])
def test_a_secret_of_another_length_is_refused(secret: bytes) -> None:
    with pytest.raises(ValueError, match="32 secret bytes"):
        MarkKey(1, secret)


def test_a_ring_survives_the_disk_and_is_private(tmp_path: Path) -> None:
    ring = KeyRing.of([MarkKey(2, bytes(32)), MarkKey(1, SECRET, "a"), MarkKey(1, SECRET, "b")])
    path = tmp_path / "mark-keys.json"
    ring.save(path)
    assert KeyRing.load(path) == ring
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["mark-keys.json"]


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"keys": 3}', '{"keys": [{"epoch": 1}]}'])
def test_a_file_that_is_no_ring_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mark-keys.json"
    path.write_text(text)
    with pytest.raises(ValueError, match="key ring"):
        KeyRing.load(path)


def test_rotation_adds_an_epoch_and_keeps_the_old_ones() -> None:
    ring = KeyRing.of([MarkKey(1, SECRET, "a"), MarkKey(1, SECRET, "b")])
    rotated = ring.rotated()
    assert rotated.epochs == (1, 2)
    assert rotated.current.epoch == 2
    assert {key.tenant for key in rotated.of_epoch(2)} == {"a", "b"}
    assert set(ring.keys) < set(rotated.keys)


def test_an_epoch_has_one_secret() -> None:
    with pytest.raises(ValueError, match="share one secret"):
        KeyRing.of([MarkKey(1, SECRET, "a"), MarkKey(1, bytes(32), "b")])


def test_a_ring_holds_each_key_once() -> None:
    with pytest.raises(ValueError, match="once"):
        KeyRing.of([MarkKey(1, SECRET), MarkKey(1, SECRET)])
