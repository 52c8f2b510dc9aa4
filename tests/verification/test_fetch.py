"""Fetching from addresses that anybody may name, against a real TLS server on this machine."""

import contextlib
import datetime as dt
import gzip
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from config.errors import UserFault
from verification.fetch import MOST_REDIRECTS, Fetcher, is_public

PUBLIC = "93.184.216.34"
VIDEO = bytes(range(256)) * 500
Handler = Callable[[ssl.SSLSocket, str], None]


class Server:
    """Serves TLS on this machine under any name; `pages` says what each path does."""

    def __init__(self, folder: Path) -> None:
        self.pages: dict[str, Handler] = {}
        self.asked: list[str] = []
        self.certificate, key = _certificate(folder)
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(self.certificate, key)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                plain, _address = self._listener.accept()
                threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        with contextlib.suppress(OSError), self._tls.wrap_socket(plain, server_side=True) as link:
            request = b""
            while b"\r\n\r\n" not in request:
                request += link.recv(4096)
            self.asked.append(request.decode())
            path = request.split()[1].decode()
            self.pages[path](link, path)


def _certificate(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName("videos.example"), x509.DNSName("elsewhere.example")]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "server.pem").write_bytes(made.public_bytes(Encoding.PEM))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "server.key").write_bytes(private)
    return folder / "server.pem", folder / "server.key"


