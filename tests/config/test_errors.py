"""Every error becomes a code, a sentence and an advice."""

import pytest

from config.errors import INTERNAL, Conflict, Forbidden, SystemFault, UserFault, explain
from generation import InvalidRequest
from provenance import ProvenanceFailed


@pytest.mark.parametrize(
    ("kind", "status"), [(UserFault, 400), (Forbidden, 403), (Conflict, 409), (SystemFault, 503)]
)
def test_the_platforms_errors_keep_their_words(kind, status):
    fault = explain(kind("a.code", "A sentence.", "An advice."))
    assert fault.as_dict() == {
        "code": "a.code",
        "message": "A sentence.",
        "advice": "An advice.",
        "retryable": False,
        "status": status,
    }


@pytest.mark.parametrize("kind", [InvalidRequest, ProvenanceFailed])
def test_the_engines_errors_are_read_as_well(kind):
    fault = explain(kind("code", "A sentence.", "An advice."))
    assert fault.code.endswith("code")
    assert (fault.message, fault.advice) == ("A sentence.", "An advice.")


def test_anything_else_tells_nothing_of_itself():
    assert explain(RuntimeError("secret")) == INTERNAL
