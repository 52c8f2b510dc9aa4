"""What a clip says about itself. No person, no prompt, no title: only what may be public."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets
import uuid
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from provenance.errors import InvalidMedia

MARK_ALGORITHM = "org.kinemark.spread-spectrum.1"
MARK_BYTES = 6
GENERATION_LABEL = "org.kinemark.generation"
_MANIFEST_ID = re.compile(r"urn:c2pa:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


class Relationship(StrEnum):
    """How an ingredient entered the clip (C2PA 2.4 §18.16)."""

    INPUT = "inputTo"  # the model looked at it: image-to-video
    PARENT = "parentOf"  # this clip is an edit of it: remix, extend
    COMPONENT = "componentOf"  # it is a part of this clip: storyboard


@dataclass(frozen=True, slots=True)
class Ingredient:
    """A file that the clip was made from, with the MIME type to read it as."""

    path: Path
    relationship: Relationship
    media_type: str = "video/mp4"


@dataclass(frozen=True, slots=True)
class ClipClaims:
    """Everything that the manifest of a clip asserts.

    Attributes:
        manifest_id: ``urn:c2pa:<uuid>``, chosen before the mark is embedded.
        mark_id: the 48-bit number in the watermark; None when the file carries none.
        model_name, model_version, model_sha256, model_licence: the generating model.
        seed, steps: of the generation.
        created_at: aware UTC time of the generation.
        duration_ms: length of the clip.
        prompt_commitment: see `commit`; binds the prompt without telling it.
        upscaled: the model's native picture was enlarged.
        ingredients: what the clip was made from.
        edit: one sentence on what was done to the parent, for the manifest's action.
    """

    manifest_id: str
    mark_id: int | None
    model_name: str
    model_version: str
    model_sha256: str
    model_licence: str
    seed: int
    steps: int
    created_at: dt.datetime
    duration_ms: int
    prompt_commitment: str
    upscaled: bool = False
    ingredients: tuple[Ingredient, ...] = ()
    edit: str = ""

    def __post_init__(self) -> None:
        wrong = (
            "manifest_id"
            if not _MANIFEST_ID.fullmatch(self.manifest_id)
            else "mark_id"
            if self.mark_id is not None and not 0 <= self.mark_id < 1 << 48
            else "created_at"
            if self.created_at.tzinfo is None
            else ""
        )
        if wrong:
            raise InvalidMedia(
                "claims-invalid", f"The clip's {wrong} is not valid.", "Make the clip again."
            )


def new_manifest_id() -> str:
    """A fresh manifest URN (C2PA 2.4 §8.1)."""
    return f"urn:c2pa:{uuid.uuid4()}"


def mark_value(mark_id: int) -> bytes:
    """The soft binding's value: the mark ID, 6 bytes, big endian."""
    return mark_id.to_bytes(MARK_BYTES, "big")


def commit(prompt: str, salt: bytes | None = None) -> tuple[str, bytes]:
    """HMAC-SHA256 of the prompt under a random 32-byte salt: (hex commitment, salt).

    Whoever keeps the salt can later prove what the prompt was; without it nobody can try guesses,
    and erasing it makes the commitment mean nothing.
    """
    salt = salt or secrets.token_bytes(32)
    return hmac.new(salt, prompt.encode(), hashlib.sha256).hexdigest(), salt
