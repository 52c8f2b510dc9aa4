"""Nothing about a person reaches a log."""

import logging
import sys

from config.logs import WithoutText, type_of_error_only, without_personal_data


def test_personal_fields_are_dropped():
    event = {"event": "x", "email": "cleo@example.org", "prompt": "a balloon", "job": "1"}
    assert without_personal_data(None, "info", event) == {"event": "x", "job": "1"}


def test_an_error_is_told_by_type_and_place_only():
    try:
        raise ValueError("cleo wrote a red balloon")
    except ValueError as error:
        event = type_of_error_only(None, "error", {"event": "x", "error": error})
    assert event["error"] == "ValueError"
    assert "test_logs.py" in event["at"]
    assert "balloon" not in str(event)


def test_djangos_own_lines_keep_the_text_to_themselves():
    try:
        raise ValueError("cleo wrote a red balloon")
    except ValueError:
        record = logging.LogRecord("django", 40, "f", 1, "failed", (), sys.exc_info())
    line = WithoutText().format(record)
    assert "ValueError at" in line
    assert "balloon" not in line
