"""What a person wrote stays closed."""

import stat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.sealing import commitment, new_salt, pseudonym, seal, unseal
from config.errors import SystemFault


@given(st.text(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_sealing_and_opening_give_the_same_text(text):
    assert unseal(seal(text)) == text


def test_the_text_is_not_in_the_seal():
    assert b"balloon" not in seal("a red balloon")


def test_another_key_does_not_open_it(home):
    sealed = seal("a red balloon")
    (home / "keys" / "sealing-key").unlink()
    with pytest.raises(SystemFault) as fault:
        unseal(sealed)
    assert fault.value.code == "accounts.sealing-key-changed"


def test_keys_are_for_their_owner_only(home):
    seal("a red balloon")
    pseudonym("somebody")
    modes = {stat.S_IMODE(file.stat().st_mode) for file in (home / "keys").iterdir()}
    assert modes == {0o600}


def test_a_commitment_depends_on_text_and_salt():
    salt = new_salt()
    assert commitment("a", salt) == commitment("a", salt)
    assert len({commitment("a", salt), commitment("b", salt), commitment("a", new_salt())}) == 3


def test_a_pseudonym_is_stable_and_tells_nothing():
    assert pseudonym("cleo") == pseudonym("cleo") != pseudonym("sam")
    assert "cleo" not in pseudonym("cleo")
