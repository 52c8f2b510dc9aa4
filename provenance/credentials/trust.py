"""Four trust stores, kept apart: C2PA's list, its TSA list, our production, our development.

The library takes one heap of anchors and answers "trusted". Which store an issuer belongs to is
decided here, by walking the certificate chain a second time, so that a development certificate
or a time-stamping root can never pass for a trusted issuer.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from provenance.atomic import write_bytes
from provenance.errors import InvalidMedia

REVOKED = "revoked.json"
C2PA_LIST, TSA_LIST = "C2PA-TRUST-LIST.pem", "C2PA-TSA-TRUST-LIST.pem"
_LISTS = Path(__file__).parent.parent / "data" / "trust"


class Store(StrEnum):
    """Whose list a signer's certificate leads to."""

    PRODUCTION = "production"
    DEVELOPMENT = "development"
    C2PA = "c2pa"


@dataclass(frozen=True)
class TrustStores:
    """Whom to trust.

    Attributes:
        c2pa, production, development: PEM bundles of signers' roots.
        tsa, own_tsa: PEM bundles of time-stamping roots.
        revoked: certificates of ours that we withdrew: serial number in hex → since when, UTC.
    """

    c2pa: str
    tsa: str
    production: str = ""
    development: str = ""
    own_tsa: str = ""
    revoked: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(
        cls, pki: Path | None = None, *, production: str = "", lists: Path | None = None
    ) -> TrustStores:
        """Public lists, and our own roots.

        Args:
            pki: a development Authority's folder.
            production: PEM of the production root.
            lists: folder with newer public lists, see `update_lists`; the vendored ones otherwise.
        """

        def own(name: str) -> str:
            path = pki / name if pki else None
            return path.read_text() if path and path.exists() else ""

        def public(name: str) -> str:
            newer = lists / name if lists else None
            return (newer if newer and newer.exists() else _LISTS / name).read_text()

        return cls(
            c2pa=public(C2PA_LIST),
            tsa=public(TSA_LIST),
            production=production,
            development=own("root.pem"),
            own_tsa=own("tsa-root.pem"),
            revoked=json.loads(own(REVOKED) or "{}"),
        )

    @property
    def anchors(self) -> str:
        """Every anchor in one bundle, for the library."""
        bundles = (self.production, self.development, self.c2pa, self.tsa, self.own_tsa)
        return "\n".join(bundle for bundle in bundles if bundle)

    def owner(self, chain: list[bytes]) -> Store | None:
        """The store that the chain (DER, leaf first) leads to; None when it leads nowhere.

        The library has checked dates, uses and path lengths already; this walk checks every
        signature again up to the first anchor.
        """
        try:
            certificates = [x509.load_der_x509_certificate(der) for der in chain]
        except ValueError:
            return None
        for store, anchors in self._anchors.items():
            if _leads_to(certificates, anchors):
                return store
        return None

    def withdrawn(self, chain: list[bytes], signed_at: str) -> bool:
        """Whether we withdrew the leaf, and no time stamp proves an earlier signature."""
        if not chain or not self.revoked:
            return False
        serial = x509.load_der_x509_certificate(chain[0]).serial_number
        since = self.revoked.get(f"{serial:x}")
        if since is None:
            return False
        proven = dt.datetime.fromisoformat(signed_at) if signed_at else None
        return proven is None or proven >= dt.datetime.fromisoformat(since)

    @cached_property
    def _anchors(self) -> dict[Store, list[x509.Certificate]]:
        bundles = {
            Store.PRODUCTION: self.production,
            Store.DEVELOPMENT: self.development,
            Store.C2PA: self.c2pa,
        }
        return {
            store: x509.load_pem_x509_certificates(bundle.encode()) if bundle else []
            for store, bundle in bundles.items()
        }


def update_lists(folder: Path, *, c2pa: Path | None, tsa: Path | None, source: str) -> list[str]:
    """Take newer public lists from files into `folder`, with a note where they came from.

    Returns:
        one sentence a list: how many certificates it has and until when the first of them lasts.

    Raises:
        InvalidMedia: ``provenance.trust-list-unreadable``; nothing was changed.
    """
    given = {C2PA_LIST: c2pa, TSA_LIST: tsa}
    contents = {name: path.read_bytes() for name, path in given.items() if path}
    told = [f"{name}: {_described(content)}" for name, content in contents.items()]
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        write_bytes(folder / name, content)
        note = f"{name}\n{source}\nsha256 {hashlib.sha256(content).hexdigest()}\n"
        write_bytes(folder / f"{name}.source", note.encode())
    return told


def _described(content: bytes) -> str:
    try:
        certificates = x509.load_pem_x509_certificates(content)
    except ValueError as fault:
        raise InvalidMedia(
            "trust-list-unreadable",
            "A trust list must be a file of PEM certificates.",
            "Download the list again from its publisher.",
        ) from fault
    ends = min(certificate.not_valid_after_utc for certificate in certificates)
    return f"{len(certificates)} certificates, the first ends on {ends:%Y-%m-%d}"


def _leads_to(chain: list[x509.Certificate], anchors: list[x509.Certificate]) -> bool:
    for index, certificate in enumerate(chain):
        if index and (certificate in anchors):
            return True
        if any(_issued(certificate, anchor) for anchor in anchors):
            return True
        if index + 1 == len(chain) or not _issued(certificate, chain[index + 1]):
            return False
    return False


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return True
