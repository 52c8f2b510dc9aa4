"""Examine a manifest that comes without its file: may a registry keep it for others to find?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from provenance.credentials.boxes import MAX_MANIFEST_BYTES, only_active
from provenance.credentials.reader import Credentials
from provenance.credentials.trust import TrustStores
from provenance.errors import InvalidMedia
from provenance.sandbox import Sandbox

MAX_BYTES = MAX_MANIFEST_BYTES
_WITHOUT_FILE = frozenset(
    f"assertion.{kind}Hash.mismatch" for kind in ("data", "boxes", "bmff", "collection")
)
"""Failures that say only that the file is not there."""
_ABOUT_TRUST = frozenset({"signingCredential.untrusted"})
"""Whom to trust is for whoever fetches the manifest to decide."""


def examine_manifest(path: Path, trust: TrustStores, *, wall_seconds: float = 20.0) -> Credentials:
    """Read a bare manifest store in a confined child.

    Args:
        path: the store's bytes, at most `MAX_BYTES`.
        trust: whom to trust.

    Raises:
        InvalidMedia: ``provenance.manifest-damaged``; ``provenance.manifest-invalid``: its
            signature or one of its statements does not hold.
        LimitReached: it asks for more than the limits allow (codes of `boxes` and `Sandbox.call`).
        ProvenanceFailed: a fault of ours.
    """
    with Sandbox(path, wall_seconds) as box:
        found = Credentials.from_dict(box.call("manifest", trust=asdict(trust)))
    wrong = set(found.failures) - _WITHOUT_FILE - _ABOUT_TRUST
    if wrong or "claimSignature.validated" not in found.successes or not found.manifest_id:
        raise InvalidMedia(
            "manifest-invalid",
            "The signature of this manifest, or one of its statements, does not hold.",
            "Send the manifest store as bytes, just as it stands in the file.",
        )
    return found


def active_manifest(store: bytes) -> bytes:
    """The store with its active manifest alone.

    Raises:
        InvalidMedia: ``provenance.manifest-damaged``.
    """
    return only_active(store)
