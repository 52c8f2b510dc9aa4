"""Players seek: one range of a file, and only what is there."""

import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncClient
from django.urls import reverse

from tests.web.conftest import CONTENT


@pytest.fixture
def url(world):
    return reverse("registry:video", args=[world.clip.pk])


def test_whole_file_with_its_length(client, url):
    response = client.get(url)
    assert b"".join(response.streaming_content) == CONTENT
    assert response["Content-Length"] == str(len(CONTENT))
    assert response["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-0", 0, 0), ("bytes=100-199", 100, 199), ("bytes=10000-", 10000, len(CONTENT) - 1),
     ("bytes=-5", len(CONTENT) - 5, len(CONTENT) - 1), ("bytes=5-999999", 5, len(CONTENT) - 1)],
)  # fmt: skip
def test_one_range(client, url, asked, first, last):
    response = client.get(url, headers={"Range": asked})
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {first}-{last}/{len(CONTENT)}"
    assert b"".join(response.streaming_content) == CONTENT[first : last + 1]


def test_a_range_behind_the_end_is_refused(client, url):
    response = client.get(url, headers={"Range": "bytes=999999-"})
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(CONTENT)}"


@pytest.mark.parametrize("asked", ["bytes=-", "bytes=1-2,4-5", "lines=1-2", "bytes=a-b"])
def test_what_is_no_single_range_gets_the_whole(client, url, asked):
    assert client.get(url, headers={"Range": asked}).status_code == 200


def test_the_same_under_asgi(world, url):
    @async_to_sync
    async def ask() -> bytes:
        response = await AsyncClient().get(url, headers={"Range": "bytes=100-199"})
        assert response.is_async
        return b"".join([part async for part in response])

    assert ask() == CONTENT[100:200]


def test_a_download_has_a_name_that_tells_nothing(client_of, creator, world):
    url = reverse("studio:download", args=[world.clip.pk])
    response = client_of(creator).get(url, headers={"Range": "bytes=0-9"})
    assert response.status_code == 200
    name = f"kinemark-{world.clip.mark_hex}.mp4"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'


def test_a_clip_that_was_taken_down_is_gone(client, world, url):
    world.clip.taken_down_at = world.clip.published_at
    world.clip.save()
    for name in ("clip", "video", "poster"):
        assert client.get(reverse(f"registry:{name}", args=[world.clip.pk])).status_code == 410
