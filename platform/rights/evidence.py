"""Documents kept with a consent: sealed, never opened here, handed to moderators as they came."""

from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from accounts.sealing import seal_bytes, unseal_bytes
from config.errors import UserFault
from rights.models import Consent

MOST_BYTES = 10_000_000


def keep(consent: Consent, upload: UploadedFile) -> None:
    """Raises `UserFault` "rights.evidence-too-large"."""
    if (upload.size or 0) > MOST_BYTES:
        raise UserFault(
            "rights.evidence-too-large",
            f"This document is larger than {MOST_BYTES // 1_000_000} MB.",
            "Keep it elsewhere and write down where.",
        )
    path = _path(consent)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(seal_bytes(upload.read()))


def content_of(consent: Consent) -> bytes | None:
    """The document, or None if there is none."""
    path = _path(consent)
    return unseal_bytes(path.read_bytes()) if consent.file_name and path.exists() else None


def _path(consent: Consent) -> Path:
    return Path(settings.PRIVATE_DIR / "evidence" / str(consent.pk))
