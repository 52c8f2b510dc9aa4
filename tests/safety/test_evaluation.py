import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from safety.errors import InvalidInput
from safety.evaluation import attest, check, main
from safety.redteam import Item, Outcome, Pack

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PACK = Pack("test", "2026-11-22", "us", (Item("a red balloon", "pass"),))
OUTCOME = Outcome(PACK.digest, "policy-1", {"m": "abc"}, {"pass": 1}, {"pass": 1})


def certificate(key):
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "A Studio")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name)
    builder = builder.public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(NOW - timedelta(1)).not_valid_after(NOW + timedelta(1))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


KEY = ec.derive_private_key(7, ec.SECP256R1())
CHAIN = certificate(KEY)


def sign(message):
    r, s = decode_dss_signature(KEY.sign(message, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


SIGNED = attest(PACK, OUTCOME, NOW, CHAIN, sign)


def test_what_was_signed_is_read_back():
    found = check(SIGNED)
    assert found.content["outcome"]["right"] == {"pass": 1}
    assert found.content["pack"]["sha256"] == PACK.digest
    assert "A Studio" in found.signer


@given(st.integers(0, len(SIGNED) - 1), st.sampled_from("Ab0_"))
def test_any_change_is_noticed(place, letter):
    changed = SIGNED[:place] + letter + SIGNED[place + 1 :]
    same = [base64.urlsafe_b64decode(part + "==") for part in SIGNED.split(".")]
    try:
        found = check(changed)
    except InvalidInput:
        return
    # The last letter of a part carries bits that base64 ignores.
    assert [base64.urlsafe_b64decode(part + "==") for part in changed.split(".")][1] == same[1]
    assert found.content == check(SIGNED).content


def test_an_evaluation_outside_of_its_certificates_time_is_refused():
    late = attest(PACK, OUTCOME, NOW + timedelta(30), CHAIN, sign)
    with pytest.raises(InvalidInput, match="time of its certificate"):
        check(late)


@pytest.mark.parametrize("text", ["", "a.b.c", "..", SIGNED.split(".")[0], "é.é.é", "[" * 9000])
def test_what_is_none_is_refused(text):
    with pytest.raises(InvalidInput):
        check(text)


def test_only_the_outcome_of_that_pack_at_a_definite_time_is_signed():
    other = Pack("other", "2026-11-22", "us", PACK.items)
    with pytest.raises(InvalidInput):
        attest(other, OUTCOME, NOW, CHAIN, sign)
    with pytest.raises(InvalidInput):
        attest(PACK, OUTCOME, NOW.replace(tzinfo=None), CHAIN, sign)


def test_the_command_prints_content_and_signer(tmp_path, capsys):
    (tmp_path / "e.jws").write_text(SIGNED + "\n")
    assert main([str(tmp_path / "e.jws")]) == 0
    out = capsys.readouterr().out
    assert "A Studio" in out
    assert json.loads(out[: out.index("signed by")])["format"].startswith("kinemark-evaluation")


def test_the_command_refuses_with_a_code(tmp_path):
    (tmp_path / "e.jws").write_text("nothing")
    assert main([str(tmp_path / "e.jws")]) == 1
    assert main([str(tmp_path / "gone")]) == 2
