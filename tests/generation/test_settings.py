"""The table of settings, and an operator's changes to it."""

import json

import pytest

from generation import ModelUnavailable, Tier
from generation.settings import OVERRIDES, SETTINGS, settings_for


def changed(folder, changes):
    (folder / OVERRIDES).write_text(changes if isinstance(changes, str) else json.dumps(changes))
    return settings_for("wan-2.1", folder)


def test_without_changes_the_table_holds(tmp_path):
    assert settings_for("ltx", tmp_path / "none") == SETTINGS["ltx"]


def test_drafts_take_fewer_steps():
    assert all(row.draft.steps < row.final.steps for row in SETTINGS.values())
    row = SETTINGS["mochi"]
    assert (row.sampling(Tier.DRAFT), row.sampling(Tier.FINAL)) == (row.draft, row.final)


def test_an_operator_changes_some_fields(tmp_path):
    row = changed(
        tmp_path, {"offload": "model", "shift": 5, "draft": {"steps": 4, "lora": "f.safetensors"}}
    )
    assert (row.offload, row.shift, row.draft.steps, row.draft.guidance) == ("model", 5, 4, 5.0)
    assert row.final == SETTINGS["wan-2.1"].final
    assert row.loras() == {"f.safetensors"}


def test_a_field_can_be_emptied(tmp_path):
    assert changed(tmp_path, {"shift": None}).shift is None


@pytest.mark.parametrize(
    "changes",
    [
        "{",
        "[]",
        '"fast"',
        {"speed": 2},
        {"final": 4},
        {"final": {"speed": 4}},
        {"final": {"steps": 1}},
        {"final": {"steps": 4.5}},
        {"final": {"steps": True}},
        {"final": {"steps": None}},
        {"tiling": 1},
        {"offload": "disk"},
        {"dtype": "int4"},
        {"cache": "magic"},
        {"compile": True},
        {"shift": "large"},
    ],
)
def test_changes_that_mean_nothing_are_refused(tmp_path, changes):
    with pytest.raises(ModelUnavailable) as caught:
        changed(tmp_path, changes)
    assert caught.value.code == "generation.settings-invalid"
    assert OVERRIDES in caught.value.message
