"""The last gate before a clip is public: what was written must be read back, by the public way."""

from __future__ import annotations

from pathlib import Path

from provenance.credentials.claims import mark_value
from provenance.credentials.trust import Store, TrustStores
from provenance.errors import ProvenanceFailed
from provenance.examine import examine
from provenance.watermark import KeyRing


def verify_published(
    path: Path,
    expected_manifest_id: str,
    expected_mark_id: int,
    *,
    keys: KeyRing,
    trust: TrustStores,
) -> None:
    """Return only if the file decodes, its manifest holds and is ours, and its mark is read.

    The mark is read without being told what to look for, so with the strictest threshold.

    Raises:
        ProvenanceFailed: ``provenance.published-unreadable``, ``provenance.manifest-not-read-back``
            or ``provenance.mark-not-read-back``.
    """
    found = examine(path, keys, trust, None)
    if found.video is None or found.video.damaged or found.limit:
        raise _refused("published-unreadable", "The finished clip does not decode.")
    credentials = found.credentials
    held = (
        credentials is not None
        and credentials.manifest_id == expected_manifest_id
        and credentials.store in (Store.PRODUCTION, Store.DEVELOPMENT)
        and credentials.marks == (mark_value(expected_mark_id).hex(),)
        and not credentials.failures
    )
    if not held:
        raise _refused("manifest-not-read-back", "The finished clip's credentials do not hold.")
    if found.mark is None or found.mark.mark_id != expected_mark_id:
        raise _refused("mark-not-read-back", "The finished clip's mark cannot be read.")


def _refused(code: str, message: str) -> ProvenanceFailed:
    return ProvenanceFailed(
        code, message, "Nothing was published. Try again with another seed.", retryable=True
    )
