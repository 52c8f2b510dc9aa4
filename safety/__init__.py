"""Kinemark's safety engine: screens prompts and frames, says why, and fails closed."""

from safety.errors import InvalidInput, InvalidPolicy, SafetyError, SafetyFailed
from safety.gate import MediaGate, PromptGate
from safety.loading import (
    GuardSettings,
    MediaSettings,
    load_media_gate,
    load_prompt_gate,
    load_upload_gate,
)
from safety.policy import CategoryRule, Policy, load_policy
from safety.uploads import UploadGate
from safety.verdict import (
    UNSCREENED,
    Decision,
    Finding,
    SafetyVerdict,
    explained,
    strictest,
)

__all__ = [
    "UNSCREENED",
    "CategoryRule",
    "Decision",
    "Finding",
    "GuardSettings",
    "InvalidInput",
    "InvalidPolicy",
    "MediaGate",
    "MediaSettings",
    "Policy",
    "PromptGate",
    "SafetyError",
    "SafetyFailed",
    "SafetyVerdict",
    "UploadGate",
    "explained",
    "load_media_gate",
    "load_policy",
    "load_prompt_gate",
    "load_upload_gate",
    "strictest",
]
