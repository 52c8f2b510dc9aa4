"""axe-core finds nothing, on every main screen, in both themes, wide and narrow."""

from pathlib import Path

import pytest

AXE = (Path(__file__).parent / "vendor" / "axe" / "axe.min.js").read_text()
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}

# name, who looks, address (or the seed that has it)
SCREENS = [
    ("landing", "", "/"),
    ("sign in", "", "/accounts/login/"),
    ("reset password", "", "/accounts/password/reset/"),
    ("nothing here", "", "/nowhere"),
    ("studio", "creator", "/studio/"),
    ("rendering job", "creator", "rendering"),
    ("held job", "creator", "held"),
    ("refused job", "creator", "refused"),
    ("failed job", "creator", "failed"),
    ("clip", "creator", "clip"),
    ("another take", "creator", "take"),
    ("variations", "creator", "variations"),
    ("what cannot be built on", "creator", "not to be taken"),
    ("side by side", "creator", "compare"),
    ("case with a picture", "moderator", "picture"),
    ("clip with its quality", "creator", "quality"),
    ("storyboards", "creator", "/storyboards/"),
    ("storyboard", "creator", "storyboard"),
    ("rendering storyboard", "creator", "rendering_storyboard"),
    ("clip of a storyboard", "creator", "storyboard_clip"),
    ("batches", "creator", "/batches/"),
    ("preview of a batch", "creator", "batch_preview"),
    ("batch", "creator", "batch"),
    ("change password", "creator", "/accounts/password/change/"),
    ("API keys", "admin", "/accounts/keys/"),
    ("second factor", "admin", "/accounts/second-factor/"),
    ("proof of identity", "admin", "/accounts/second-factor/totp/activate/"),
    ("registry for programs", "", "/c2pa/"),
    ("clip that was taken down", "", "taken down"),
    ("queue", "moderator", "/review/"),
    ("case", "moderator", "case"),
    ("case to decide", "admin", "claimed"),
    ("published clips", "moderator", "/review/clips/"),
    ("clip to take down", "moderator", "clip to take down"),
    ("clip that is down", "moderator", "clip that is down"),
    ("job of a clip that is down", "creator", "job of a clip that is down"),
    ("consents", "moderator", "/review/consents/"),
    ("new consent", "moderator", "/review/consents/new"),
    ("consent", "moderator", "consent"),
    ("protected people", "admin", "/review/consents/protected/"),
    ("policies", "admin", "/review/policies/"),
    ("policy", "admin", "policy"),
    ("hash lists", "admin", "/review/banks/"),
    ("hash list", "admin", "/review/banks/known/known.csv/"),
    ("verify", "", "/verify/"),
    ("report", "", "report"),
    ("report of an altered copy", "", "altered"),
    ("shared report", "", "shared"),
    ("objection", "moderator", "objection"),
    ("public clip", "", "public"),
]
LOOKS = [("light", 1280), ("light", 390), ("dark", 1280), ("dark", 390)]

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(("name", "who", "where"), SCREENS, ids=[row[0] for row in SCREENS])
def test_no_violation_and_nothing_overflows(visit, studio, name, who, where):
    page = visit(who)
    page.goto(studio.seeds.get(where, where))
    page.evaluate("document.fonts.ready")
    page.evaluate(AXE)
    for theme, width in LOOKS:
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": 900})
        found = page.evaluate("rules => axe.run(document, rules)", RULES)["violations"]
        told = [
            f"{violation['id']}: {node['target']} {node['failureSummary']}"
            for violation in found
            for node in violation["nodes"]
        ]
        assert told == [], f"{name}, {theme}, {width} px"
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} is {wide} px wide at {width} px"
