"""Working on a clip, through the browser: with the model that ships, and with an abler one."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.e2e
LONG = 300_000
"""Milliseconds that a rendering may take on a busy machine."""


def rendered(page: Page, visit: Callable[..., Page]) -> None:
    """Waits for the clip; should its frames be held, a moderator lets them pass."""
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(re.compile("ready|moderator"), timeout=LONG)
    if "moderator" in heading.inner_text():
        moderator = visit("moderator")
        moderator.goto("/review/")
        moderator.get_by_role("button", name="Take the oldest").click()
        moderator.get_by_label("Approve").check(force=True)
        moderator.get_by_role("button", name="Decide").click()
        expect(heading).to_have_text("Your clip is ready.", timeout=LONG)
    page.get_by_role("link", name="Open your clip").click()
    page.wait_for_url("**/studio/clips/**")


def test_one_slot_is_changed_and_the_takes_are_compared(visit_drawing):
    page = visit_drawing("creator")
    page.get_by_label("What should we see?").fill("a red balloon rising over the hills at dawn")
    expect(page.get_by_label("Mood")).to_have_value("at dawn", timeout=LONG)
    page.get_by_label("Seconds").fill("1")
    page.get_by_label("Draft").check()
    page.get_by_role("button", name="Make the clip").click()
    rendered(page, visit_drawing)
    seed = page.locator("dt:has-text('Seed') + dd").inner_text()

    page.get_by_role("link", name="Another take").click()
    expect(page.get_by_label("Mood")).to_have_value("at dawn", timeout=LONG)
    page.get_by_label("Mood").fill("at night")
    expect(page.get_by_label("What should we see?")).to_have_value(
        "a red balloon rising over the hills, at night"
    )
    expect(page.get_by_label("Seed")).to_have_value(seed)
    page.get_by_role("button", name="Render again").click()
    rendered(page, visit_drawing)
    expect(page.locator(".tree .now")).to_have_text(["at night"])

    page.get_by_role("link", name="Side by side").click()
    expect(page.locator(".pane video")).to_have_count(2)
    page.locator(".pane video").first.evaluate(
        "video => video.readyState > 1 ||"
        " new Promise(shown => video.addEventListener('loadeddata', () => shown()))"
    )
    page.keyboard.press(".")
    page.keyboard.press(".")
    expect(page.locator("[data-at]")).to_have_text("0.08 s")
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.keyboard.press("0")
    expect(page.locator("[data-at]")).to_have_text("0.00 s")


def test_a_picture_is_chosen_shown_and_erased(visit, tmp_path: Path):
    page = visit("creator")
    file = tmp_path / "holiday.jpg"
    Image.linear_gradient("L").convert("RGB").save(file)
    page.get_by_label("Picture to begin with").set_input_files(file)
    expect(page.get_by_alt_text("The picture that the clip begins with")).to_be_visible()
    page.get_by_role("button", name="Erase it").click()
    expect(page.get_by_label("Picture to begin with")).to_be_visible()


def test_a_picture_that_is_none_is_told_at_once(visit, tmp_path: Path):
    page = visit("creator")
    file = tmp_path / "holiday.jpg"
    file.write_text("no picture")
    page.get_by_label("What should we see?").fill("a kite over a beach")
    page.get_by_label("Picture to begin with").set_input_files(file)
    expect(page.locator("#picture")).to_contain_text("provenance.picture-unreadable")
    expect(page.get_by_label("What should we see?")).to_have_value("a kite over a beach")
