"""The development Authority: made once, never quietly made again."""

import datetime as dt
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from provenance.credentials import Authority
from provenance.credentials.pki import ORGANISATION, signing_leaf
from provenance.errors import ProvenanceFailed


@pytest.fixture
def authority(tmp_path):
    return Authority.open(tmp_path / "pki")


def test_it_says_that_nobody_trusts_it(authority):
    for certificate in x509.load_pem_x509_certificates(authority.signer().chain.encode()):
        [name] = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        assert name.value == ORGANISATION
        assert "NOT PUBLICLY TRUSTED" in name.value


def test_keys_are_readable_by_their_owner_alone(authority):
    keys = list(authority.folder.glob("*.key"))
    assert {key.name for key in keys} == {
        "signer.key",
        "reporter.key",
        "intermediate.key",
        "tsa.key",
    }
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}


def test_the_leaf_may_sign_claims_and_nothing_else(authority):
    leaf = x509.load_pem_x509_certificates(authority.signer().chain.encode())[0]
    uses = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert set(uses) == {
        x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1"),
        ExtendedKeyUsageOID.EMAIL_PROTECTION,
    }
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= dt.timedelta(days=366)


def test_opening_again_changes_nothing(authority):
    before = {path.name: path.read_bytes() for path in authority.folder.iterdir()}
    Authority.open(authority.folder)
    assert {path.name: path.read_bytes() for path in authority.folder.iterdir()} == before


@pytest.mark.parametrize(
    "name", ["signer.key", "tsa.key", "intermediate.key", "reporter.key", "signer.pem"]
)
def test_a_lost_file_is_an_error_and_not_replaced(authority, name):
    (authority.folder / name).unlink()
    with pytest.raises(ProvenanceFailed) as caught:
        Authority.open(authority.folder)
    assert caught.value.code == "provenance.signing-key-missing"
    assert name in caught.value.message
    assert not (authority.folder / name).exists()


def test_a_broken_key_is_an_error(authority):
    (authority.folder / "signer.key").write_text("no key")
    with pytest.raises(ProvenanceFailed) as caught:
        authority.signer()
    assert caught.value.code == "provenance.signing-key-unusable"


def test_processes_that_start_together_agree(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        roots = list(pool.map(lambda _: Authority.open(tmp_path / "pki").root, range(8)))
    assert len(set(roots)) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["pki"]


def test_a_signer_near_its_end_is_renewed_under_the_same_root(authority):
    folder = authority.folder
    root = authority.root
    from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

    issuer = x509.load_pem_x509_certificate((folder / "intermediate.pem").read_bytes())
    issuer_key = load_pem_private_key((folder / "intermediate.key").read_bytes(), None)
    key = load_pem_private_key((folder / "signer.key").read_bytes(), None)
    assert isinstance(issuer_key, ec.EllipticCurvePrivateKey)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    old = signing_leaf(issuer, issuer_key, key.public_key(), days=10)
    pem = old.public_bytes(Encoding.PEM) + issuer.public_bytes(Encoding.PEM)
    (folder / "signer.pem").write_bytes(pem)
    renewed = Authority.open(folder)
    assert renewed.expires() > dt.datetime.now(dt.UTC) + dt.timedelta(days=300)
    assert renewed.root == root


def test_a_key_without_its_certificate_gets_a_new_one(authority):
    other = Authority.open(authority.folder.parent / "other")
    (authority.folder / "signer.key").write_bytes((other.folder / "signer.key").read_bytes())
    signer = Authority.open(authority.folder).signer()
    leaf = x509.load_pem_x509_certificates(signer.chain.encode())[0]
    key = leaf.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    signature = signer.sign(b"message")
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    key.verify(encode_dss_signature(r, s), b"message", ec.ECDSA(hashes.SHA256()))
