"""A signed evaluation: what a gate did with a red-team pack, when, and who stands by it.

    python -m safety.evaluation FILE

A JSON Web Signature (RFC 7515, compact, ES256) whose header carries the signing certificates
(`x5c`). Who signs is handed in; the command checks a file and says whose certificate it bears.
Whether to trust that certificate is for the reader: compare its root with the studio's.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from safety.errors import InvalidInput
from safety.redteam import Outcome, Pack

FORMAT = "kinemark-evaluation/1"
_MOST = 2**20


@dataclass(frozen=True, slots=True)
class Attested:
    """An evaluation whose signature holds.

    Attributes:
        content: `format`, `made_at`, `pack` (name, date, digest) and `outcome`.
        signer: subject of the signing certificate.
        fingerprint: SHA-256 of the last certificate that the file carries, hex.
    """

    content: Mapping[str, Any]
    signer: str
    fingerprint: str


def attest(
    pack: Pack, outcome: Outcome, made_at: datetime, chain: str, sign: Callable[[bytes], bytes]
) -> str:
    """The evaluation as a compact JWS.

    Args:
        pack, outcome: what was run, and what came out.
        made_at: with time zone.
        chain: PEM certificates, leaf first.
        sign: message to ES256 signature, 64 bytes r ‖ s.

    Raises:
        InvalidInput: the time has no zone, or the outcome is of another pack.
    """
    if made_at.tzinfo is None:
        raise InvalidInput("The time of an evaluation needs a time zone.")
    if outcome.pack != pack.digest:
        raise InvalidInput("This outcome is of another pack.")
    certificates = x509.load_pem_x509_certificates(chain.encode())
    carried = [base64.b64encode(each.public_bytes(Encoding.DER)).decode() for each in certificates]
    header = {"alg": "ES256", "typ": "kinemark-evaluation+jws", "x5c": carried}
    content = {
        "format": FORMAT,
        "made_at": made_at.isoformat(),
        "pack": {"name": pack.name, "date": pack.date, "sha256": pack.digest},
        "outcome": asdict(outcome),
    }
    signed = f"{_encoded(header)}.{_encoded(content)}"
    return f"{signed}.{_base64(sign(signed.encode()))}"


def check(text: str) -> Attested:
    """The evaluation inside a signed one.

    Raises:
        InvalidInput: it is none, it was changed, or it was made outside its certificate's time.
    """
    try:
        head, body, seal = text[:_MOST].strip().split(".")
        carried = [base64.b64decode(each) for each in json.loads(_decoded(head))["x5c"]]
        leaf = x509.load_der_x509_certificate(carried[0])
        root = x509.load_der_x509_certificate(carried[-1])
        content = json.loads(_decoded(body))
        made_at = datetime.fromisoformat(content["made_at"])
        key, raw = leaf.public_key(), _decoded(seal)
        sound = content["format"] == FORMAT and made_at.tzinfo is not None
    except (
        ValueError, LookupError, TypeError, AttributeError, RecursionError, UnsupportedAlgorithm,
    ) as error:  # fmt: skip
        raise InvalidInput("This is no signed evaluation.") from error
    if not sound or not isinstance(key, ec.EllipticCurvePublicKey) or len(raw) != 64:
        raise InvalidInput("This is no signed evaluation.")
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    try:
        key.verify(encode_dss_signature(r, s), f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise InvalidInput("This evaluation or its signature was changed.") from error
    if not leaf.not_valid_before_utc <= made_at <= leaf.not_valid_after_utc:
        raise InvalidInput("This evaluation was made outside the time of its certificate.")
    return Attested(content, leaf.subject.rfc4514_string(), root.fingerprint(hashes.SHA256()).hex())


def _encoded(data: Mapping[str, Any]) -> str:
    return _base64(json.dumps(data, separators=(",", ":"), sort_keys=True).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 the signature holds, 1 it does not, 2 usage."""
    parser = argparse.ArgumentParser(
        prog="python -m safety.evaluation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("file", type=Path)
    chosen = parser.parse_args(arguments)
    try:
        found = check(chosen.file.read_text(encoding="utf-8"))
    except OSError:
        print("This file cannot be read.", file=sys.stderr)
        return 2
    except (InvalidInput, UnicodeDecodeError) as error:
        print(getattr(error, "message", "This is no signed evaluation."), file=sys.stderr)
        return 1
    print(json.dumps(found.content, indent=1, ensure_ascii=False))
    print(f"signed by {found.signer}\nlast certificate, SHA-256 {found.fingerprint}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
