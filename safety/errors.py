"""What can go wrong in the safety engine, each with a stable code.

The gates never raise: they turn every failure into a verdict of ``review``. These errors are for
the people who load, train and configure the engine, and for the command line.
"""

from __future__ import annotations

from typing import ClassVar


class SafetyError(Exception):
    """Base of all errors of this engine.

    Attributes:
        code: stable, kebab-case, e.g. ``safety.model-changed``.
        message: a sentence for the person.
        advice: what to do next.
        retryable: whether trying again can help without a change.
    """

    code: ClassVar[str] = "safety.error"
    advice: ClassVar[str] = "Look at the log of the studio for the cause."
    retryable: ClassVar[bool] = False

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidInput(SafetyError):
    """The caller handed in something that cannot be screened or read (the user's fault)."""

    code = "safety.invalid-input"
    advice = "Correct the input and try again."


class InvalidPolicy(InvalidInput):
    """A policy file is malformed, or its thresholds contradict one another."""

    code = "safety.invalid-policy"
    advice = "Correct the policy file, or go back to the one that ships."


class InvalidExchange(InvalidInput):
    """A hash exchange file does not follow its format."""

    code = "safety.invalid-exchange"
    advice = "Export the file again from the tool that made it, as CSV or JSON."


class SafetyFailed(SafetyError):
    """Something of ours failed (the system's fault)."""

    code = "safety.failed"
    advice = "Try again; if it stays, a moderator can decide meanwhile."
    retryable = True


class ModelUnavailable(SafetyFailed):
    """A model file is missing, unreadable, or not the one that the policy was fitted to."""

    code = "safety.model-unavailable"
    advice = "Install the package again, or retrain with `python -m safety.training`."
    retryable = False


class TimedOut(SafetyFailed):
    """A classifier took longer than the policy allows."""

    code = "safety.timed-out"


class Unhashable(SafetyError):
    """A frame has too little detail for a perceptual hash to mean anything."""

    code = "safety.unhashable"
    advice = "Choose a frame with visible content."
