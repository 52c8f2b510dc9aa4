"""One error tree for the platform, and one way to tell a person what happened.

Every error that reaches a person has a stable code, a sentence, and what to do next. The engines
have trees of the same shape; `explain` reads any of them, and anything else becomes "internal".
"""

from dataclasses import asdict, dataclass


class KinemarkError(Exception):
    """Something that a person is told about, in words."""

    status = 500

    def __init__(self, code: str, message: str, advice: str, *, retryable: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.advice = advice
        self.retryable = retryable


class UserFault(KinemarkError):
    """The person asked for something that cannot be: they can put it right."""

    status = 400


class Forbidden(UserFault):
    """The person may not do this."""

    status = 403


class Conflict(UserFault):
    """Somebody or something else was faster."""

    status = 409


class SystemFault(KinemarkError):
    """The studio failed: whoever runs it can put it right."""

    status = 503


@dataclass(frozen=True, slots=True)
class Fault:
    """What a page or a JSON answer shows of an error; never a stack trace."""

    code: str
    message: str
    advice: str
    retryable: bool
    status: int

    def as_dict(self) -> dict[str, str | bool | int]:
        return asdict(self)


INTERNAL = Fault(
    code="studio.internal",
    message="Something went wrong inside the studio.",
    advice="Try again; if it happens twice, tell whoever runs this studio and give the code.",
    retryable=True,
    status=500,
)


def explain(error: BaseException) -> Fault:
    """The fault behind any error: the platform's, an engine's, or one that nobody expected."""
    if isinstance(error, KinemarkError):
        return Fault(error.code, error.message, error.advice, error.retryable, error.status)
    code, message, advice = (getattr(error, name, None) for name in ("code", "message", "advice"))
    if isinstance(code, str) and isinstance(message, str) and isinstance(advice, str):
        retryable = bool(getattr(error, "retryable", False))
        return Fault(code, message, advice, retryable, 400 if _persons_fault(error) else 503)
    return INTERNAL


def _persons_fault(error: BaseException) -> bool:
    """The engines call what a person can put right `Invalid…`, and the rest is ours."""
    return any(kind.__name__.startswith("Invalid") for kind in type(error).__mro__)
