"""A clip outlives its certificate exactly when a trusted time stamp proves when it was signed."""

import datetime as dt
import time
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from provenance import TrustStores, VerdictState, decide, examine, read_credentials, sign_clip
from provenance.credentials import Authority
from provenance.credentials.pki import signing_leaf
from provenance.credentials.signer import Signer, es256

EXPIRED = "signingCredential.expired"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority.open(tmp_path_factory.mktemp("authority") / "pki")


@pytest.fixture(scope="module")
def expired(tmp_path_factory, authority, small_clip, claims):
    """(with a time stamp, without one): two clips whose certificate is over by now.

    A certificate counts whole seconds and must be valid while signing, so this waits for its end.
    """
    folder = tmp_path_factory.mktemp("expired")
    issuer = x509.load_pem_x509_certificate((authority.folder / "intermediate.pem").read_bytes())
    issuer_key = load_pem_private_key((authority.folder / "intermediate.key").read_bytes(), None)
    assert isinstance(issuer_key, ec.EllipticCurvePrivateKey)
    key = ec.generate_private_key(ec.SECP256R1())
    start = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    days = (3600 + 2) / 86400
    leaf = signing_leaf(issuer, issuer_key, key.public_key(), days=days, start=start)
    chain = leaf.public_bytes(Encoding.PEM) + issuer.public_bytes(Encoding.PEM)
    stamped = Signer(chain.decode(), es256(key), authority.signer().timestamper)
    sign_clip(small_clip, folder / "stamped.mp4", claims(), stamped)
    sign_clip(small_clip, folder / "bare.mp4", claims(), replace(stamped, timestamper=None))
    left = leaf.not_valid_after_utc - dt.datetime.now(dt.UTC)
    time.sleep(max(0.0, left.total_seconds()) + 1)
    return folder / "stamped.mp4", folder / "bare.mp4"


def test_with_a_time_stamp_it_stays_valid(expired, authority):
    found = read_credentials(expired[0], TrustStores.load(authority.folder))
    assert found.failures == ()
    assert found.store == "development"
    assert found.signed_at


def test_without_a_time_stamp_it_has_expired(expired, authority):
    found = read_credentials(expired[1], TrustStores.load(authority.folder))
    assert EXPIRED in found.failures
    verdict = decide(examine(expired[1], None, TrustStores.load(authority.folder), None))
    assert verdict.state is VerdictState.EXPIRED_NO_TIMESTAMP


def test_a_time_stamp_by_nobody_we_trust_does_not_help(expired, authority):
    trust = replace(TrustStores.load(authority.folder), own_tsa="")
    found = read_credentials(expired[0], trust)
    assert EXPIRED in found.failures
    assert not found.signed_at
