"""Sign a report, so that it can be handed on; check one, offline.

A signed report is a JSON Web Signature (RFC 7515, compact, ES256) whose header carries the signing
certificates (`x5c`). Any JOSE library can check it against the studio's root certificate;
``python -m provenance check-report FILE`` does it without one.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from provenance.credentials.signer import Signer
from provenance.credentials.trust import Store, TrustStores
from provenance.errors import InvalidMedia
from provenance.report import FORMAT

_TYPE = "kinemark-report+jws"
_MOST = 2**20
_MOST_CERTIFICATES = 8


@dataclass(frozen=True, slots=True)
class AttestedReport:
    """A report whose signature holds.

    Attributes:
        report: as `report.report` made it.
        issuer: organisation in the signer's certificate.
        store: the trust store that the certificate leads to; None: nobody we know signed this.
    """

    report: dict[str, Any]
    issuer: str
    store: Store | None


def sign_report(report: dict[str, Any], signer: Signer) -> str:
    """The report as a signed, compact JWS: three base64url parts with dots between them."""
    return sign_statement(_TYPE, report, signer)


def sign_statement(kind: str, statement: dict[str, Any], signer: Signer) -> str:
    """Any statement as a signed, compact JWS; `kind` is its ``typ``, by which it cannot be taken
    for another kind."""
    certificates = x509.load_pem_x509_certificates(signer.chain.encode())
    chain = [base64.b64encode(each.public_bytes(Encoding.DER)).decode() for each in certificates]
    header = {"alg": "ES256", "typ": kind, "x5c": chain}
    signed = f"{_encoded(_json(header))}.{_encoded(_json(statement))}"
    return f"{signed}.{_encoded(signer.sign(signed.encode()))}"


def check_report(text: str, trust: TrustStores) -> AttestedReport:
    """The report inside a signed one, if its signature holds.

    Raises:
        InvalidMedia: ``provenance.report-unreadable`` or ``provenance.report-forged``.
    """
    header, payload, signature, signed = _parts(text)
    leaf = _leaf(header)
    if header.get("alg") != "ES256":
        raise _unreadable()
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    try:
        leaf.key.verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as fault:
        raise _forged("The report or its signature was changed.") from fault
    report = _report(payload)
    made = dt.datetime.fromisoformat(str(report["examined_at"]))
    if not leaf.start <= made <= leaf.end:
        raise _forged("The report was made outside the time of its certificate.")
    return AttestedReport(report, leaf.organisation, trust.owner(leaf.chain))


@dataclass(frozen=True, slots=True)
class _Leaf:
    """What of the signer's certificate matters here; `chain` is DER, leaf first."""

    key: ec.EllipticCurvePublicKey
    start: dt.datetime
    end: dt.datetime
    organisation: str
    chain: list[bytes]


def _parts(text: str) -> tuple[dict[str, Any], bytes, bytes, bytes]:
    pieces = text.strip().split(".")
    if len(pieces) != 3 or len(text) > _MOST:
        raise _unreadable()
    try:
        header = json.loads(_decoded(pieces[0]))
        payload, signature = _decoded(pieces[1]), _decoded(pieces[2])
    except (ValueError, binascii.Error) as fault:
        raise _unreadable() from fault
    if not isinstance(header, dict) or len(signature) != 64:
        raise _unreadable()
    return header, payload, signature, f"{pieces[0]}.{pieces[1]}".encode()


def _leaf(header: dict[str, Any]) -> _Leaf:
    """Certificates are parsed late and piece by piece, so all pieces are taken here."""
    try:
        chain = [base64.b64decode(each) for each in header["x5c"][:_MOST_CERTIFICATES]]
        leaf = x509.load_der_x509_certificate(chain[0])
        key = leaf.public_key()
        names = leaf.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        start, end = leaf.not_valid_before_utc, leaf.not_valid_after_utc
    except (LookupError, TypeError, ValueError, UnsupportedAlgorithm) as fault:
        raise _unreadable() from fault
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise _unreadable()
    return _Leaf(key, start, end, str(names[0].value) if names else "", chain)


def _report(payload: bytes) -> dict[str, Any]:
    try:
        report = json.loads(payload)
        known = report["format"] == FORMAT
        made = dt.datetime.fromisoformat(str(report["examined_at"]))
    except (ValueError, KeyError, TypeError) as fault:
        raise _unreadable() from fault
    if not known or made.tzinfo is None:
        raise _unreadable()
    return dict(report)


def _json(data: dict[str, Any]) -> bytes:
    return json.dumps(data, separators=(",", ":"), sort_keys=True).encode()


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))


def _unreadable() -> InvalidMedia:
    return InvalidMedia(
        "report-unreadable",
        "This is not a signed report of this software.",
        "Give the file exactly as it was downloaded.",
    )


def _forged(message: str) -> InvalidMedia:
    return InvalidMedia(
        "report-forged", message, "Do not rely on it; examine the video itself again."
    )
