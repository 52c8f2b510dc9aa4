"""RFC 3161 time-stamp tokens, made in this process: no socket, no second program.

A signed clip stays valid after its certificate expires only if a time stamp proves that it was
signed before. The development studio stamps its own clips; the stamp counts only where the
development root counts.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

_SIGNED_DATA = "1.2.840.113549.1.7.2"
_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_CONTENT_TYPE = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST = "1.2.840.113549.1.9.4"
_SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47"
_SHA256 = "2.16.840.1.101.3.4.2.1"
_ECDSA_SHA256 = "1.2.840.10045.4.3.2"
_POLICY = "1.3.6.1.4.1.62558.1.1.99"  # says no more than "development"


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
        """See `Timestamper`; RFC 3161 §2.4.2 inside RFC 5652 §5 SignedData."""
        info = _tst_info(hashlib.sha256(message).digest(), self.now())
        certificate = self.certificate.public_bytes(Encoding.DER)
        attributes = _attributes(info, certificate)
        signature = self.key.sign(_tlv(0x31, attributes), ec.ECDSA(hashes.SHA256()))
        signer = _sequence(
            _integer(1),
            _sequence(
                self.certificate.issuer.public_bytes(), _integer(self.certificate.serial_number)
            ),
            _sequence(_oid(_SHA256)),
            _tlv(0xA0, attributes),
            _sequence(_oid(_ECDSA_SHA256)),
            _tlv(0x04, signature),
        )
        signed = _sequence(
            _integer(3),
            _tlv(0x31, _sequence(_oid(_SHA256))),
            _sequence(_oid(_TST_INFO), _tlv(0xA0, _tlv(0x04, info))),
            _tlv(0xA0, certificate),
            _tlv(0x31, signer),
        )
        return _sequence(_oid(_SIGNED_DATA), _tlv(0xA0, signed))


def _tst_info(digest: bytes, now: dt.datetime) -> bytes:
    return _sequence(
        _integer(1),
        _oid(_POLICY),
        _sequence(_sequence(_oid(_SHA256)), _tlv(0x04, digest)),
        _integer(secrets.randbits(63)),
        _tlv(0x18, now.astimezone(dt.UTC).strftime("%Y%m%d%H%M%SZ").encode()),
        _sequence(_integer(1)),  # accuracy: one second
    )


def _attributes(info: bytes, certificate: bytes) -> bytes:
    """Signed attributes in DER order (RFC 5652 §5.3, RFC 5816 §2.2.1)."""
    identifier = _sequence(_sequence(_sequence(_tlv(0x04, hashlib.sha256(certificate).digest()))))
    attributes = (
        _sequence(_oid(_CONTENT_TYPE), _tlv(0x31, _oid(_TST_INFO))),
        _sequence(_oid(_MESSAGE_DIGEST), _tlv(0x31, _tlv(0x04, hashlib.sha256(info).digest()))),
        _sequence(_oid(_SIGNING_CERTIFICATE_V2), _tlv(0x31, identifier)),
    )
    return b"".join(sorted(attributes))


def _tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def _sequence(*items: bytes) -> bytes:
    return _tlv(0x30, b"".join(items))


def _integer(value: int) -> bytes:
    return _tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _oid(dotted: str) -> bytes:
    first, second, *rest = (int(part) for part in dotted.split("."))
    content = bytearray()
    for number in (first * 40 + second, *rest):
        septets = [number & 0x7F]
        while number := number >> 7:
            septets.append(number & 0x7F | 0x80)
        content += bytes(reversed(septets))
    return _tlv(0x06, bytes(content))
