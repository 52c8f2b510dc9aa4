"""The gate for pictures that people bring: reference images and first frames.

An upload never counts as part of the generator's own world. Hash banks are asked first; then, since
no classifier that ships can judge photographs, a person is (`safety/loading.py` puts it together).
"""

from __future__ import annotations

from safety.errors import SafetyError
from safety.gate import UNKNOWN_POLICY, MediaGate, unscreened
from safety.media.images import read_picture
from safety.verdict import SafetyVerdict

_FPS = 1


class UploadGate:
    """Screens uploaded pictures.

    Args:
        gate: what looks at their frames.
    """

    def __init__(self, gate: MediaGate) -> None:
        self._gate = gate

    def screen(self, content: bytes) -> SafetyVerdict:
        """Judge the bytes of a picture. Never raises."""
        try:
            frames = read_picture(content)
        except Exception as error:
            sentence = "This picture cannot be read."
            if isinstance(error, SafetyError):
                sentence = error.message
            version = self._gate.policy.version if self._gate.policy else UNKNOWN_POLICY
            return SafetyVerdict.of([unscreened(sentence, "upload", "upload")], version, {})
        return self._gate.screen(frames, _FPS)
