"""Signing in production: the key stays in a file, a token or a service, and signs by callback.

Three keepers of keys, one way to use them: each gives a function from message to signature, and
`production_signer` proves that function against the certificate before anything is signed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import cast
from urllib.parse import parse_qsl

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from provenance.credentials.signer import Signer, es256
from provenance.credentials.timestamp import Timestamper
from provenance.errors import ProvenanceFailed

Sign = Callable[[bytes], bytes]

_SIGNATURE_BYTES = 64
_WARN = dt.timedelta(days=30)


def production_signer(chain: str, sign: Sign, timestamper: Timestamper) -> Signer:
    """A signer that has proved itself: its signature fits its certificate, which is in force.

    Args:
        chain: PEM, leaf first, without the root. At least one issuer: a chain of the leaf alone
            signs, but readers silently distrust it.
        sign: message to 64 bytes r ‖ s, by one of the functions below.
        timestamper: required; see `timestamp`.

    Raises:
        ProvenanceFailed: ``provenance.signer-mismatch``, ``provenance.certificate-unusable``,
            or what the keeper of the key raises.
    """
    _prove(chain, sign)
    return Signer(chain, sign, timestamper)


def production_reporter(chain: str, sign: Sign) -> Signer:
    """Who signs reports: as `production_signer`, with a certificate of its own and no time stamp,
    because a report says itself when it was made.

    Raises:
        ProvenanceFailed: as `production_signer`.
    """
    _prove(chain, sign)
    return Signer(chain, sign, None)


def _prove(chain: str, sign: Sign) -> None:
    """The key belongs to the chain's leaf, which is in force."""
    try:
        certificates = x509.load_pem_x509_certificates(chain.encode())
    except ValueError as fault:
        raise _unusable("The signing certificate cannot be read.") from fault
    leaf = certificates[0]
    key = leaf.public_key()
    now = dt.datetime.now(dt.UTC)
    if len(certificates) < 2 or not isinstance(key, ec.EllipticCurvePublicKey):
        raise _unusable("The signing chain needs a P-256 certificate and its issuer.")
    if not leaf.not_valid_before_utc <= now < leaf.not_valid_after_utc:
        raise _unusable("The signing certificate is not in force.")
    message = b"kinemark signer check " + now.isoformat().encode()
    signature = sign(message)
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        if len(signature) != _SIGNATURE_BYTES:
            raise InvalidSignature
        key.verify(encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as fault:
        raise ProvenanceFailed(
            "signer-mismatch",
            "The signing key does not belong to the signing certificate.",
            "Check which key and which certificate the settings name.",
        ) from fault


def expiry_alarm(chain: str, now: dt.datetime | None = None) -> str:
    """A sentence when the first certificate of the chain ends within 30 days, else ""."""
    now = now or dt.datetime.now(dt.UTC)
    ends = min(c.not_valid_after_utc for c in x509.load_pem_x509_certificates(chain.encode()))
    if ends <= now:
        return f"The signing certificate ended on {ends:%Y-%m-%d}. Nothing can be signed."
    if ends - now < _WARN:
        return f"The signing certificate ends on {ends:%Y-%m-%d}, in {(ends - now).days} days."
    return ""


def file_key(path: Path, password: bytes | None = None) -> Sign:
    """A P-256 key in a PEM file.

    Raises:
        ProvenanceFailed: ``provenance.signing-key-unusable``.
    """
    try:
        key = load_pem_private_key(path.read_bytes(), password)
    except (OSError, ValueError, TypeError) as fault:
        raise _keeper("The signing key's file cannot be used.") from fault
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise _keeper("The signing key is not a P-256 key.")
    return es256(key)


def socket_key(path: Path, seconds: float = 5.0) -> Sign:
    """A key in a service behind a Unix socket, as gateways to a KMS offer it.

    The protocol: four bytes of length (big endian) and the message; the answer is the 64 bytes of
    the signature. The service keeps the key; the socket's permissions say who may sign.

    Raises (when signing):
        ProvenanceFailed: ``provenance.signing-key-unusable``.
    """

    def sign(message: bytes) -> bytes:
        try:
            with socket.socket(socket.AF_UNIX) as service:
                service.settimeout(seconds)
                service.connect(str(path))
                service.sendall(struct.pack(">I", len(message)) + message)
                signature = b""
                while len(signature) < _SIGNATURE_BYTES and (part := service.recv(128)):
                    signature += part
        except OSError as fault:
            raise _keeper("The signing service does not answer.") from fault
        if len(signature) != _SIGNATURE_BYTES:
            raise _keeper("The signing service refused.")
        return signature

    return sign


def pkcs11_key(module: Path, token: str, pin: str, label: str) -> Sign:
    """A P-256 key on a PKCS#11 token (smart card, HSM); it never leaves the token.

    Args:
        module: the token's library, such as ``/usr/lib/softhsm/libsofthsm2.so``.
        token: its label. pin: of its user. label: of the key.

    Raises:
        ProvenanceFailed: ``provenance.signing-key-unusable``, also when signing.
    """
    try:
        import pkcs11
    except ImportError as fault:
        raise _keeper("The package python-pkcs11 is not installed.") from fault
    try:
        session = pkcs11.lib(str(module)).get_token(token_label=token).open(user_pin=pin)
        key = session.get_key(
            object_class=pkcs11.ObjectClass.PRIVATE_KEY,
            key_type=pkcs11.KeyType.EC,
            label=label,
        )
    except (pkcs11.PKCS11Error, OSError, RuntimeError) as fault:
        raise _keeper("The signing key on the token cannot be used.") from fault

    private = cast("pkcs11.SignMixin", key)

    def sign(message: bytes) -> bytes:
        try:
            digest = hashlib.sha256(message).digest()
            return bytes(private.sign(digest, mechanism=pkcs11.Mechanism.ECDSA))
        except pkcs11.PKCS11Error as fault:
            raise _keeper("The token refused to sign.") from fault

    return sign


def key_at(address: str, secret: str = "") -> Sign:
    """The signing function of a key that the settings name by its address.

    Args:
        address: ``file:/path/key.pem``, ``socket:/run/kms.sock`` or
            ``pkcs11:/path/module.so?token=LABEL&key=LABEL``.
        secret: the file's password or the token's PIN.

    Raises:
        ProvenanceFailed: ``provenance.signing-key-unusable``.
    """
    kind, _, rest = address.partition(":")
    if kind == "file":
        return file_key(Path(rest), secret.encode() or None)
    if kind == "socket":
        return socket_key(Path(rest))
    path, _, query = rest.partition("?")
    names = dict(parse_qsl(query))
    if kind == "pkcs11" and {"token", "key"} <= set(names):
        return pkcs11_key(Path(path), names["token"], secret, names["key"])
    raise _keeper("The signing key's address is not understood.")


def _keeper(message: str) -> ProvenanceFailed:
    return ProvenanceFailed(
        "signing-key-unusable",
        message,
        "Check the key's place and its permissions in the settings.",
        retryable=True,
    )


def _unusable(message: str) -> ProvenanceFailed:
    return ProvenanceFailed(
        "certificate-unusable", message, "Get a certificate for signing claims, with its issuer."
    )
