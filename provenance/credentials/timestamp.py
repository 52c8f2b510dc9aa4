"""RFC 3161 time stamps: made in this process for development, fetched from an authority otherwise.

A signed clip stays valid after its certificate expires only if a time stamp proves that it was
signed before. The development studio stamps its own clips, without a socket and without a second
program; the stamp counts only where the development root counts.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import http.client
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from provenance.credentials.der import (
    BOOLEAN,
    GENERALIZED_TIME,
    INTEGER,
    OCTETS,
    SEQUENCE,
    SET,
    elements,
    integer,
    oid,
    sequence,
    tlv,
)
from provenance.errors import ProvenanceFailed

_SIGNED_DATA = "1.2.840.113549.1.7.2"
_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
_SHA256 = "2.16.840.1.101.3.4.2.1"
_ECDSA_SHA256 = "1.2.840.10045.4.3.2"
_POLICY = "1.3.6.1.4.1.62558.1.1.99"  # says no more than "development"
_GRANTED = (0, 1)
_MOST_ANSWER = 64 * 1024


class Timestamper(Protocol):
    """Whoever attests that bytes existed at a time."""

    def token(self, message: bytes) -> bytes:
        """DER of an RFC 3161 TimeStampToken over SHA-256 of `message`."""


@dataclass(frozen=True, slots=True)
class LocalTimestamper:
    """A time-stamping authority that holds its own key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC)

    def token(self, message: bytes) -> bytes:
        """See `Timestamper`."""
        return self._token(hashlib.sha256(message).digest(), b"")

    def respond(self, query: bytes) -> bytes:
        """Answer a TimeStampReq as an authority does (RFC 3161 §2.4).

        Raises:
            ValueError: for anything but a query over SHA-256.
        """
        [(tag, body, _)] = elements(query)
        if tag != SEQUENCE:
            raise ValueError("not a time-stamp query")
        fields = list(elements(body))
        [(_, algorithm, _), (_, digest, _)] = elements(fields[1][1])
        if not algorithm.startswith(oid(_SHA256)) or len(digest) != 32:
            raise ValueError("only SHA-256 is stamped")
        nonce = next((whole for kind, _, whole in fields[2:] if kind == INTEGER), b"")
        return sequence(sequence(integer(0)), self._token(digest, nonce))

    def _token(self, digest: bytes, nonce: bytes) -> bytes:
        """RFC 3161 §2.4.2 inside RFC 5652 §5 SignedData."""
        info = _tst_info(digest, self.now(), nonce)
        certificate = self.certificate.public_bytes(Encoding.DER)
        attributes = _attributes(info, certificate)
        signature = self.key.sign(tlv(SET, attributes), ec.ECDSA(hashes.SHA256()))
        issuer = self.certificate.issuer.public_bytes()
        signer = sequence(
            integer(1),
            sequence(issuer, integer(self.certificate.serial_number)),
            sequence(oid(_SHA256)),
            tlv(0xA0, attributes),
            sequence(oid(_ECDSA_SHA256)),
            tlv(OCTETS, signature),
        )
        signed = sequence(
            integer(3),
            tlv(SET, sequence(oid(_SHA256))),
            sequence(oid(_TST_INFO), tlv(0xA0, tlv(OCTETS, info))),
            tlv(0xA0, certificate),
            tlv(SET, signer),
        )
        return sequence(oid(_SIGNED_DATA), tlv(0xA0, signed))


@dataclass(frozen=True, slots=True)
class HttpTimestamper:
    """A time-stamping authority on the network (RFC 3161 §3.4); used while signing, never reading.

    Attributes:
        url: of the authority, from the studio's own settings.
        seconds: to wait for its answer.
    """

    url: str
    seconds: float = 10.0

    def token(self, message: bytes) -> bytes:
        """See `Timestamper`.

        Raises:
            ProvenanceFailed: ``provenance.timestamp-unavailable``: no usable answer came.
        """
        digest, nonce = hashlib.sha256(message).digest(), integer(secrets.randbits(64))
        imprint = sequence(sequence(oid(_SHA256)), tlv(OCTETS, digest))
        query = sequence(integer(1), imprint, nonce, tlv(BOOLEAN, b"\xff"))
        try:
            token = _granted(self._ask(query))
        except (OSError, ValueError, http.client.HTTPException) as fault:
            raise _unavailable() from fault
        if digest not in token or nonce not in token:
            raise _unavailable()
        return token

    def _ask(self, query: bytes) -> bytes:
        if not self.url.startswith(("http://", "https://")):
            raise ValueError("not an address of a time-stamping authority")
        request = urllib.request.Request(  # noqa: S310  (the scheme was just checked)
            self.url, query, {"Content-Type": "application/timestamp-query"}
        )
        with urllib.request.urlopen(request, timeout=self.seconds) as answer:  # noqa: S310
            return cast(bytes, answer.read(_MOST_ANSWER))


def _granted(response: bytes) -> bytes:
    """The token inside a TimeStampResp, if it was granted (RFC 3161 §2.4.2)."""
    [(_, body, _)] = elements(response)
    (_, status, _), *rest = elements(body)
    _, code, _ = next(elements(status))
    if int.from_bytes(code, "big") not in _GRANTED or not rest:
        raise ValueError("the time stamp was refused")
    return rest[0][2]


def _tst_info(digest: bytes, now: dt.datetime, nonce: bytes) -> bytes:
    return sequence(
        integer(1),
        oid(_POLICY),
        sequence(sequence(oid(_SHA256)), tlv(OCTETS, digest)),
        integer(secrets.randbits(63)),
        tlv(GENERALIZED_TIME, now.astimezone(dt.UTC).strftime("%Y%m%d%H%M%SZ").encode()),
        sequence(integer(1)),  # accuracy: one second
        nonce,
    )


def _attributes(info: bytes, certificate: bytes) -> bytes:
    """Signed attributes in DER order (RFC 5652 §5.3, RFC 5816 §2.2.1)."""
    identifier = sequence(sequence(sequence(tlv(OCTETS, hashlib.sha256(certificate).digest()))))
    attributes = (
        sequence(oid(_CONTENT_TYPE), tlv(SET, oid(_TST_INFO))),
        sequence(oid(_MESSAGE_DIGEST), tlv(SET, tlv(OCTETS, hashlib.sha256(info).digest()))),
        sequence(oid(_SIGNING_CERTIFICATE_V2), tlv(SET, identifier)),
    )
    return b"".join(sorted(attributes))


def _unavailable() -> ProvenanceFailed:
    return ProvenanceFailed(
        "timestamp-unavailable",
        "The time-stamping authority gave no usable answer, so nothing was signed.",
        "Check its address in the settings and try again later.",
        retryable=True,
    )
