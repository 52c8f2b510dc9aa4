"""Sign a clip: the library writes the manifest, the finisher completes it, the reader checks it."""

from __future__ import annotations

import hashlib
import io
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import c2pa
from PIL import Image

from provenance.atomic import replacing
from provenance.credentials import boxes
from provenance.credentials.claims import ClipClaims, mark_value
from provenance.credentials.manifest import THUMBNAIL, definition, ingredient
from provenance.credentials.reader import OFFLINE, merged, read_credentials
from provenance.credentials.signer import Signer
from provenance.credentials.strict import finish
from provenance.credentials.trust import TrustStores
from provenance.errors import InvalidMedia, ProvenanceFailed
from provenance.media import read_frames

_THUMBNAIL_SIDE = 320
_UNTRUSTED = "signingCredential.untrusted"  # expected where no trust store is asked


@dataclass(frozen=True, slots=True)
class SignedClip:
    """A signed file: its manifest's URN, the manifest store's bytes, SHA-256 of the file (hex)."""

    manifest_id: str
    manifest: bytes
    sha256: str


def sign_clip(source: Path, destination: Path, claims: ClipClaims, signer: Signer) -> SignedClip:
    """Sign `source` (an MP4 of ours that decodes) into `destination`, which appears only complete.

    Raises:
        InvalidMedia: ``provenance.ingredient-broken``: an ingredient's own credentials fail;
            signing over it would launder it.
        ProvenanceFailed: ``provenance.signing-failed``, ``provenance.manifest-unfinished``,
            ``provenance.disk-full``, ``provenance.write-failed``.
    """
    with replacing(destination) as file:
        _sign(source, file, claims, signer)
        store = boxes.find_store(file)
        if store is None:
            raise _failed()
        mark = None if claims.mark_id is None else mark_value(claims.mark_id)
        manifest = finish(store.content, claims.manifest_id, mark, signer)
        file.seek(store.offset)
        file.write(manifest)
        file.flush()
        _check(file, claims)
        file.seek(0)
        digest = hashlib.sha256()
        while chunk := file.read(2**20):
            digest.update(chunk)
    return SignedClip(claims.manifest_id, manifest, digest.hexdigest())


def _sign(source: Path, file: BinaryIO, claims: ClipClaims, signer: Signer) -> None:
    settings = merged(OFFLINE, {"builder": {"thumbnail": {"enabled": False}}})
    with ExitStack() as stack:
        context = c2pa.Context.from_dict(settings)
        builder = stack.enter_context(c2pa.Builder(definition(claims), context=context))
        builder.add_resource(THUMBNAIL, io.BytesIO(_thumbnail(source)))
        for index, item in enumerate(claims.ingredients):
            described = ingredient(index, item.relationship, item.media_type)
            content = stack.enter_context(item.path.open("rb"))
            builder.add_ingredient(described, item.media_type, content)
        callback = c2pa.Signer.from_callback(
            signer.sign, c2pa.C2paSigningAlg.ES256, signer.chain, None
        )
        try:
            with callback, source.open("rb") as unsigned:
                builder.sign(callback, "video/mp4", unsigned, file)
        except c2pa.C2paError as fault:
            raise _failed() from fault


def _check(file: BinaryIO, claims: ClipClaims) -> None:
    """Read back what was signed, with every trust store empty: everything but trust must hold."""
    found = read_credentials(file, TrustStores(c2pa="", tsa=""))
    if found is None or found.manifest_id != claims.manifest_id:
        raise _failed()
    if set(found.failures) - {_UNTRUSTED}:
        raise _failed()
    if claims.mark_id is not None and mark_value(claims.mark_id).hex() not in found.marks:
        raise _failed()
    if any(item.failures for item in found.ingredients):
        raise InvalidMedia(
            "ingredient-broken",
            "A file that this clip is made from has credentials that do not hold.",
            "Make the clip from an untouched copy.",
        )


def _thumbnail(source: Path) -> bytes:
    """The first frame as a small JPEG."""
    frame = next(read_frames(source))
    picture = Image.fromarray(frame)
    picture.thumbnail((_THUMBNAIL_SIDE, _THUMBNAIL_SIDE))
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=80)
    return target.getvalue()


def _failed() -> ProvenanceFailed:
    return ProvenanceFailed(
        "signing-failed",
        "The clip could not be signed.",
        "Nothing was published. Look at the studio's signing key and certificates.",
        retryable=True,
    )
