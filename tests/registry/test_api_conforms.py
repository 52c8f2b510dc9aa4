"""Whatever its own document allows, and much that it forbids, sent to the resolution API."""

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from registry.api import api
from tests.registry.conftest import BASE

pytestmark = pytest.mark.django_db(transaction=True)  # the server answers in a thread of its own


@schemathesis.serializer("video/*", "application/c2pa")
def as_bytes(_context, value: object) -> bytes:
    """Bodies that are bytes; what the generator makes of other types is sent as text."""
    return value if isinstance(value, bytes) else str(value).encode()


schema = schemathesis.openapi.from_dict(api.get_openapi_schema())
schema.app = get_wsgi_application()
bounded = settings(
    max_examples=12,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
SAID_IN_WORDS = [positive_data_acceptance]
"""A manifest that is well named but not here, bytes that are no video: the document cannot know."""


@schema.parametrize()
@bounded
def test_an_anonymous_caller_is_answered_as_the_document_says(case, record):
    case.call_and_validate(base_url=f"http://testserver{BASE}", excluded_checks=SAID_IN_WORDS)


@schema.parametrize()
@bounded
def test_a_caller_with_a_key_is_answered_as_the_document_says(case, record, writer):
    case.call_and_validate(
        base_url=f"http://testserver{BASE}", headers=writer, excluded_checks=SAID_IN_WORDS
    )
