"""Everything that can go wrong while making a clip, each with a stable code."""

from __future__ import annotations


class GenerationError(Exception):
    """Base of this engine's errors.

    Attributes:
        code: stable name for programs, e.g. "generation.prompt-empty".
        message: one sentence for the person.
        advice: what they can do next.
        retryable: whether the same request may succeed later.
    """

    def __init__(self, code: str, message: str, advice: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.advice = advice
        self.retryable = retryable

    def __reduce__(self) -> tuple[object, ...]:
        return _restore, (type(self), self.code, self.message, self.advice, self.retryable)


class InvalidRequest(GenerationError):
    """The request cannot be met as it stands; the person can change it."""


class GenerationFailed(GenerationError):
    """The system's fault: the request was fine."""


class ModelUnavailable(GenerationFailed):
    """A model cannot be loaded: its weights are missing, changed or of another kind."""


class Cancelled(Exception):
    """Raise it in `on_progress` to stop a generation; it comes out of `generate` unchanged."""


def _restore(
    kind: type[GenerationError], code: str, message: str, advice: str, retryable: bool
) -> GenerationError:
    return kind(code, message, advice, retryable=retryable)
