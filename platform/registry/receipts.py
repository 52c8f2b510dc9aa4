"""What whoever deposits a manifest gets in hand: the studio's signed word that it was kept.

The proof is a JSON Web Signature (RFC 7515, compact, ES256) over the manifest's digest and the time
since which it is kept, with its certificates in the header: it can be checked without asking the
studio, and held against it.
"""

from datetime import UTC
from typing import Any

from jobs.signing import reporter
from provenance import sign_statement
from registry.models import Deposit

TYPE = "org.c2pa.manifest-receipt"
PROOF = "kinemark-receipt+jws"


def receipt_for(kept: Deposit, base: str) -> dict[str, Any]:
    """The receipt, in the specification's form. `base` is the address of the API.

    Raises `SystemFault` when the studio has no key to sign with.
    """
    statement = {
        "manifestId": kept.manifest_id,
        "sha256": kept.sha256,
        "repository": base,
        "keptSince": kept.created_at.astimezone(UTC).isoformat(timespec="seconds"),
    }
    return {
        "@context": {
            "c2pa": "https://c2pa.org/ns/",
            "receipt": "https://c2pa.org/ns/manifest-receipt#",
        },
        "@type": TYPE,
        "repository": {"uri": base, "manifestId": kept.manifest_id},
        "anchor": {
            "uri": f"{base}/manifests/{kept.manifest_id}",
            "proof": {"alg": "ES256", "value": sign_statement(PROOF, statement, reporter())},
        },
    }