def says(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> Handler:
    head = [
        f"HTTP/1.1 {status}",
        *headers,
        f"Content-Length: {len(body) if length is None else length}",
    ]

    def answer(link: ssl.SSLSocket, _path: str) -> None:
        link.sendall("\r\n".join([*head, "", ""]).encode() + body)

    return answer


def sends_on(to: str, status: int = 302) -> Handler:
    return says(b"", f"Location: {to}", status=f"{status} Elsewhere")


@pytest.fixture(autouse=True)
def keys() -> None:
    """Fetching needs none."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    made = Server(tmp_path)
    made.pages["/v.mp4"] = says(VIDEO, "Content-Type: text/html")
    yield made
    made.close()


@pytest.fixture
def internet(server: Server) -> dict[str, list[str]]:
    """Names and the addresses that they resolve to."""
    return {
        "videos.example": [PUBLIC],
        "elsewhere.example": [PUBLIC],
        "untrusted.example": [PUBLIC],
    }


@pytest.fixture
def dialled() -> list[str]:
    return []


@pytest.fixture
def fetch(server, internet, dialled, tmp_path) -> Callable[..., bytes]:
    def run(url: str, most_bytes: int = 10**6, seconds: float = 20) -> bytes:
        def dial(address: str, port: int, left: float) -> socket.socket:
            dialled.append(address)
            assert port == 443
            return socket.create_connection(("127.0.0.1", server.port), timeout=left)

        tls = ssl.create_default_context(cafile=str(server.certificate))
        target = tmp_path / "fetched"
        target.unlink(missing_ok=True)
        Fetcher(most_bytes, seconds, lambda host: internet.get(host, []), dial, tls).fetch(
            url, target
        )
        return target.read_bytes()

    return run


def code(fetch: Callable[..., bytes], url: str, **limits: float) -> str:
    with pytest.raises(UserFault) as caught:
        fetch(url, **limits)
    assert caught.value.message
    assert caught.value.advice
    return caught.value.code


def test_a_video_arrives_whatever_its_type_is_called(fetch, dialled):
    assert fetch("https://videos.example/v.mp4") == VIDEO
    assert dialled == [PUBLIC]


def test_nothing_of_ours_is_told_to_the_server(fetch, server, monkeypatch):
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    fetch("https://videos.example/v.mp4")
    head = server.asked[0].lower()
    assert "cookie" not in head
    assert "authorization" not in head
    assert "referer" not in head
    assert "host: videos.example\r\n" in head


def test_chunked_answers(fetch, server):
    def chunks(link: ssl.SSLSocket, _path: str) -> None:
        link.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for block in (b"one", b"two"):
            link.sendall(b"%x\r\n%s\r\n" % (len(block), block))
        link.sendall(b"0\r\n\r\n")

    server.pages["/chunks"] = chunks
    assert fetch("https://videos.example/chunks") == b"onetwo"


def test_letters_of_any_language(fetch, server, internet):
    internet["xn--bcher-kva.example"] = [PUBLIC]
    server.pages["/f%C3%BCr?a=b%20c"] = says(b"x")
    assert fetch("https://videos.example/für?a=b%20c#part") == b"x"
    assert code(fetch, "https://bücher.example/") == "verification.url-certificate"


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("", "malformed"),
        ("   ", "malformed"),
        ("videos.example/v.mp4", "not-https"),
        ("http://videos.example/v.mp4", "not-https"),
        ("file:///etc/passwd", "not-https"),
        ("ftp://videos.example/v.mp4", "not-https"),
        ("data:video/mp4;base64,AAAA", "not-https"),
        ("https://", "malformed"),
        ("https:///v.mp4", "malformed"),
        ("https://videos.example:444/", "special"),
        ("https://videos.example:0/", "special"),
        ("https://videos.example:port/", "malformed"),
        ("https://me:secret@videos.example/", "special"),
        ("https://@videos.example/", "special"),
        ("https://videos.example/a b", "malformed"),
        ("https://videos.example\\@127.0.0.1/", "malformed"),
        ("https://videos.example/\r\nHost: x", "malformed"),
        ("https://videos.example/" + "a" * 2048, "malformed"),
        ("https://[::1/", "malformed"),
        ("https://" + "a" * 70 + ".example/", "malformed"),
        ("https://nowhere.example/", "unknown"),
    ],
)
def test_addresses_that_are_not_visited(fetch, dialled, url, wanted):
    assert code(fetch, url) == f"verification.url-{wanted}"
    assert dialled == []


PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "203.0.113.5", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1",
    "2002:7f00:1::", "2001:0:1::", "2001:db8::1", "3fff::1", "::127.0.0.1", "5f00::1", "100::1",
    "not an address", "",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses(fetch, internet, dialled, address):
    internet["videos.example"] = [address]
    assert not is_public(address)
    assert code(fetch, "https://videos.example/v.mp4") == "verification.url-private"
    assert dialled == []


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:2800:220:1::1", "2a00:1450:4001::"])
def test_public_addresses(address):
    assert is_public(address)
    assert ipaddress.ip_address(address)


def test_one_private_address_among_many_refuses_the_name(fetch, internet, dialled):
    internet["videos.example"] = [PUBLIC, "10.0.0.1"]
    assert code(fetch, "https://videos.example/v.mp4") == "verification.url-private"
    assert dialled == []


def test_the_checked_address_is_the_one_that_is_called(server, tmp_path):
    """A name that changes between check and connection gains nothing: it is asked once a hop."""
    asked: list[str] = []
    called: list[str] = []

    def resolve(host: str) -> list[str]:
        asked.append(host)
        return [PUBLIC] if len(asked) == 1 else ["127.0.0.1"]

    def dial(address: str, _port: int, left: float) -> socket.socket:
        called.append(address)
        return socket.create_connection(("127.0.0.1", server.port), timeout=left)

    tls = ssl.create_default_context(cafile=str(server.certificate))
    Fetcher(10**6, 20, resolve, dial, tls).fetch("https://videos.example/v.mp4", tmp_path / "f")
    assert (asked, called) == (["videos.example"], [PUBLIC])


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(fetch, server, status):
    server.pages["/old"] = sends_on("/v.mp4", status)
    assert fetch("https://videos.example/old") == VIDEO


@pytest.mark.parametrize(
    ("to", "wanted"),
    [
        ("https://inside.example/", "private"),
        ("https://127.0.0.1/", "private"),
        ("https://[::1]/", "private"),
        ("http://elsewhere.example/v.mp4", "not-https"),
        ("file:///etc/passwd", "not-https"),
        ("https://elsewhere.example:8443/", "special"),
        ("//user@elsewhere.example/", "special"),
    ],
)
def test_every_redirect_is_checked_anew(fetch, server, internet, dialled, to, wanted):
    internet |= {"inside.example": ["10.0.0.1"], "127.0.0.1": ["127.0.0.1"], "::1": ["::1"]}
    server.pages["/old"] = sends_on(to)
    assert code(fetch, "https://videos.example/old") == f"verification.url-{wanted}"
    assert dialled == [PUBLIC]


def test_redirects_without_an_end(fetch, server):
    server.pages["/old"] = sends_on("/old")
    assert code(fetch, "https://videos.example/old") == "verification.url-redirects"
    assert len(server.asked) == MOST_REDIRECTS + 1


def test_a_redirect_to_nowhere(fetch, server):
    server.pages["/old"] = says(b"", status="302 Found")
    assert code(fetch, "https://videos.example/old") == "verification.url-answer"


@pytest.mark.parametrize("status", ["404 Not Found", "401 Sign in", "500 Oops", "204 Nothing"])
def test_answers_without_a_video(fetch, server, status):
    server.pages["/v"] = says(b"", status=status)
    assert code(fetch, "https://videos.example/v") == "verification.url-answer"


def test_announced_as_too_large(fetch, tmp_path):
    wanted = code(fetch, "https://videos.example/v.mp4", most_bytes=len(VIDEO) - 1)
    assert wanted == "verification.too-large"
    assert not (tmp_path / "fetched").exists()


def test_an_endless_answer(fetch, server, tmp_path):
    def endless(link: ssl.SSLSocket, _path: str) -> None:
        link.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            link.sendall(bytes(65536))

    server.pages["/v"] = endless
    most = 10**6
    assert code(fetch, "https://videos.example/v", most_bytes=most) == "verification.too-large"
    assert (tmp_path / "fetched").stat().st_size <= most


@pytest.mark.parametrize("where", ["headers", "body", "handshake"])
def test_a_server_that_drips(fetch, server, where):
    def drip(link: ssl.SSLSocket, _path: str) -> None:
        if where == "body":
            link.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            link.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        for _ in range(200):
            link.sendall(b"x")
            time.sleep(0.05)

    server.pages["/v"] = drip
    if where == "handshake":
        server._tls = None  # the connection is taken, and nothing is said
        server._serve = lambda plain: time.sleep(5)
    start = time.monotonic()
    assert code(fetch, "https://videos.example/v", seconds=0.6) == "verification.url-slow"
    assert time.monotonic() - start < 4


def test_a_compressed_bomb_is_not_opened(fetch, server, tmp_path):
    server.pages["/v"] = says(gzip.compress(bytes(10**7)), "Content-Encoding: gzip")
    assert code(fetch, "https://videos.example/v") == "verification.url-packed"
    assert not (tmp_path / "fetched").exists()


def test_a_server_that_hangs_up_half_way(fetch, server):
    server.pages["/v"] = says(b"half", length=8)
    assert code(fetch, "https://videos.example/v") == "verification.url-broken"


def test_an_empty_answer(fetch, server):
    server.pages["/v"] = says(b"")
    assert code(fetch, "https://videos.example/v") == "verification.empty-file"


@pytest.mark.parametrize(
    "noise", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 300]
)
def test_what_is_no_http(fetch, server, noise):
    server.pages["/v"] = lambda link, _path: link.sendall(noise)
    assert code(fetch, "https://videos.example/v") == "verification.url-broken"


def test_a_certificate_for_another_name(fetch):
    assert code(fetch, "https://untrusted.example/") == "verification.url-certificate"


def test_a_server_that_does_not_answer(internet, tmp_path):
    def dial(*_: object) -> socket.socket:
        raise ConnectionRefusedError

    fetcher = Fetcher(10, 5, lambda host: internet[host], dial)
    with pytest.raises(UserFault) as caught:
        fetcher.fetch("https://videos.example/", tmp_path / "f")
    assert caught.value.code == "verification.url-unreachable"
