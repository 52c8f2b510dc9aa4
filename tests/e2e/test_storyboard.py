"""A storyboard with the keyboard alone, in a real browser."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.e2e


def prompts(page) -> list[str]:
    return [box.input_value() for box in page.get_by_label("What happens").all()]


def test_shots_are_written_added_and_moved_by_keyboard(visit):
    page = visit("creator")
    page.goto("/storyboards/")
    page.get_by_role("button", name="Begin a storyboard").click()
    first, second = page.get_by_label("What happens").all()
    first.fill("a red balloon over the hills")
    second.fill("the red balloon over the sea")
    page.get_by_role("button", name="Add a shot").press("Enter")
    third = page.get_by_label("What happens").nth(2)
    expect(third).to_be_focused()
    third.fill("the red balloon at night")
    third.press("Alt+ArrowUp")
    expect(page.get_by_label("What happens").nth(1)).to_have_value("the red balloon at night")
    expect(page.get_by_label("What happens").nth(1)).to_be_focused()
    expect(page.get_by_role("status").first).to_have_text("This is now shot 2 of 3.")
    page.get_by_role("button", name="Move shot 1 later").press("Enter")
    expect(page.get_by_label("What happens").nth(0)).to_have_value("the red balloon at night")
    expect(page.get_by_role("button", name="Move shot 2 later")).to_be_focused()
    page.reload()
    assert prompts(page) == [
        "the red balloon at night",
        "a red balloon over the hills",
        "the red balloon over the sea",
    ]


def test_what_is_wrong_is_said_and_led_to(visit):
    page = visit("creator")
    page.goto("/storyboards/")
    page.get_by_role("button", name="Begin a storyboard").click()
    page.get_by_label("What happens").nth(0).fill("a red balloon over the hills")
    page.get_by_role("button", name="Render the storyboard").click()
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("generation.prompt-empty")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Shot 2").click()
    expect(page.get_by_label("What happens").nth(1)).to_be_focused()


def test_without_scripts_every_button_works(visit):
    page = visit("creator", scripts=False)
    page.goto("/storyboards/")
    page.get_by_role("button", name="Begin a storyboard").click()
    page.get_by_label("What happens").nth(1).fill("the red balloon over the sea")
    page.get_by_role("button", name="Move shot 2 earlier").click()
    assert prompts(page)[0] == "the red balloon over the sea"
