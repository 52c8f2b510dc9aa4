"""The studio's keys for marks and manifests. Made once; never quietly made again.

A studio that replaced a lost key by itself would sign clips that its earlier visitors cannot
connect with it, and would no longer recognise its own marks.
"""

from pathlib import Path

from django.conf import settings

from config.errors import SystemFault
from provenance import Authority, KeyRing, MarkKey, Signer, TrustStores
from registry.models import Record


def set_up() -> None:
    """Makes the keys that are missing, as long as no clip depends on lost ones."""
    if Record.objects.exists():
        return
    settings.KEYS_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _ring_file().exists():
        KeyRing.of([MarkKey.generate()]).save(_ring_file())
    if settings.DEVELOPMENT_SIGNING:
        Authority.open(settings.PKI_DIR)


def mark_keys() -> KeyRing:
    """The key ring of the watermark. Raises `SystemFault` "jobs.mark-key-gone"."""
    try:
        return KeyRing.load(_ring_file())
    except (OSError, ValueError):
        raise _gone("mark", _ring_file()) from None


def signer() -> Signer:
    """Who signs manifests. Raises `SystemFault` "jobs.signing-key-gone", or an engine's error."""
    if not settings.DEVELOPMENT_SIGNING:
        raise SystemFault(
            "jobs.no-signer",
            "This studio has no certificate to sign clips with.",
            "Set KINEMARK_DEVELOPMENT_SIGNING=1 to sign with the development authority, "
            "which nobody outside trusts.",
        )
    if not (settings.PKI_DIR / "root.pem").exists():
        raise _gone("signing", settings.PKI_DIR)
    return Authority.open(settings.PKI_DIR).signer()


def trust() -> TrustStores:
    return TrustStores.load(settings.PKI_DIR, lists=settings.KINEMARK_HOME / "trust")


def _ring_file() -> Path:
    return Path(settings.KEYS_DIR / "mark-keys.json")


def _gone(which: str, place: Path) -> SystemFault:
    return SystemFault(
        f"jobs.{which}-key-gone",
        f"The studio's {which} key cannot be read, so it cannot finish any clip.",
        f"Put {place.name} back from a backup, then try the job again.",
    )
