"""The studio's keys for marks and manifests. Made once; never quietly made again.

A studio that replaced a lost key by itself would sign clips that its earlier visitors cannot
connect with it, and would no longer recognise its own marks.
"""

from functools import cache
from pathlib import Path

from django.conf import settings

from config.errors import SystemFault
from provenance import (
    Authority,
    HttpTimestamper,
    KeyRing,
    MarkKey,
    Signer,
    TrustStores,
    key_at,
    production_reporter,
    production_signer,
)
from registry.models import Record


def set_up() -> None:
    """Makes the keys that are missing, as long as no clip depends on lost ones."""
    if Record.objects.exists():
        return
    settings.KEYS_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _ring_file().exists():
        KeyRing.of([MarkKey.generate()]).save(_ring_file())
    if settings.DEVELOPMENT_SIGNING and not settings.SIGNING_CHAIN:
        Authority.open(settings.PKI_DIR)


def mark_keys() -> KeyRing:
    """The key ring of the watermark. Raises `SystemFault` "jobs.mark-key-gone"."""
    try:
        return KeyRing.load(_ring_file())
    except (OSError, ValueError):
        raise _gone("mark", _ring_file()) from None


def signer() -> Signer:
    """Who signs manifests. Raises `SystemFault` "jobs.signing-key-gone", or an engine's error."""
    if settings.SIGNING_CHAIN:
        return _production_signer(
            settings.SIGNING_CHAIN,
            settings.SIGNING_KEY,
            settings.SIGNING_SECRET,
            settings.TSA_URL,
        )
    if not settings.DEVELOPMENT_SIGNING:
        raise SystemFault(
            "jobs.no-signer",
            "This studio has no certificate to sign clips with.",
            "Set KINEMARK_SIGNING_CHAIN and what belongs to it, or KINEMARK_DEVELOPMENT_SIGNING=1 "
            "to sign with the development authority, which nobody outside trusts.",
        )
    if not (settings.PKI_DIR / "root.pem").exists():
        raise _gone("signing", settings.PKI_DIR)
    return Authority.open(settings.PKI_DIR).signer()


def reporter() -> Signer:
    """Who signs reports. Raises `SystemFault` "jobs.no-reporter" or "jobs.signing-key-gone", or an
    engine's error."""
    if settings.REPORT_CHAIN:
        return _production_reporter(
            settings.REPORT_CHAIN, settings.REPORT_KEY, settings.REPORT_SECRET
        )
    if settings.SIGNING_CHAIN or not settings.DEVELOPMENT_SIGNING:
        raise SystemFault(
            "jobs.no-reporter",
            "This studio has no certificate to sign reports with.",
            "Set KINEMARK_REPORT_CHAIN and KINEMARK_REPORT_KEY: see docs/signed-reports.md.",
        )
    if not (settings.PKI_DIR / "root.pem").exists():
        raise _gone("signing", settings.PKI_DIR)
    return Authority.open(settings.PKI_DIR).reporter()


def report_root() -> str:
    """PEM of the root that reports are checked against; "" when there is none to give out."""
    if settings.REPORT_CHAIN:
        return str(settings.SIGNING_ROOT)
    root = settings.PKI_DIR / "root.pem"
    return root.read_text() if root.exists() and not settings.SIGNING_CHAIN else ""


def trust() -> TrustStores:
    return TrustStores.load(
        settings.PKI_DIR, production=settings.SIGNING_ROOT, lists=settings.KINEMARK_HOME / "trust"
    )


@cache
def _production_signer(chain: str, key: str, secret: str, tsa_url: str) -> Signer:
    """Once a process: a token's session stays open, and the key proves itself first."""
    return production_signer(chain, key_at(key, secret), HttpTimestamper(tsa_url))


@cache
def _production_reporter(chain: str, key: str, secret: str) -> Signer:
    return production_reporter(chain, key_at(key, secret))


def _ring_file() -> Path:
    return Path(settings.KEYS_DIR / "mark-keys.json")


def _gone(which: str, place: Path) -> SystemFault:
    return SystemFault(
        f"jobs.{which}-key-gone",
        f"The studio's {which} key cannot be read, so it cannot finish any clip.",
        f"Put {place.name} back from a backup, then try the job again.",
    )
