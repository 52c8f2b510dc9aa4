"""A video by its address, through the page: fetched from a real TLS server on this machine."""

import socket
import ssl

import pytest
from asgiref.sync import async_to_sync
from django.apps import apps
from django.core.handlers.asgi import ASGIHandler
from django.test import Client

from tests.verification.test_fetch import PUBLIC, Server, says, sends_on
from verification import limits, services
from verification.fetch import Fetcher
from verification.models import Report

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(tmp_path, monkeypatch):
    """What the page reaches under https://videos.example; inside.example is in our network."""
    made = Server(tmp_path)

    def dial(_address: str, _port: int, left: float) -> socket.socket:
        return socket.create_connection(("127.0.0.1", made.port), timeout=left)

    def fetcher() -> Fetcher:
        tls = ssl.create_default_context(cafile=str(made.certificate))
        names = {"videos.example": [PUBLIC], "inside.example": ["192.168.0.7"]}
        return Fetcher(300_000, 5, lambda host: names.get(host, []), dial, tls)

    monkeypatch.setattr(services, "fetcher", fetcher)
    yield made
    made.close()


def send(url: str, **extra: str):
    return Client(enforce_csrf_checks=True).post("/verify/", {"url": url}, **extra)


def left_behind(settings) -> list[str]:
    return [file.name for file in settings.UPLOADS_DIR.iterdir() if file.suffix != ".lock"]


def test_the_clip_at_an_address(server, published, settings):
    server.pages["/clip"] = says(published.read_bytes(), "Content-Type: text/plain")
    response = send("https://videos.example/clip")
    assert response.status_code == 302
    assert Report.objects.get().verdict["state"] == "OURS_DEV"
    assert left_behind(settings) == []


def test_the_address_is_kept_nowhere(server, alien, settings):
    server.pages["/secret-path?token=abc"] = says(alien.read_bytes())
    send("https://videos.example/secret-path?token=abc")
    rows = "".join(str(row) for model in apps.get_models() for row in model.objects.values_list())
    assert "secret-path" not in rows
    assert "videos.example" not in rows


def test_a_redirect_into_our_network(server, settings):
    server.pages["/clip"] = sends_on("https://inside.example/admin")
    response = send("https://videos.example/clip")
    assert response.status_code == 400
    assert b"verification.url-private" in response.content
    assert len(server.asked) == 1
    assert left_behind(settings) == []


def test_an_endless_answer(server, settings):
    def endless(link: ssl.SSLSocket, _path: str) -> None:
        link.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            link.sendall(bytes(65536))

    server.pages["/clip"] = endless
    response = send("https://videos.example/clip")
    assert response.status_code == 413
    assert b"verification.too-large" in response.content
    assert left_behind(settings) == []


def test_a_refused_address_stays_in_its_field():
    page = send("http://videos.example/clip").content.decode()
    assert 'value="http://videos.example/clip"' in page
    assert "verification.url-not-https" in page


def test_slow_servers_do_not_take_the_places_of_examinations(server, alien, settings):
    settings.VERIFY_FETCH_AT_ONCE = 1
    server.pages["/clip"] = says(alien.read_bytes())
    with limits.fetching():
        response = send("https://videos.example/clip")
        assert response.status_code == 503
        assert b"verification.busy" in response.content
        with limits.slot():
            pass


def test_it_costs_as_much_as_an_upload(server, settings):
    settings.VERIFY_PER_HOUR = 1
    assert send("https://videos.example:1/").status_code == 400
    assert send("https://videos.example:1/").status_code == 429


@pytest.mark.parametrize("path", ["/verify/", "/api/v1/verifications"])
def test_a_sender_that_hangs_up_half_way_leaves_nothing(path, settings):
    """As the server tells it: some of the body, then a disconnect."""
    head = b'--b\r\nContent-Disposition: form-data; name="video"; filename="v.mp4"\r\n\r\n'
    messages = [
        {"type": "http.request", "body": head + bytes(100_000), "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[object] = []

    async def receive() -> dict[str, object]:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send_on(message: object) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [
            (b"host", b"testserver"),
            (b"content-type", b"multipart/form-data; boundary=b"),
            (b"content-length", b"500000"),
        ],
    }
    async_to_sync(ASGIHandler())(scope, receive, send_on)
    assert sent == []
    assert left_behind(settings) == []
    assert not Report.objects.exists()
