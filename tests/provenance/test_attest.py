"""A signed report holds, or it is refused; nothing in between."""

import base64
import json
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance import (
    Authority,
    Examination,
    TrustStores,
    check_report,
    decide,
    report,
    sign_report,
)
from provenance.errors import InvalidMedia


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority.open(tmp_path_factory.mktemp("authority") / "pki")


@pytest.fixture(scope="module")
def plain():
    import datetime as dt

    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    examination = Examination("ab" * 32, 10, now, "Kinemark 0.1.0")
    return report(examination, decide(examination))


@pytest.fixture(scope="module")
def signed(authority, plain):
    return sign_report(plain, authority.reporter())


def test_it_comes_back_as_it_was(signed, plain, authority):
    checked = check_report(signed, TrustStores.load(authority.folder))
    assert checked.report == plain
    assert checked.store == "development"
    assert "NOT PUBLICLY TRUSTED" in checked.issuer


def test_without_the_root_the_issuer_is_unknown(signed):
    assert check_report(signed, TrustStores.load()).store is None


def test_anybody_can_check_it_with_public_means(signed):
    """RFC 7515, step by step, without our code."""
    header, payload, signature = signed.split(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    leaf = json.loads(base64.urlsafe_b64decode(header + "=="))["x5c"][0]
    key = x509.load_der_x509_certificate(base64.b64decode(leaf)).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    message = f"{header}.{payload}".encode()
    key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))


def test_a_changed_verdict_is_forged(signed):
    header, payload, signature = signed.split(".")
    data = json.loads(base64.urlsafe_b64decode(payload + "=="))
    data["state"] = "OURS_INTACT"
    other = base64.urlsafe_b64encode(json.dumps(data).encode()).rstrip(b"=").decode()
    with pytest.raises(InvalidMedia) as caught:
        check_report(f"{header}.{other}.{signature}", TrustStores.load())
    assert caught.value.code == "provenance.report-forged"


def test_a_report_outside_its_certificates_time_is_forged(plain, authority):
    old = sign_report({**plain, "examined_at": "2001-01-01T00:00:00+00:00"}, authority.reporter())
    with pytest.raises(InvalidMedia, match="outside the time"):
        check_report(old, TrustStores.load())


def test_no_algorithm_is_not_an_algorithm(signed):
    header, payload, _ = signed.split(".")
    data = json.loads(base64.urlsafe_b64decode(header + "=="))
    none = base64.urlsafe_b64encode(json.dumps({**data, "alg": "none"}).encode()).decode()
    with pytest.raises(InvalidMedia):
        check_report(f"{none.rstrip('=')}.{payload}.", TrustStores.load())


def test_a_claim_signer_and_a_reporter_are_different_keys(authority):
    assert authority.signer().chain != authority.reporter().chain


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.builds("{}.{}.{}".format, *[st.text(max_size=20)] * 3))
def test_any_text_ends_well(text):
    with pytest.raises(InvalidMedia):
        check_report(text, TrustStores(c2pa="", tsa=""))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_changed_character_passes(signed, data):
    place = data.draw(st.integers(0, len(signed) - 1))
    letter = data.draw(st.sampled_from("ABab01-_."))
    changed = signed[:place] + letter + signed[place + 1 :]
    # The last character of a base64url part may carry unused bits.
    ends = {i - 1 for i, c in enumerate(signed + ".") if c == "."}
    if letter == signed[place] or place in ends:
        return
    with pytest.raises(InvalidMedia):
        check_report(changed, TrustStores(c2pa="", tsa=""))


def test_a_production_root_is_told_apart(signed, authority):
    trust = replace(TrustStores.load(), production=authority.root)
    assert check_report(signed, trust).store == "production"
