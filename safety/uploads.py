"""The gate for pictures that people bring: reference images and first frames.

An upload never counts as part of the generator's own world. Hash banks are asked first; then, since
no classifier that ships can judge photographs, a person is.
"""

from __future__ import annotations

from collections.abc import Sequence

from safety.banks import BankCheck
from safety.gate import UNKNOWN_POLICY, FrameScreener, MediaGate, policy_or_none
from safety.loading import model_prefixes
from safety.media.checks import BlankCheck
from safety.media.coverage import Coverage
from safety.media.images import read_picture
from safety.policy import Policy
from safety.verdict import UNSCREENED, Decision, Finding, SafetyVerdict

_FPS = 1


class UploadGate:
    """Screens uploaded pictures.

    Args:
        policy: the rules, or the ones that ship.
        banks: hash banks to ask; without any the upload is held for that too.
        screeners: further classifiers for photographs, e.g. plug-ins.
        covered: kinds of harm that ``screeners`` look for; no excuse of a closed-domain generator
            holds here.
    """

    def __init__(
        self,
        policy: Policy | None = None,
        banks: Sequence[BankCheck] = (),
        screeners: Sequence[FrameScreener] = (),
        covered: Sequence[str] = (),
    ) -> None:
        missing: list[str] = []
        found = policy_or_none(policy, missing)
        if not banks:
            missing.append("No hash bank of known pictures is installed.")
        checks: list[FrameScreener] = [*banks, BlankCheck(), Coverage(covered), *screeners]
        self._gate = MediaGate(found, checks, model_prefixes(found, "media"), missing)

    def screen(self, content: bytes) -> SafetyVerdict:
        """Judge the bytes of a picture. Never raises."""
        try:
            frames = read_picture(content)
        except Exception as error:
            sentence = getattr(error, "message", "This picture cannot be read.")
            held = Finding(UNSCREENED, 1.0, Decision.REVIEW, "upload", sentence, field="upload")
            version = self._gate.policy.version if self._gate.policy else UNKNOWN_POLICY
            return SafetyVerdict.of([held], version, {})
        return self._gate.screen(frames, _FPS)
