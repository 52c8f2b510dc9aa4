"""From a sentence to a verdict, through the browser, with all parts real but the generator."""

import http.client
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Studio

pytestmark = pytest.mark.e2e
PROMPT = "a red balloon rising over the hills"


def submit(page: Page, prompt: str = PROMPT) -> None:
    page.goto("/studio/")
    page.get_by_label("What should we see?").fill(prompt)
    page.get_by_label("Seconds").fill("1")
    page.get_by_role("button", name="Make the clip").click()
    page.wait_for_url("**/studio/jobs/**")


def wait_for_decision(page: Page) -> None:
    """The case is ours and its keys are listened to."""
    page.get_by_role("heading", name="Your decision").wait_for()
    page.wait_for_load_state()


def approve_if_held(page: Page, visit: Callable[..., Page]) -> None:
    """Frames that no classifier can judge are for a person; so be one."""
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(re.compile("ready|moderator"))
    if "moderator" not in heading.inner_text():
        return
    moderator = visit("moderator")
    moderator.goto("/review/")
    moderator.get_by_role("row", name="Frames").get_by_role("button", name="Take").last.click()
    wait_for_decision(moderator)
    moderator.keyboard.press("a")
    moderator.get_by_role("button", name="Decide").click()
    expect(heading).to_have_text("Your clip is ready.")


def test_a_sentence_becomes_a_clip_that_a_stranger_can_verify(
    visit, studio: Studio, tmp_path: Path
):
    page = visit("creator")
    studio.pause()
    submit(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("The film is being rendered.")
    expect(page.locator("[data-live=picture]")).to_be_visible()
    expect(page.locator("[data-live=text]")).to_have_text("Step 2 of 4")
    expect(page.locator("[aria-current=step]")).to_contain_text("Rendering")
    studio.resume()
    approve_if_held(page, visit)

    page.get_by_role("link", name="Open your clip").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(PROMPT)
    expect(page.get_by_text("not publicly trusted", exact=False).first).to_be_visible()
    address = page.locator("#public-url").inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download signed MP4").click()
    clip = tmp_path / download.value.suggested_filename
    download.value.save_as(clip)

    stranger = visit()
    stranger.goto(address)
    expect(stranger.get_by_role("heading", level=1)).to_contain_text("made here, with AI")
    stranger.get_by_role("link", name="Verify your copy").click()
    stranger.get_by_label("Drop a video here").set_input_files(clip)
    stranger.wait_for_url("**/verify/reports/**")
    expect(stranger.get_by_role("heading", level=1)).to_contain_text("From this studio")
    expect(stranger.locator(".answers .word")).to_have_text(["In part", "Yes", "Yes"])
    stranger.get_by_role("link", name="See the original in our record").click()
    assert stranger.url == address


def test_a_clip_can_be_cancelled_while_it_renders(visit, studio: Studio):
    page = visit("creator")
    studio.pause()
    submit(page)
    expect(page.locator("[data-live=text]")).to_have_text("Step 2 of 4")
    page.get_by_role("button", name="Cancel this clip").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You cancelled this clip.")
    studio.resume()


def test_the_check_answers_while_one_writes(visit):
    page = visit("creator")
    page.get_by_label("What should we see?").type("a red balloon over the hills")
    expect(page.locator("#check")).to_contain_text("The studio can make this")


def test_a_wrong_seed_is_told_beside_its_field(visit):
    page = visit("creator")
    page.get_by_label("What should we see?").fill(PROMPT)
    page.get_by_label("Seed").fill("seven")
    page.get_by_role("button", name="Make the clip").click()
    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page.get_by_label("Seed")).to_have_attribute("aria-invalid", "true")


def test_dropping_what_is_no_video_gets_an_answer(visit, tmp_path: Path):
    page = visit()
    page.goto("/verify/")
    fake = tmp_path / "holiday.mp4"
    fake.write_text("not a film at all")
    page.get_by_label("Drop a video here").set_input_files(fake)
    page.wait_for_url("**/verify/reports/**")
    expect(page.get_by_role("heading", level=1)).to_have_text("Not a readable video")


def test_a_file_chosen_before_the_script_arrived_is_sent(visit, tmp_path: Path):
    page = visit()
    held: list[Route] = []
    page.route("**/js/verify*.js", lambda route: held.append(route))
    with page.expect_request("**/js/verify*.js"):
        page.goto("/verify/", wait_until="commit")
    fake = tmp_path / "holiday.mp4"
    fake.write_text("not a film at all")
    page.get_by_label("Drop a video here").set_input_files(fake)
    held[0].continue_()
    page.wait_for_url("**/verify/reports/**")


def test_an_empty_file_is_refused_on_the_page(visit, tmp_path: Path):
    page = visit()
    page.goto("/verify/")
    empty = tmp_path / "empty.mp4"
    empty.touch()
    page.get_by_label("Drop a video here").set_input_files(empty)
    expect(page.locator("[data-problem]")).to_contain_text("verification.empty-file")


def test_verifying_needs_no_scripts(visit, tmp_path: Path):
    page = visit(scripts=False)
    page.goto("/verify/")
    fake = tmp_path / "holiday.mp4"
    fake.write_text("not a film at all")
    page.get_by_label("Drop a video here").set_input_files(fake)
    page.get_by_role("button", name="Examine this video").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Not a readable video")


def test_the_moderators_keys(visit, studio: Studio):
    page = visit("moderator")
    page.goto(studio.seeds["case"])
    take = page.get_by_role("button", name="Take this case")
    if take.count():  # else it came to this moderator after an earlier decision
        take.click()
    wait_for_decision(page)
    page.keyboard.press("r")
    expect(page.get_by_label("Reject")).to_be_checked()
    expect(page.get_by_label("Reason")).to_have_value("")
    page.get_by_role("heading", level=1).click()
    page.keyboard.down("b")
    expect(page.locator("body")).to_have_class("unblur")
    page.keyboard.up("b")
    expect(page.locator("body")).not_to_have_class("unblur")
    page.get_by_role("button", name="Give the case back").click()


def test_the_theme_is_remembered(visit):
    page = visit()
    page.goto("/")
    page.get_by_role("button", name="Switch between light and dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize("path", ["/", "/verify/", "/accounts/login/"])
def test_nobody_can_send_more_than_a_page_can_use(studio: Studio, path: str):
    address = urlsplit(studio.url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=10)
    connection.putrequest("POST", path)
    connection.putheader("Content-Length", str(10**12))
    connection.endheaders()
    response = connection.getresponse()
    assert response.status == 413
    assert b"studio.too-large" in response.read()
    connection.close()
