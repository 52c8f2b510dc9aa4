"""Four trust stores, kept apart: C2PA's list, its TSA list, our production, our development.

The library takes one heap of anchors and answers "trusted". Which store an issuer belongs to is
decided here, by walking the certificate chain a second time, so that a development certificate
or a time-stamping root can never pass for a trusted issuer.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature

_LISTS = Path(__file__).parent.parent / "data" / "trust"


class Store(StrEnum):
    """Whose list a signer's certificate leads to."""

    PRODUCTION = "production"
    DEVELOPMENT = "development"
    C2PA = "c2pa"


@dataclass(frozen=True)
class TrustStores:
    """PEM bundles. Signers: `c2pa`, `production`, `development`. Time stamps: `tsa`, `own_tsa`."""

    c2pa: str
    tsa: str
    production: str = ""
    development: str = ""
    own_tsa: str = ""

    @classmethod
    def load(cls, pki: Path | None = None, *, production: str = "") -> TrustStores:
        """The vendored lists and, where `pki` is a development Authority's folder, its roots."""

        def own(name: str) -> str:
            path = pki / name if pki else None
            return path.read_text() if path and path.exists() else ""

        return cls(
            c2pa=(_LISTS / "C2PA-TRUST-LIST.pem").read_text(),
            tsa=(_LISTS / "C2PA-TSA-TRUST-LIST.pem").read_text(),
            production=production,
            development=own("root.pem"),
            own_tsa=own("tsa-root.pem"),
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
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
