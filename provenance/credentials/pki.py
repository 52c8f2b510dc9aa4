"""The development Authority: root, intermediate, signer and time stamper, made on first use.

Certificate profiles follow C2PA 2.4 §14.5 and the conformance programme's certificate policy. The
organisation says what this is worth: nobody outside this studio trusts it.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from provenance.atomic import write_bytes
from provenance.credentials.signer import Signer, es256
from provenance.credentials.timestamp import LocalTimestamper
from provenance.credentials.trust import REVOKED
from provenance.errors import ProvenanceFailed

ORGANISATION = "Kinemark development (NOT PUBLICLY TRUSTED)"

_CLAIM_SIGNING = x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
_POLICY = x509.ObjectIdentifier("1.3.6.1.4.1.62558.1.1")
_SIGNING_USES = (_CLAIM_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION)
_REPORT_USES = (ExtendedKeyUsageOID.EMAIL_PROTECTION,)
_LEAF_DAYS, _RENEW_DAYS, _INTERMEDIATE_DAYS, _ROOT_DAYS = 365, 30, 3600, 3650


@dataclass(frozen=True, slots=True)
class Authority:
    """The studio's own certificates in one folder. Keys have mode 0600; the root's is not kept."""

    folder: Path

    @classmethod
    def open(cls, folder: Path) -> Authority:
        """Open the Authority in `folder`, making it when there is none.

        Two processes may call this at once; one makes it, both use it.

        Raises:
            ProvenanceFailed: ``provenance.signing-key-missing``: certificates are there but a key
                is gone. Nothing is made anew, because clips signed before would lose their root.
        """
        if not (folder / "root.pem").exists():
            _create(folder)
        authority = cls(folder)
        for name in ("intermediate.key", "tsa.key"):
            authority._path(name)
        for leaf in ("signer", "reporter"):
            authority._renew(leaf)
        return authority

    @property
    def root(self) -> str:
        """PEM of the root that our clips' certificates lead to."""
        return self._path("root.pem").read_text()

    @property
    def timestamp_root(self) -> str:
        """PEM of the root that our time stamps lead to."""
        return self._path("tsa-root.pem").read_text()

    def signer(self) -> Signer:
        """The signer in force, with the local time stamper.

        Raises:
            ProvenanceFailed: ``provenance.signing-key-missing``.
        """
        stamp = x509.load_pem_x509_certificate(self._path("tsa.pem").read_bytes())
        return Signer(
            chain=self._path("signer.pem").read_text(),
            sign=es256(self._key("signer.key")),
            timestamper=LocalTimestamper(stamp, self._key("tsa.key")),
        )

    def reporter(self) -> Signer:
        """Who signs reports: a key of its own, for claims and reports are different promises.

        Raises:
            ProvenanceFailed: ``provenance.signing-key-missing``.
        """
        chain = self._path("reporter.pem").read_text()
        return Signer(chain, es256(self._key("reporter.key")), None)

    def rotate(self) -> None:
        """A new key and certificate for the signer, at once. Earlier clips keep their issuer."""
        issuer = x509.load_pem_x509_certificate(self._path("intermediate.pem").read_bytes())
        _write_leaf(self.folder, "signer", issuer, self._key("intermediate.key"))

    def revoke(self) -> None:
        """Withdraw the signer's certificate from now on, and rotate to a new one.

        Clips that a time stamp proves to be older stay as they are.
        """
        path = self.folder / REVOKED
        known = json.loads(path.read_text()) if path.exists() else {}
        known[f"{self._leaf('signer').serial_number:x}"] = dt.datetime.now(dt.UTC).isoformat()
        write_bytes(path, json.dumps(known, indent=1).encode())
        self.rotate()

    def expires(self) -> dt.datetime:
        """When the first of the signing certificates expires, UTC."""
        return min(self._leaf(name).not_valid_after_utc for name in ("signer", "reporter"))

    def _leaf(self, name: str) -> x509.Certificate:
        return x509.load_pem_x509_certificates(self._path(f"{name}.pem").read_bytes())[0]

    def _renew(self, name: str) -> None:
        """A new leaf when there was none, when the old one nears its end, or when a crash parted
        key and certificate."""
        if any((self.folder / f"{name}.{kind}").exists() for kind in ("key", "pem")):
            leaf, key = self._leaf(name), self._key(f"{name}.key")
            left = leaf.not_valid_after_utc - dt.datetime.now(dt.UTC)
            if left > dt.timedelta(days=_RENEW_DAYS) and leaf.public_key() == key.public_key():
                return
        issuer = x509.load_pem_x509_certificate(self._path("intermediate.pem").read_bytes())
        _write_leaf(self.folder, name, issuer, self._key("intermediate.key"))

    def _path(self, name: str) -> Path:
        path = self.folder / name
        if not path.exists():
            raise ProvenanceFailed(
                "signing-key-missing",
                f"The studio's signing files are incomplete: {name} is gone.",
                f"Restore {name} into {self.folder.name}/ from a backup. To begin again with new "
                "certificates, move the whole folder away; earlier clips then lose their issuer.",
            )
        return path

    def _key(self, name: str) -> ec.EllipticCurvePrivateKey:
        try:
            key = load_pem_private_key(self._path(name).read_bytes(), None)
        except (ValueError, TypeError, OSError) as fault:
            raise _unusable(name) from fault
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise _unusable(name)
        return key


