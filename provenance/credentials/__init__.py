"""Content Credentials (C2PA 2.4): the development Authority, signing, reading, trust."""

from provenance.credentials.canary import canary
from provenance.credentials.claims import (
    MARK_ALGORITHM,
    ClipClaims,
    Ingredient,
    Relationship,
    commit,
    new_manifest_id,
)
from provenance.credentials.pki import Authority
from provenance.credentials.production import (
    expiry_alarm,
    file_key,
    key_at,
    pkcs11_key,
    production_reporter,
    production_signer,
    socket_key,
)
from provenance.credentials.reader import (
    Credentials,
    IngredientFacts,
    ManifestFacts,
    read_credentials,
)
from provenance.credentials.sign import SignedClip, sign_clip
from provenance.credentials.signer import Signer
from provenance.credentials.timestamp import HttpTimestamper, LocalTimestamper, Timestamper
from provenance.credentials.trust import Store, TrustStores

__all__ = [
    "MARK_ALGORITHM",
    "Authority",
    "ClipClaims",
    "Credentials",
    "HttpTimestamper",
    "Ingredient",
    "IngredientFacts",
    "LocalTimestamper",
    "ManifestFacts",
    "Relationship",
    "SignedClip",
    "Signer",
    "Store",
    "Timestamper",
    "TrustStores",
    "canary",
    "commit",
    "expiry_alarm",
    "file_key",
    "key_at",
    "new_manifest_id",
    "pkcs11_key",
    "production_reporter",
    "production_signer",
    "read_credentials",
    "sign_clip",
    "socket_key",
]
