"""Nothing larger than its page needs gets past the door, announced or not."""

import json

import pytest
from asgiref.sync import async_to_sync

from config.body_limit import BodyLimit


class Server:
    """Reads a body to its end, as Django does, and says how much it got."""

    def __init__(self) -> None:
        self.got = 0

    async def __call__(self, scope, receive, send) -> None:
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            self.got += len(message["body"])
            if not message["more_body"]:
                break
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


@async_to_sync
async def post(size: int, path: str = "/", **headers: str) -> tuple[int, bytes, Server]:
    server, sent, left = Server(), [], [size]

    async def receive():
        block = min(40, left[0])
        left[0] -= block
        return {"type": "http.request", "body": b"x" * block, "more_body": left[0] > 0}

    async def send(message):
        sent.append(message)

    pairs = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "path": path, "headers": pairs}
    await BodyLimit(server, limit=100, limits={"/verify/": 1000})(scope, receive, send)
    return sent[0]["status"], sent[-1]["body"], server


@pytest.mark.parametrize("size", [0, 100])
def test_up_to_the_limit_goes_through(size):
    status, _body, server = post(size, content_length=str(size))
    assert (status, server.got) == (200, size)


def test_what_is_announced_as_too_large_is_not_read():
    status, body, server = post(101, content_length="101")
    assert (status, server.got) == (413, 0)
    assert b"studio.too-large" in body


def test_what_turns_out_too_large_is_cut_off():
    status, _body, server = post(5000)
    assert status == 413
    assert server.got <= 100


def test_a_length_that_is_no_number_is_refused():
    assert post(1, content_length="one")[0] == 413


def test_a_path_has_its_own_limit():
    assert post(900, path="/verify/")[0] == 200
    assert post(1001, path="/verify/")[0] == 413


def test_programs_get_json():
    _status, body, _server = post(101, content_length="101", accept="application/json")
    assert json.loads(body)["code"] == "studio.too-large"
