"""Clients that hang up half-way, at the door of the web server."""

import asyncio

import pytest
from django.core.asgi import get_asgi_application

from config.body_limit import BodyLimit
from registry.api import BASE

pytestmark = pytest.mark.django_db(transaction=True)

BODIES = [
    (f"{BASE}/matches/byContent", b"video/mp4"),
    (f"{BASE}/manifests", b"application/c2pa"),
    (f"{BASE}/matches/byBinding", b"application/json"),
]


@pytest.fixture
def application() -> BodyLimit:
    """The server as `config.asgi` builds it, without its warming up."""
    return BodyLimit(get_asgi_application(), limit=1_000_000, limits={})


def sent(application, address: str, kind: bytes, messages: list[dict]) -> list[dict]:
    """What the server answers to these messages; nothing to who has hung up."""
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": address,
        "query_string": b"",
        "headers": [(b"host", b"testserver"), (b"content-type", kind)],
    }
    answers: list[dict] = []
    waiting = list(messages)

    async def receive() -> dict:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: dict) -> None:
        answers.append(message)

    asyncio.run(application(scope, receive, send))
    return answers


@pytest.mark.parametrize(("address", "kind"), BODIES)
def test_a_body_that_breaks_off_is_not_taken_for_whole(application, address, kind, settings):
    part = {"type": "http.request", "body": b"x" * 100_000, "more_body": True}
    assert sent(application, address, kind, [part, part]) == []
    assert [file.name for file in settings.UPLOADS_DIR.iterdir()] == []


def test_who_sends_without_end_is_stopped(application):
    part = {"type": "http.request", "body": bytes(300_000), "more_body": True}
    answers = sent(application, f"{BASE}/manifests", b"application/c2pa", [part] * 20)
    assert answers[0]["status"] == 413
