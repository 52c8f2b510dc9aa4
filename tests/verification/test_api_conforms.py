"""Whatever its own document allows, and much that it forbids, sent to the verification API."""

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from config.errors import UserFault
from tests.web.conftest import make_report
from verification import services
from verification.api import BASE, api

pytestmark = pytest.mark.django_db(transaction=True)  # the server answers in a thread of its own


@schemathesis.serializer("video/*")
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
"""A report that is not here, an address without a video: the document cannot know."""


@pytest.fixture
def nowhere(monkeypatch, settings) -> None:
    """Made-up addresses lead nowhere, instead of onto the network."""
    settings.VERIFY_PER_HOUR = 100_000

    class Fetcher:
        def fetch(self, _url: str, _into: object) -> None:
            raise UserFault("verification.url-unknown", "There is no such server.", "Check it.")

    monkeypatch.setattr(services, "fetcher", Fetcher)


@schema.parametrize()
@bounded
def test_it_answers_as_its_document_says(case, nowhere):
    make_report()
    case.call_and_validate(base_url=f"http://testserver{BASE}", excluded_checks=SAID_IN_WORDS)
