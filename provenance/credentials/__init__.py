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
from provenance.credentials.reader import Credentials, IngredientFacts, read_credentials
from provenance.credentials.sign import SignedClip, sign_clip
from provenance.credentials.signer import Signer
from provenance.credentials.trust import Store, TrustStores

__all__ = [
    "MARK_ALGORITHM",
    "Authority",
    "ClipClaims",
    "Credentials",
    "Ingredient",
    "IngredientFacts",
    "Relationship",
    "SignedClip",
    "Signer",
    "Store",
    "TrustStores",
    "canary",
    "commit",
    "new_manifest_id",
    "read_credentials",
    "sign_clip",
]
