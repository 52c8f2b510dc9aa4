"""What a person wrote is kept sealed, and named elsewhere only by salted digests.

`seal` makes a Fernet token under the key in $KINEMARK_HOME/keys: without that file a copy of the
database tells nothing. `commitment` lets the author prove later that a prompt was theirs, without
letting anyone guess it; erasing the salt makes it meaningless. `pseudonym` names a person or a
text in the audit log.
"""

import hashlib
import hmac
import os
import secrets

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from config.errors import SystemFault
from config.keys import load_or_create


def seal(text: str) -> bytes:
    return seal_bytes(text.encode())


def unseal(token: bytes | memoryview) -> str:
    """The text again. Raises `SystemFault` if the key is not the one it was sealed with."""
    return unseal_bytes(token).decode()


def seal_bytes(content: bytes) -> bytes:
    return _fernet().encrypt(content)


def unseal_bytes(token: bytes | memoryview) -> bytes:
    """The content again. Raises as `unseal`."""
    try:
        return _fernet().decrypt(bytes(token))
    except InvalidToken:
        raise SystemFault(
            "accounts.sealing-key-changed",
            "This cannot be opened: the studio's sealing key has changed.",
            "Put the earlier keys/sealing-key back from a backup.",
        ) from None


def new_salt() -> bytes:
    return os.urandom(16)


def commitment(text: str, salt: bytes) -> str:
    """Hex HMAC-SHA256 of the text under its own salt."""
    return hmac.new(bytes(salt), text.encode(), hashlib.sha256).hexdigest()


def pseudonym(value: object) -> str:
    """A stable name, 32 hex digits, that only this studio can connect with `value`."""
    key = load_or_create(settings.KEYS_DIR / "pseudonym-key", lambda: secrets.token_bytes(32))
    return hmac.new(key, str(value).encode(), hashlib.sha256).hexdigest()[:32]


def _fernet() -> Fernet:
    return Fernet(load_or_create(settings.KEYS_DIR / "sealing-key", Fernet.generate_key))
