"""Whatever goes wrong, a person gets a sentence, a code and what to do next; never a trace."""

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.test import Client
from django.urls import path

from config import urls as ours
from config.errors import SystemFault
from provenance import InvalidMedia, ProvenanceFailed


def failing(error: Exception):
    def view(request):
        raise error

    return view


FAULTS = {
    "fault": SystemFault("test.full", "It is full.", "Come back.", retryable=True),
    "engine": ProvenanceFailed("no-key", "The key is gone.", "Bring it back."),
    "media": InvalidMedia("odd", "This is odd.", "Send another."),
    "database": OperationalError("secret host name"),
    "surprise": RuntimeError("secret detail"),
    "denied": PermissionDenied("secret rule"),
    "strange": SuspiciousOperation("secret"),
}
urlpatterns = [
    *ours.urlpatterns,
    *(path(f"fail/{name}", failing(error)) for name, error in FAULTS.items()),
]
handler400, handler403 = ours.handler400, ours.handler403
handler404, handler500 = ours.handler404, ours.handler500

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]
EXPECTED = [
    ("fault", 503, "test.full"),
    ("engine", 503, "provenance.no-key"),
    ("media", 400, "provenance.odd"),
    ("database", 503, "studio.database-away"),
    ("surprise", 500, "studio.internal"),
    ("denied", 403, "studio.forbidden"),
    ("strange", 400, "studio.bad-request"),
    ("nowhere", 404, "studio.not-found"),
]


@pytest.mark.parametrize(("name", "status", "code"), EXPECTED)
def test_error_page(name, status, code):
    response = Client(raise_request_exception=False).get(f"/fail/{name}")
    text = response.content.decode()
    assert response.status_code == status
    assert code in text
    assert "secret" not in text
    assert "Traceback" not in text


@pytest.mark.parametrize(
    ("name", "status", "code"), [row for row in EXPECTED if row[0] not in {"database", "surprise"}]
)
def test_programs_get_json(name, status, code):
    response = Client(raise_request_exception=False).get(
        f"/fail/{name}", headers={"Accept": "application/json"}
    )
    assert response.status_code == status
    assert response.json()["code"] == code


def test_database_away_says_when_to_come_back():
    assert Client().get("/fail/database")["Retry-After"] == "10"
