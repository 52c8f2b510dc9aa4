"""Fetching a video from an address that anybody may name.

The studio stands inside somebody's network, so the address is treated as an attempt to reach it:
https only and on its own port, every address that the name resolves to must be public, the
connection goes to the very address that was checked, and each redirect starts over. Nothing of the
environment is used (no proxies, no cookies, no credentials), nothing is unpacked, and what the
server says about the content is not believed.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from django.utils.translation import gettext as _

from config.errors import UserFault

MOST_REDIRECTS = 5
MOST_ADDRESS = 2048
PORT = 443
_CONNECT_SECONDS = 10.0
_BLOCK = 256 * 1024
_REDIRECTS = {301, 302, 303, 307, 308}
_HEADERS = {
    "Accept": "video/*, */*;q=0.5",
    "Accept-Encoding": "identity",
    "Connection": "close",
    "User-Agent": "Kinemark-Verification",
}
_PLAIN_IN_PATH = "/%:;=,@!$&'()*+~?-._"
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_GLOBAL_BUT_NOT = [
    # Protocol assignments and the relays of 6to4: some of them count as global, none is a server.
    ipaddress.IPv4Network(net)
    for net in ("192.0.0.0/24", "192.88.99.0/24")
]
_TUNNELS = [
    # They carry an IPv4 address inside, or belong to nobody: 6to4, Teredo, documentation.
    ipaddress.IPv6Network(net)
    for net in ("2002::/16", "2001::/23", "2001:db8::/32", "3fff::/20")
]

Resolve = Callable[[str], Sequence[str]]
Dial = Callable[[str, int, float], socket.socket]


@dataclass(frozen=True, slots=True)
class Target:
    """Where one request goes: checked parts of an address."""

    host: str
    path: str


def resolve(host: str) -> list[str]:
    """Every address of a name, as this machine's resolver knows them."""
    found = socket.getaddrinfo(host, PORT, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def dial(address: str, port: int, seconds: float) -> socket.socket:
    """A connection to an address, which must be a number already."""
    return socket.create_connection((address, port), timeout=seconds)


def is_public(address: str) -> bool:
    """Whether an address can only be reached over the public internet.

    IPv6 addresses that wrap an IPv4 one (mapped, NAT64, 6to4, Teredo) are refused whatever they
    wrap: which network they lead to depends on routers that we do not know.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if parsed.is_multicast or parsed.is_reserved or not parsed.is_global:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        return parsed in _GLOBAL_V6 and not any(parsed in net for net in _TUNNELS)
    return not any(parsed in net for net in _GLOBAL_BUT_NOT)


@dataclass(frozen=True, slots=True)
class Fetcher:
    """What fetching needs of the world; tests give it a resolver and a server of their own.

    Attributes:
        most_bytes: of the body.
        seconds: for everything together, redirects included.
    """

    most_bytes: int
    seconds: float
    resolve: Resolve = resolve
    dial: Dial = dial
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def fetch(self, url: str, into: Path) -> None:
        """Writes what is at `url` to a new file. Raises `UserFault`, and may leave a part of the
        file behind: whoever named the file deletes it."""
        deadline = time.monotonic() + self.seconds
        for _hop in range(MOST_REDIRECTS + 1):
            with self._answer(_target(url), deadline) as answer:
                if answer.status in _REDIRECTS:
                    url = urljoin(url, answer.headers.get("Location") or _bad_answer(answer.status))
                    continue
                _accept(answer, self.most_bytes)
                self._keep(answer, into, deadline)
                return
        raise UserFault(
            "verification.url-redirects",
            _("This address leads on and on, from one address to the next."),
            _("Open it in a browser and copy the address where the video really is."),
        )

    @contextmanager
    def _answer(self, target: Target, deadline: float) -> Iterator[http.client.HTTPResponse]:
        with closing(self._connected(target, deadline)) as plain, _guillotine(plain, deadline):
            with _told(deadline):
                connection = http.client.HTTPSConnection(target.host, PORT)
                connection.sock = self.tls.wrap_socket(plain, server_hostname=target.host)
            with closing(connection):
                with _told(deadline):
                    connection.request("GET", target.path, headers=_HEADERS)
                    answer = connection.getresponse()
                with closing(answer):
                    yield answer

    def _connected(self, target: Target, deadline: float) -> socket.socket:
        for address in self._checked(target.host):
            left = min(_CONNECT_SECONDS, deadline - time.monotonic())
            if left <= 0:
                raise _slow()
            with suppress(OSError):  # the next address may answer
                return self.dial(address, PORT, left)
        raise UserFault(
            "verification.url-unreachable",
            _("The server at this address does not answer."),
            _("Check the address, or download the video and send the file."),
            retryable=True,
        )

    def _checked(self, host: str) -> Sequence[str]:
        """All addresses of a name; one that is not public refuses the name."""
        addresses = _within(_CONNECT_SECONDS, self.resolve, host)
        if not addresses:
            raise UserFault(
                "verification.url-unknown",
                _("There is no server with this name."),
                _("Check the address for typing errors."),
            )
        if not all(is_public(address) for address in addresses):
            raise UserFault(
                "verification.url-private",
                _("This address leads into a private network, so it is not visited."),
                _("Give an address that anybody on the internet can open, or send the file."),
            )
        return addresses

    def _keep(self, answer: http.client.HTTPResponse, into: Path, deadline: float) -> None:
        size = 0
        announced = answer.length
        with into.open("xb") as file:
            while block := _read(answer, deadline):
                size += len(block)
                if size > self.most_bytes:
                    raise _too_large(self.most_bytes)
                file.write(block)
        if announced is not None and size != announced:
            raise _broken()
        if not size:
            _nothing()


def _target(url: str) -> Target:
    """The parts of an address that may be visited."""
    parts = _split(url)
    if parts.scheme.lower() != "https":
        raise UserFault(
            "verification.url-not-https",
            _("Only addresses that begin with https:// are visited."),
            _("Copy the whole address of the video, or send the file."),
        )
    host, port = _place(parts)
    if parts.username is not None or parts.password is not None or port not in {None, PORT}:
        raise UserFault(
            "verification.url-special",
            _("Addresses with a password or a port in them are not visited."),
            _("Give the plain address, or send the file."),
        )
    path = parts.path or "/"
    return Target(host, f"{path}?{parts.query}" if parts.query else path)


def _split(url: str) -> SplitResult:
    url = url.strip()
    plain = url.isprintable() and not set(url) & set(' \\<>"')
    if not url or len(url) > MOST_ADDRESS or not plain:
        raise _malformed()
    try:
        return urlsplit(_quoted(url))
    except (ValueError, UnicodeError) as error:
        raise _malformed() from error


def _quoted(url: str) -> str:
    """Letters outside ASCII percent-encoded in path and query; the name is left to IDNA."""
    parts = urlsplit(url)
    path, query = (quote(part, _PLAIN_IN_PATH) for part in (parts.path, parts.query))
    return parts._replace(path=path, query=query, fragment="").geturl()


def _place(parts: SplitResult) -> tuple[str, int | None]:
    try:
        host = (parts.hostname or "").rstrip(".")
        encoded = host if ":" in host else host.encode("idna").decode()
        port = parts.port
    except (ValueError, UnicodeError) as error:
        raise _malformed() from error
    if not encoded:
        raise _malformed()
    return encoded, port


def _accept(answer: http.client.HTTPResponse, most_bytes: int) -> None:
    """Refuses by the headers what need not be read."""
    if answer.status != 200:
        _bad_answer(answer.status)
    if (answer.headers.get("Content-Encoding") or "identity").lower() != "identity":
        raise UserFault(
            "verification.url-packed",
            _("The server sends this packed, and packed files are not opened."),
            _("Download the video and send the file."),
        )
    if answer.length is not None and answer.length > most_bytes:
        raise _too_large(most_bytes)


@contextmanager
def _guillotine(plain: socket.socket, deadline: float) -> Iterator[None]:
    """Ends the connection at the deadline, however slowly and steadily a server drips."""

    handle = plain.dup()  # TLS takes the socket itself over

    def end() -> None:
        with suppress(OSError):
            handle.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(0.0, deadline - time.monotonic()), end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        handle.close()


@contextmanager
def _told(deadline: float) -> Iterator[None]:
    """What goes wrong on the network, in words."""
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise UserFault(
            "verification.url-certificate",
            _("The server at this address has no certificate that can be trusted."),
            _("Download the video and send the file instead."),
        ) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        late = isinstance(error, TimeoutError) or time.monotonic() >= deadline
        raise (_slow() if late else _broken()) from error


def _read(answer: http.client.HTTPResponse, deadline: float) -> bytes:
    with _told(deadline):
        block = answer.read(_BLOCK)
    if time.monotonic() >= deadline:
        raise _slow()
    return block


def _within(seconds: float, ask: Resolve, host: str) -> Sequence[str]:
    """The resolver's answer, if it has one in time: its own patience cannot be set."""
    found: list[str] = []

    def run() -> None:
        with suppress(OSError, UnicodeError):
            found.extend(ask(host))

    asking = threading.Thread(target=run, daemon=True)
    asking.start()
    asking.join(seconds)
    return [] if asking.is_alive() else found


def _bad_answer(status: int) -> NoReturn:
    raise UserFault(
        "verification.url-answer",
        _("The server answered with status %(status)d and no video.") % {"status": status},
        _("Open the address in a browser: it may need a sign-in, or be gone."),
    )


def _nothing() -> NoReturn:
    raise UserFault(
        "verification.empty-file",
        _("There is nothing at this address."),
        _("Open the address in a browser and check that the video plays."),
    )


def _malformed() -> UserFault:
    return UserFault(
        "verification.url-malformed",
        _("This is not an address."),
        _("Copy the whole address of the video, beginning with https://."),
    )


def _too_large(most_bytes: int) -> UserFault:
    fault = UserFault(
        "verification.too-large",
        _("What is at this address is larger than %(most)d MB.") % {"most": most_bytes // 10**6},
        _("Cut out the part that you want to check and send that as a file."),
    )
    fault.status = 413
    return fault


def _slow() -> UserFault:
    return UserFault(
        "verification.url-slow",
        _("The server is too slow."),
        _("Try again later, or download the video and send the file."),
        retryable=True,
    )


def _broken() -> UserFault:
    return UserFault(
        "verification.url-broken",
        _("The connection to the server broke off before the video was complete."),
        _("Try again, or download the video and send the file."),
        retryable=True,
    )
