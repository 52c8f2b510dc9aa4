"""No request may send more than its page can use.

Django reads a request's whole body before any view runs, so the limit has to stand in front of
it: what is announced as too large is answered at once, what turns out too large is cut off.
"""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

CODE = "studio.too-large"
MESSAGE = "This is larger than the studio accepts."
PAGE = (
    "<!doctype html><html lang=en><meta charset=utf-8>"
    "<meta name=viewport content='width=device-width'><title>Too large · Kinemark</title>"
    "<h1>{message}</h1><p>{advice}</p><p>Code {code}</p><p><a href='/verify/'>Back</a></p></html>"
)


class BodyTooLarge(Exception):
    """The body went over its limit on the way in."""


class BodyLimit:
    """Lets through at most `limit` bytes of body; `limits` has other figures for some paths."""

    def __init__(self, app: App, limit: int, limits: dict[str, int]) -> None:
        self.app = app
        self.limit = limit
        self.limits = limits

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self.limits.get(scope["path"], self.limit)
        headers = dict(scope["headers"])
        announced = headers.get(b"content-length", b"0")
        if not announced.isdigit() or int(announced) > limit:
            await _answer(headers, limit, send)
            return
        await self._counted(scope, receive, send, headers, limit)

    async def _counted(
        self, scope: Message, receive: Receive, send: Send, headers: dict[bytes, bytes], limit: int
    ) -> None:
        seen = 0
        too_large = False

        async def counting() -> Message:
            nonlocal seen, too_large
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                too_large = True
                return {"type": "http.disconnect"}
            return message

        await self.app(scope, counting, send)
        if too_large:
            await _answer(headers, limit, send)


async def _answer(headers: dict[bytes, bytes], limit: int, send: Send) -> None:
    advice = f"The limit here is {limit // 1_000_000} MB. Send a shorter or smaller file."
    if b"application/json" in headers.get(b"accept", b""):
        kind = b"application/json"
        body = json.dumps({"code": CODE, "message": MESSAGE, "advice": advice}).encode()
    else:
        kind = b"text/html; charset=utf-8"
        body = PAGE.format(message=MESSAGE, advice=advice, code=CODE).encode()
    await send(
        {
            "type": "http.response.start",
            "status": 413,
            "headers": [
                (b"content-type", kind),
                (b"content-length", str(len(body)).encode()),
                (b"content-security-policy", b"default-src 'none'"),
                (b"connection", b"close"),
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})
