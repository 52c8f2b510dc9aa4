"""The two gates. Whatever goes wrong inside them, they answer, and then they ask for review."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from functools import partial
from typing import Generic, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from safety.deadline import within
from safety.errors import InvalidInput, SafetyError
from safety.policy import Policy, load_policy
from safety.prompt.normalise import Normalised, normalise
from safety.verdict import UNSCREENED, Decision, Finding, SafetyVerdict

log = logging.getLogger(__name__)

MAX_CHARACTERS = 20_000
"""Longer texts are not read at all: they go to review."""

UNKNOWN_POLICY = "unknown"
_TIMEOUT_WITHOUT_POLICY = 1.0  # seconds


class TextScreener(Protocol):
    """One rule or classifier on text."""

    name: str

    def find(self, text: Normalised, field: str) -> Sequence[Finding]:
        """Findings on ``text``; only those that ask for more than ``allow``."""
        ...


class FrameScreener(Protocol):
    """One check or classifier on pictures."""

    name: str

    def find(self, frames: NDArray[np.uint8], fps: int) -> Sequence[Finding]:
        """Findings on ``frames`` (T, H, W, 3)."""
        ...


Screener = TypeVar("Screener", TextScreener, FrameScreener)


def unscreened(reason: str, field: str, source: str) -> Finding:
    """A finding that sends the item to a person because it could not be judged."""
    return Finding(UNSCREENED, 1.0, Decision.REVIEW, source, reason, field=field)


class _Gate(Generic[Screener]):
    """What both gates share: their parts, and that asking them never raises.

    Args:
        policy: the rules; None when no policy could be read, which makes every answer ``review``.
        screeners: hidden rules first: the first screener that blocks in hiding ends the screening.
        models: model name -> SHA-256 prefix, for the verdict.
        missing: sentences about screeners that could not be loaded.
    """

    nothing_installed: str
    """The sentence of a gate without screeners."""

    def __init__(
        self,
        policy: Policy | None,
        screeners: Sequence[Screener],
        models: Mapping[str, str] | None = None,
        missing: Sequence[str] = (),
    ) -> None:
        self.policy = policy
        self._screeners: tuple[Screener, ...] = tuple(screeners)
        self._models = dict(models or {})
        self._missing = tuple(missing)

    def also(self, screener: Screener) -> Self:
        """The same gate with one screener more."""
        larger = copy(self)
        larger._screeners += (screener,)
        return larger

    def _judged(
        self, prepare: Callable[[], Callable[[Screener], Sequence[Finding]]], field: str
    ) -> SafetyVerdict:
        """The verdict of all screeners; ``prepare`` checks the input and says how to ask one."""
        try:
            timeout = self.policy.timeout if self.policy else _TIMEOUT_WITHOUT_POLICY
            findings = within(timeout, lambda: self._findings(prepare(), field))
        except Exception as error:
            findings = [_failure(error, "gate", field)]
        version = self.policy.version if self.policy else UNKNOWN_POLICY
        return SafetyVerdict.of(findings, version, self._models)

    def _findings(self, ask: Callable[[Screener], Sequence[Finding]], field: str) -> list[Finding]:
        findings = [unscreened(sentence, field, "gate") for sentence in self._missing]
        for screener in self._screeners:
            found = _guarded(screener.name, field, partial(ask, screener))
            if any(finding.hidden and finding.decision is Decision.BLOCK for finding in found):
                return found
            findings.extend(found)
        if not self._screeners:
            findings.append(unscreened(self.nothing_installed, field, "gate"))
        return findings


class PromptGate(_Gate[TextScreener]):
    """Screens text with every screener and takes the strictest answer."""

    nothing_installed = "No text classifier is installed."

    def screen(self, text: str, field: str = "prompt") -> SafetyVerdict:
        """Judge ``text`` (1..20,000 code points). Never raises; any failure asks for review."""

        def prepare() -> Callable[[TextScreener], Sequence[Finding]]:
            require_text(text)
            copy = normalise(text)
            return lambda screener: screener.find(copy, field)

        return self._judged(prepare, field)


class MediaGate(_Gate[FrameScreener]):
    """Screens frames with every screener and takes the strictest answer."""

    nothing_installed = "No picture classifier is installed."

    def screen(self, frames: NDArray[np.uint8], fps: int) -> SafetyVerdict:
        """Judge a clip: ``frames`` (T, H, W, 3) uint8 sRGB at ``fps``. Never raises."""

        def prepare() -> Callable[[FrameScreener], Sequence[Finding]]:
            require_frames(frames, fps)
            return lambda screener: screener.find(frames, fps)

        return self._judged(prepare, "frames")


def require_text(text: object) -> None:
    """Refuse what is no text to judge.

    Raises:
        InvalidInput: no string, blank, or longer than 20,000 code points.
    """
    if not isinstance(text, str):
        raise InvalidInput("This is not text.")
    if not text.strip():
        raise InvalidInput("There is no text to look at. Write what the clip should show.")
    if len(text) > MAX_CHARACTERS:
        raise InvalidInput(f"This text is longer than {MAX_CHARACTERS:,} characters.")


MIN_SIDE, MAX_SIDE, MAX_FRAMES = 16, 8192, 20_000


def require_frames(frames: object, fps: object) -> None:
    """Refuse what is no clip.

    Raises:
        InvalidInput: no (T, H, W, 3) array of uint8 with sides in 16..8192, or no rate in 1..240.
    """
    if not isinstance(frames, np.ndarray) or frames.dtype != np.uint8:
        raise InvalidInput("These frames are not 8-bit pictures.")
    if frames.ndim != 4 or frames.shape[3] != 3:
        raise InvalidInput("These frames are not a sequence of RGB pictures.")
    count, height, width, _ = frames.shape
    if not 1 <= count <= MAX_FRAMES:
        raise InvalidInput("This clip has no frames, or too many.")
    if not (MIN_SIDE <= height <= MAX_SIDE and MIN_SIDE <= width <= MAX_SIDE):
        raise InvalidInput(f"Each side must have {MIN_SIDE} to {MAX_SIDE} pixels.")
    if isinstance(fps, bool) or not isinstance(fps, int | np.integer) or not 1 <= fps <= 240:
        raise InvalidInput("The frame rate must be a whole number from 1 to 240.")


def _guarded(name: str, field: str, work: Callable[[], Sequence[Finding]]) -> list[Finding]:
    try:
        return [_sound(finding) for finding in work()]
    except Exception as error:
        return [_failure(error, name, field)]


def _sound(finding: Finding) -> Finding:
    if not 0.0 <= finding.score <= 1.0:  # also catches NaN
        raise ValueError("a score is not a number from 0 to 1")
    return finding


def _failure(error: Exception, source: str, field: str) -> Finding:
    if isinstance(error, SafetyError):
        return unscreened(error.message, field, source)
    log.error("screener %s failed: %s", source, type(error).__name__)  # never the text itself
    return unscreened("This part of the check failed, so a person will look at it.", field, source)


def policy_or_none(policy: Policy | None, missing: list[str]) -> Policy | None:
    """``policy``, else the one that ships, else None with a sentence added to ``missing``."""
    if policy is not None:
        return policy
    try:
        return load_policy()
    except Exception as error:
        log.error("no policy: %s", type(error).__name__)
        missing.append("The safety policy cannot be read.")
        return None
