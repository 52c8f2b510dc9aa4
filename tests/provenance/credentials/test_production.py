"""Production signing: keys in a file, behind a socket, on a PKCS#11 token; a network time stamp."""

import datetime as dt
import http.server
import os
import shutil
import socket
import struct
import subprocess
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance import Authority, ProvenanceFailed, TrustStores, read_credentials, sign_clip
from provenance.credentials.der import elements
from provenance.credentials.pki import signing_leaf
from provenance.credentials.production import (
    expiry_alarm,
    file_key,
    key_at,
    pkcs11_key,
    production_signer,
    socket_key,
)
from provenance.credentials.reader import WITHDRAWN
from provenance.credentials.signer import es256
from provenance.credentials.timestamp import HttpTimestamper

SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")
needs_softhsm = pytest.mark.skipif(
    not SOFTHSM.exists() or not shutil.which("softhsm2-util"),
    reason="needs the system package softhsm2: apt-get install softhsm2",
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority.open(tmp_path_factory.mktemp("authority") / "pki")


@pytest.fixture(scope="module")
def issuer(authority):
    certificate = (authority.folder / "intermediate.pem").read_bytes()
    key = load_pem_private_key((authority.folder / "intermediate.key").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return x509.load_pem_x509_certificate(certificate), key


@pytest.fixture
def production(authority):
    """As the owner of a public certificate sees it: the root stands in the production store."""
    own = TrustStores.load(authority.folder)
    return replace(own, production=own.development, development="")


def signs(signer, small_clip, tmp_path, claims, trust) -> bool:
    path = tmp_path / "signed.mp4"
    sign_clip(small_clip, path, claims(), signer)
    found = read_credentials(path, trust)
    return found.store == "production" and not found.failures and bool(found.signed_at)


def test_a_key_in_a_file(authority, small_clip, tmp_path, claims, production):
    own = authority.signer()
    sign = file_key(authority.folder / "signer.key")
    signer = production_signer(own.chain, sign, own.timestamper)
    assert signs(signer, small_clip, tmp_path, claims, production)


@pytest.fixture
def service(authority, tmp_path):
    """A signing service in a thread; `state["refuse"]` makes it hang up."""
    path = tmp_path / "kms.sock"
    sign = file_key(authority.folder / "signer.key")
    state = {"refuse": False}
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                length = struct.unpack(">I", connection.recv(4, socket.MSG_WAITALL))[0]
                message = connection.recv(length, socket.MSG_WAITALL)
                if not state["refuse"]:
                    connection.sendall(sign(message))

    threading.Thread(target=serve, daemon=True).start()
    yield path, state
    listener.close()


def test_a_key_behind_a_socket(service, authority, small_clip, tmp_path, claims, production):
    own = authority.signer()
    signer = production_signer(own.chain, socket_key(service[0]), own.timestamper)
    assert signs(signer, small_clip, tmp_path, claims, production)


def test_a_service_that_refuses(service):
    service[1]["refuse"] = True
    with pytest.raises(ProvenanceFailed, match="refused"):
        socket_key(service[0])(b"message")


def test_a_service_that_fails_half_way_publishes_nothing(
    service, authority, small_clip, tmp_path, claims
):
    own = authority.signer()
    signer = production_signer(own.chain, socket_key(service[0]), own.timestamper)
    service[1]["refuse"] = True
    with pytest.raises(ProvenanceFailed):
        sign_clip(small_clip, tmp_path / "out.mp4", claims(), signer)
    assert not (tmp_path / "out.mp4").exists()


def test_a_service_that_is_away(tmp_path):
    with pytest.raises(ProvenanceFailed) as caught:
        socket_key(tmp_path / "nobody.sock")(b"message")
    assert (caught.value.code, caught.value.retryable) == ("provenance.signing-key-unusable", True)


@pytest.fixture
def token(tmp_path, monkeypatch):
    """A fresh software token with one P-256 key; gives the key's public half."""
    import pkcs11
    from pkcs11.util.ec import encode_ec_public_key, encode_named_curve_parameters

    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path / 'tokens'}\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    subprocess.run(
        ["softhsm2-util", "--init-token", "--free", "--label", "studio", "--pin", "1234",
         "--so-pin", "5678"],
        check=True, capture_output=True, env={**os.environ},
    )  # fmt: skip
    library = pkcs11.lib(str(SOFTHSM))
    library.reinitialize()
    with library.get_token(token_label="studio").open(user_pin="1234", rw=True) as session:
        parameters = session.create_domain_parameters(
            pkcs11.KeyType.EC,
            {pkcs11.Attribute.EC_PARAMS: encode_named_curve_parameters("secp256r1")},
            local=True,
        )
        public, _ = parameters.generate_keypair(store=True, label="claims")
        der = encode_ec_public_key(public)
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    return load_der_public_key(der)


@needs_softhsm
def test_a_key_on_a_token(token, issuer, authority, small_clip, tmp_path, claims, production):
    leaf = signing_leaf(*issuer, token)
    pem = leaf.public_bytes(Encoding.PEM) + issuer[0].public_bytes(Encoding.PEM)
    sign = pkcs11_key(SOFTHSM, "studio", "1234", "claims")
    signer = production_signer(pem.decode(), sign, authority.signer().timestamper)
    assert signs(signer, small_clip, tmp_path, claims, production)


@needs_softhsm
@pytest.mark.parametrize(
    "wrong", [("other", "1234", "claims"), ("studio", "9999", "claims"), ("studio", "1234", "no")]
)
def test_a_wrong_token_pin_or_label(token, wrong):
    with pytest.raises(ProvenanceFailed) as caught:
        pkcs11_key(SOFTHSM, *wrong)
    assert caught.value.code == "provenance.signing-key-unusable"


@needs_softhsm
def test_addresses_name_all_three_keepers(token, authority, service):
    addresses = {
        f"file:{authority.folder / 'signer.key'}": "",
        f"socket:{service[0]}": "",
        f"pkcs11:{SOFTHSM}?token=studio&key=claims": "1234",
    }
    for address, secret in addresses.items():
        assert len(key_at(address, secret)(b"message")) == 64


@pytest.mark.parametrize("address", ["", "file:/none.pem", "pkcs11:/x.so?token=a", "https://x"])
def test_an_address_that_names_no_key(address):
    with pytest.raises(ProvenanceFailed) as caught:
        key_at(address)
    assert caught.value.code == "provenance.signing-key-unusable"


def test_a_missing_token_library(tmp_path):
    with pytest.raises(ProvenanceFailed):
        pkcs11_key(tmp_path / "none.so", "studio", "1234", "claims")


def test_a_key_of_another_certificate_is_found_out(authority):
    own = authority.signer()
    other = es256(ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(ProvenanceFailed) as caught:
        production_signer(own.chain, other, own.timestamper)
    assert caught.value.code == "provenance.signer-mismatch"


def test_a_chain_of_the_leaf_alone_is_refused(authority):
    own = authority.signer()
    leaf = own.chain[: own.chain.index("-----END") + len("-----END CERTIFICATE-----\n")]
    with pytest.raises(ProvenanceFailed) as caught:
        production_signer(leaf, own.sign, own.timestamper)
    assert caught.value.code == "provenance.certificate-unusable"


def test_the_expiry_alarm(authority):
    chain, ends = authority.signer().chain, authority.expires()
    assert expiry_alarm(chain) == ""
    assert "in 9 days" in expiry_alarm(chain, ends - dt.timedelta(days=9, hours=1))
    assert "Nothing can be signed" in expiry_alarm(chain, ends)


class Responder:
    """An RFC 3161 authority on a local port."""

    def __init__(self, answer):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = answer(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


def test_a_time_stamp_from_the_network(authority, small_clip, tmp_path, claims, production):
    own = authority.signer()
    with Responder(own.timestamper.respond) as responder:
        signer = production_signer(own.chain, own.sign, HttpTimestamper(responder.url))
        assert signs(signer, small_clip, tmp_path, claims, production)


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: b"",
        lambda _: b"<html>no authority</html>",
        lambda _: bytes.fromhex("3005300302010230"),
        lambda _: bytes.fromhex("30053003020102"),
    ],
    ids=["empty", "html", "broken", "rejection"],
)
def test_a_time_stamp_that_is_none(answer):
    with Responder(answer) as responder, pytest.raises(ProvenanceFailed) as caught:
        HttpTimestamper(responder.url).token(b"message")
    assert caught.value.code == "provenance.timestamp-unavailable"


def test_a_time_stamp_for_another_message_is_refused(authority):
    stamp = authority.signer().timestamper
    other = HttpTimestamper("http://unused")
    queries = []
    record = Responder(lambda query: queries.append(query) or b"")
    with record as recorder, pytest.raises(ProvenanceFailed):
        replace(other, url=recorder.url).token(b"another message")
    replay = Responder(lambda _: stamp.respond(queries[0]))
    with replay as replayer, pytest.raises(ProvenanceFailed):
        replace(other, url=replayer.url).token(b"message")


def test_an_authority_that_is_away_or_odd():
    for url in ("http://127.0.0.1:1/", "file:///etc/passwd"):
        with pytest.raises(ProvenanceFailed):
            HttpTimestamper(url, seconds=1).token(b"message")


def test_without_a_time_stamp_nothing_is_published(authority, small_clip, tmp_path, claims):
    own = authority.signer()
    signer = production_signer(own.chain, own.sign, HttpTimestamper("http://127.0.0.1:1/"))
    with pytest.raises(ProvenanceFailed) as caught:
        sign_clip(small_clip, tmp_path / "out.mp4", claims(), signer)
    assert caught.value.code == "provenance.timestamp-unavailable"
    assert not (tmp_path / "out.mp4").exists()


def test_a_rotated_key_leaves_old_clips_trusted(tmp_path, small_clip, claims):
    authority = Authority.open(tmp_path / "pki")
    sign_clip(small_clip, tmp_path / "old.mp4", claims(), authority.signer())
    before = authority.signer().chain
    authority.rotate()
    assert authority.signer().chain != before
    sign_clip(small_clip, tmp_path / "new.mp4", claims(), authority.signer())
    trust = TrustStores.load(authority.folder)
    stores = [read_credentials(tmp_path / name, trust).store for name in ("old.mp4", "new.mp4")]
    assert stores == ["development", "development"]


def test_a_withdrawn_certificate_spoils_what_no_time_stamp_proves_to_be_older(
    tmp_path, small_clip, claims
):
    authority = Authority.open(tmp_path / "pki")
    old = authority.signer()
    hour = dt.timedelta(hours=1)
    earlier = replace(old.timestamper, now=lambda: dt.datetime.now(dt.UTC) - hour / 2)
    later = replace(old.timestamper, now=lambda: dt.datetime.now(dt.UTC) + hour)
    for name, stamper in (("earlier", earlier), ("later", later), ("never", None)):
        signer = replace(old, timestamper=stamper)
        sign_clip(small_clip, tmp_path / f"{name}.mp4", claims(), signer)
    authority.revoke()
    sign_clip(small_clip, tmp_path / "new.mp4", claims(), authority.signer())
    trust = TrustStores.load(authority.folder)
    names = ("earlier", "later", "never", "new")
    found = {name: read_credentials(tmp_path / f"{name}.mp4", trust) for name in names}
    withdrawn = {name: WITHDRAWN in credentials.failures for name, credentials in found.items()}
    assert withdrawn == {"earlier": False, "later": True, "never": True, "new": False}


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80))
def test_der_of_any_bytes_ends_well(content):
    try:
        whole = b"".join(each for _, _, each in elements(content))
    except ValueError:
        return
    assert whole == content
