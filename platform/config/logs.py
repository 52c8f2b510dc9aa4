"""Logs as data, one line an event, without anything about a person.

A line may carry identifiers, codes and durations. The filter below is the last defence, not the
first: callers do not pass such values to begin with.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

Event = MutableMapping[str, Any]
PERSONAL = frozenset(
    {"prompt", "email", "password", "display_name", "name", "ip", "address", "filename", "note"}
)


def without_personal_data(_logger: Any, _method: str, event: Event) -> Event:
    """Drops every field that could tell who somebody is or what they wrote."""
    return {key: value for key, value in event.items() if key not in PERSONAL}


def where(error: BaseException) -> str:
    """File and line at which an error arose."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "nowhere"


class WithoutText(logging.Formatter):
    """For Django's own lines: tells of an exception what it was and where, not what it said."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the standard library's name
        return f"{ei[0].__name__} at {where(ei[1])}"


def type_of_error_only(_logger: Any, _method: str, event: Event) -> Event:
    """Keeps where an error happened but not its text, which may quote what a person wrote."""
    error = event.pop("error", None)
    if isinstance(error, BaseException):
        event.update(error=type(error).__name__, at=where(error))
    return event


def configure(level: str, as_json: bool) -> None:
    """Sets up structlog once for this process."""
    plain = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    render = structlog.processors.JSONRenderer() if as_json else plain
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_personal_data,
            type_of_error_only,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),  # stdout belongs to commands
        cache_logger_on_first_use=True,
    )
