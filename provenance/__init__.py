"""Provenance: mark, sign, examine and judge video. The engine's face; see docs/architecture.md."""

from provenance.credentials import (
    MARK_ALGORITHM,
    Authority,
    ClipClaims,
    Credentials,
    Ingredient,
    Relationship,
    SignedClip,
    Signer,
    TrustStores,
    canary,
    commit,
    new_manifest_id,
    read_credentials,
    sign_clip,
)
from provenance.errors import InvalidMedia, LimitReached, ProvenanceError, ProvenanceFailed
from provenance.media import Limits, VideoInfo, probe, read_frames, read_video, write_video

__all__ = [
    "MARK_ALGORITHM",
    "Authority",
    "ClipClaims",
    "Credentials",
    "Ingredient",
    "InvalidMedia",
    "Limits",
    "LimitReached",
    "ProvenanceError",
    "ProvenanceFailed",
    "Relationship",
    "SignedClip",
    "Signer",
    "TrustStores",
    "VideoInfo",
    "canary",
    "commit",
    "new_manifest_id",
    "probe",
    "read_credentials",
    "read_frames",
    "read_video",
    "sign_clip",
    "write_video",
]
