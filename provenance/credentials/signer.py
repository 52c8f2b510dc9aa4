"""What signs a clip: a certificate chain and a function; the key itself may be anywhere."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from provenance.credentials.timestamp import Timestamper


@dataclass(frozen=True, slots=True)
class Signer:
    """ES256 signing by callback (C2PA 2.4 §13.2).

    Attributes:
        chain: PEM, leaf first, without the root.
        sign: message to signature, 64 bytes r ‖ s.
        timestamper: attests the time of signing; without one a clip turns invalid when the
            certificate expires.
    """

    chain: str
    sign: Callable[[bytes], bytes]
    timestamper: Timestamper | None


def es256(key: ec.EllipticCurvePrivateKey) -> Callable[[bytes], bytes]:
    """A signing function for a P-256 key held in this process."""

    def sign(message: bytes) -> bytes:
        r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    return sign