def issue(
    common_name: str,
    public_key: ec.EllipticCurvePublicKey,
    issuer: x509.Certificate | None,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    days: float,
    path_length: int | None = None,
    uses: Sequence[x509.ObjectIdentifier] = (),
    start: dt.datetime | None = None,
) -> x509.Certificate:
    """One certificate; self-signed without an `issuer`, a CA exactly when `path_length` is given.

    `start` defaults to an hour ago, so that clocks may differ.
    """
    subject = _name(common_name)
    start = start or dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    authority = path_length is not None
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=days))
        .add_extension(x509.BasicConstraints(authority, path_length), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .add_extension(_key_usage(authority), critical=True)
    )
    if issuer is not None:
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
        policy = x509.CertificatePolicies([x509.PolicyInformation(_POLICY, None)])
        builder = builder.add_extension(identifier, critical=False)
        builder = builder.add_extension(policy, critical=False)
    if uses:
        stamping = ExtendedKeyUsageOID.TIME_STAMPING in uses
        builder = builder.add_extension(x509.ExtendedKeyUsage(uses), critical=stamping)
    return builder.sign(issuer_key, hashes.SHA256())


def signing_leaf(
    issuer: x509.Certificate,
    issuer_key: ec.EllipticCurvePrivateKey,
    public_key: ec.EllipticCurvePublicKey,
    *,
    name: str = "signer",
    days: float = _LEAF_DAYS,
    start: dt.datetime | None = None,
) -> x509.Certificate:
    """A certificate to sign claims ("signer") or reports ("reporter"), valid at most a year."""
    return issue(
        f"Kinemark development {name}",
        public_key,
        issuer,
        issuer_key,
        days=days,
        uses=_SIGNING_USES if name == "signer" else _REPORT_USES,
        start=start,
    )


def _create(folder: Path) -> None:
    """Make the Authority beside `folder` and move it there in one step."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        root_key, middle_key, stamp_root_key, stamp_key = (
            ec.generate_private_key(ec.SECP256R1()) for _ in range(4)
        )
        root = issue(
            "Kinemark development root",
            root_key.public_key(),
            None,
            root_key,
            days=_ROOT_DAYS,
            path_length=1,
        )
        middle = issue(
            "Kinemark development intermediate",
            middle_key.public_key(),
            root,
            root_key,
            days=_INTERMEDIATE_DAYS,
            path_length=0,
            uses=_SIGNING_USES,
        )
        stamp_root = issue(
            "Kinemark development time root",
            stamp_root_key.public_key(),
            None,
            stamp_root_key,
            days=_ROOT_DAYS,
            path_length=0,
        )
        stamp = issue(
            "Kinemark development time stamper",
            stamp_key.public_key(),
            stamp_root,
            stamp_root_key,
            days=_INTERMEDIATE_DAYS,
            uses=(ExtendedKeyUsageOID.TIME_STAMPING,),
        )
        _write(made, "root", root)
        _write(made, "intermediate", middle, key=middle_key)
        _write(made, "tsa-root", stamp_root)
        _write(made, "tsa", stamp, key=stamp_key)
        for leaf in ("signer", "reporter"):
            _write_leaf(made, leaf, middle, middle_key)
        with suppress(FileNotFoundError, OSError):
            folder.rmdir()  # an empty folder may stand in the way
        with suppress(OSError):  # another process was first: use what it made
            os.rename(made, folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _write_leaf(
    folder: Path,
    name: str,
    intermediate: x509.Certificate,
    intermediate_key: ec.EllipticCurvePrivateKey,
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = signing_leaf(intermediate, intermediate_key, key.public_key(), name=name)
    write_bytes(folder / f"{name}.key", _private(key), mode=0o600)
    write_bytes(folder / f"{name}.pem", _pem(leaf) + _pem(intermediate))


def _write(
    folder: Path,
    name: str,
    certificate: x509.Certificate,
    key: ec.EllipticCurvePrivateKey | None = None,
) -> None:
    write_bytes(folder / f"{name}.pem", _pem(certificate))
    if key is not None:
        write_bytes(folder / f"{name}.key", _private(key), mode=0o600)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _key_usage(authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def _unusable(name: str) -> ProvenanceFailed:
    return ProvenanceFailed(
        "signing-key-unusable",
        f"The studio's key file {name} cannot be used.",
        f"Restore {name} from a backup, unencrypted, readable by the studio's own account.",
    )
