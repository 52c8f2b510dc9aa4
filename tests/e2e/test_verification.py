"""Verification as people do it: the file, the answer, handing it on, objecting; and the badge."""

import http.server
import threading
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from provenance import write_video

pytestmark = pytest.mark.e2e


@pytest.fixture
def video(tmp_path: Path) -> Path:
    frames = [np.full((96, 96, 3), 40 + 3 * index, np.uint8) for index in range(24)]
    write_video(tmp_path / "alien.mp4", frames, 24)
    return tmp_path / "alien.mp4"


def test_from_the_file_to_a_shared_report_and_its_end(visit, video):
    page = visit()
    page.goto("/verify/")
    page.get_by_label("Drop a video here, or choose one").set_input_files(video)
    page.wait_for_url("**/reports/**")
    own = page.url
    page.get_by_role("button", name="Make it").click()
    address = page.locator("#share-1").inner_text()
    reader = visit()
    reader.goto(address)
    expect(reader.get_by_role("button", name="Delete this report now")).to_have_count(0)
    with reader.expect_download() as download:
        reader.get_by_role("link", name="Signed report").click()
    assert download.value.suggested_filename.endswith(".jws")
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("no longer opens the report")).to_be_visible()
    assert reader.goto(address).status == 404
    page.get_by_role("button", name="Delete this report now").click()
    expect(page.get_by_text("Nothing of it remains")).to_be_visible()
    assert page.goto(own).status == 404


def test_an_objection_reaches_the_queue(visit, studio, video):
    page = visit()
    page.goto(studio.seeds["report"])
    page.get_by_text("This answer is wrong").click()
    page.get_by_label("Something else").check()
    page.get_by_label("What should it say").fill("This is my own film, shot in Lisbon.")
    page.get_by_role("button", name="Send to the moderators").click()
    expect(page.get_by_text("A person will look at it")).to_be_visible()
    moderator = visit("moderator")
    moderator.goto("/review/")
    moderator.get_by_role("row", name="Something else").get_by_role("link").first.click()
    expect(moderator.get_by_text("This is my own film, shot in Lisbon.")).to_be_visible()


def test_an_address_that_is_not_visited_is_explained_in_place(visit):
    page = visit()
    page.goto("/verify/")
    page.get_by_label("Or give its address").fill("https://127.0.0.1/clip.mp4")
    page.get_by_role("button", name="Fetch and examine").click()
    expect(page.get_by_text("verification.url-private")).to_be_visible()
    expect(page.get_by_label("Or give its address")).to_have_value("https://127.0.0.1/clip.mp4")


def test_another_site_shows_the_badge_by_the_code_that_we_give_out(visit, studio, tmp_path):
    page = visit()
    page.goto(studio.seeds["public"])
    code = page.locator("#embed-code").inner_text()
    (tmp_path / "index.html").write_text(f"<!doctype html><title>news</title>{code}")
    with _Site(tmp_path) as address:
        news = visit()
        news.goto(address)
        picture = news.get_by_role("img")
        expect(picture).to_be_visible()
        assert picture.evaluate("each => each.decode().then(() => each.naturalWidth)") > 0
        assert news.get_by_role("link").get_attribute("href").startswith(studio.url)


class _Site:
    """Somebody else's web site, under another name for the browser."""

    def __init__(self, folder: Path) -> None:
        class Quiet(http.server.SimpleHTTPRequestHandler):
            def __init__(self, *args: object) -> None:
                super().__init__(*args, directory=str(folder))

            def log_message(self, *_: object) -> None:
                """Not into the test's output."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)

    def __enter__(self) -> str:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://localhost:{self._server.server_port}/"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
