"""Provenance: mark, sign, examine and judge video. The engine's face; see docs/architecture.md."""

from provenance.answers import Answer
from provenance.attest import AttestedReport, check_report, sign_report, sign_statement
from provenance.comparison import compare
from provenance.credentials import (
    MARK_ALGORITHM,
    Authority,
    ClipClaims,
    Credentials,
    HttpTimestamper,
    Ingredient,
    Relationship,
    SignedClip,
    Signer,
    Store,
    TrustStores,
    canary,
    commit,
    expiry_alarm,
    file_key,
    key_at,
    new_manifest_id,
    pkcs11_key,
    production_reporter,
    production_signer,
    read_credentials,
    sign_clip,
    socket_key,
)
from provenance.deposit import active_manifest, examine_manifest
from provenance.errors import InvalidMedia, LimitReached, ProvenanceError, ProvenanceFailed
from provenance.examination import ContentFacts, Examination, MarkFacts, RecordFacts, VideoFacts
from provenance.examine import examine
from provenance.fingerprint import Reference, reference
from provenance.media import Limits, VideoInfo, probe, read_frames, read_video, write_video
from provenance.paper import pdf
from provenance.publish import verify_published
from provenance.registry import FolderRegistry, RegisteredClip, Registry
from provenance.report import report
from provenance.sandbox import contact_sheet, decode_clip, decode_picture, frame_at, warm_up
from provenance.shortlist import (
    FINGERPRINT_ALGORITHM,
    HASH_BYTES,
    Near,
    Shortlist,
    View,
    hashes_of,
    parts_of,
)
from provenance.signpost import Signpost, signposts
from provenance.verdict import Verdict, VerdictState, decide
from provenance.watermark import KeyRing, MarkDetection, MarkKey, Names, detect, embed

__all__ = [
    "FINGERPRINT_ALGORITHM",
    "HASH_BYTES",
    "MARK_ALGORITHM",
    "Answer",
    "AttestedReport",
    "Authority",
    "ClipClaims",
    "ContentFacts",
    "Credentials",
    "Examination",
    "FolderRegistry",
    "HttpTimestamper",
    "Ingredient",
    "InvalidMedia",
    "KeyRing",
    "LimitReached",
    "Limits",
    "MarkDetection",
    "MarkFacts",
    "MarkKey",
    "Names",
    "Near",
    "ProvenanceError",
    "ProvenanceFailed",
    "RecordFacts",
    "Reference",
    "RegisteredClip",
    "Registry",
    "Relationship",
    "Shortlist",
    "SignedClip",
    "Signer",
    "Signpost",
    "Store",
    "TrustStores",
    "Verdict",
    "VerdictState",
    "VideoFacts",
    "VideoInfo",
    "View",
    "active_manifest",
    "canary",
    "check_report",
    "commit",
    "compare",
    "contact_sheet",
    "decide",
    "decode_clip",
    "decode_picture",
    "detect",
    "embed",
    "examine",
    "examine_manifest",
    "expiry_alarm",
    "file_key",
    "frame_at",
    "hashes_of",
    "key_at",
    "new_manifest_id",
    "parts_of",
    "pdf",
    "pkcs11_key",
    "probe",
    "production_reporter",
    "production_signer",
    "read_credentials",
    "read_frames",
    "read_video",
    "reference",
    "report",
    "sign_clip",
    "sign_report",
    "sign_statement",
    "signposts",
    "socket_key",
    "verify_published",
    "warm_up",
    "write_video",
]
