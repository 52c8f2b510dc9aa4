"""What can go wrong, each with a stable code, a sentence for the person and what to do next."""

from __future__ import annotations


class ProvenanceError(Exception):
    """Base of every error that leaves this engine.

    Attributes:
        code: stable, kebab-case, begins with ``provenance.``; programs rely on it.
        message: one sentence for the person.
        advice: what to do next.
        retryable: whether the same call may succeed later without any change.
    """

    def __init__(self, code: str, message: str, advice: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.code = f"provenance.{code}"
        self.message = message
        self.advice = advice
        self.retryable = retryable


class InvalidMedia(ProvenanceError):
    """The file or the request is at fault; the person can change it."""


class LimitReached(InvalidMedia):
    """The file asks for more than the limits allow. Says nothing about where it comes from."""


class ProvenanceFailed(ProvenanceError):
    """The system is at fault: a key, a disk, a missing package, a mark that was not read back."""
