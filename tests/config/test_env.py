"""The environment is read with types, and says what is wrong with it."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env, keys


def test_a_value_can_be_a_file(monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("hidden\n")
    monkeypatch.setenv("THING_FILE", str(tmp_path / "secret"))
    assert env.text("THING") == "hidden"


def test_a_file_that_is_not_there_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("THING_FILE", str(tmp_path / "nothing"))
    with pytest.raises(ImproperlyConfigured, match="THING_FILE"):
        env.text("THING")


@pytest.mark.parametrize(("value", "expected"), [("1", True), ("off", False), ("", True)])
def test_flags(monkeypatch, value, expected):
    monkeypatch.setenv("THING", value)
    assert env.flag("THING", default=True) is expected


@pytest.mark.parametrize("value", ["many", "-1", "inf", "nan"])
def test_numbers_out_of_range_are_said(monkeypatch, value):
    monkeypatch.setenv("THING", value)
    with pytest.raises(ImproperlyConfigured, match="THING"):
        env.number("THING", 1)


def test_without_an_address_the_database_is_sqlite():
    assert env.database("", Path("db.sqlite3"))["ENGINE"].endswith("sqlite3")


def test_an_address_of_postgresql_is_taken_apart():
    found = env.database("postgresql://me:p%40ss@db.example:5433/kinemark", Path("unused"))
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example", "5433", "kinemark")
    assert (found["USER"], found["PASSWORD"]) == ("me", "p@ss")


def test_another_database_is_refused():
    with pytest.raises(ImproperlyConfigured):
        env.database("mysql://db.example/kinemark", Path("unused"))


def test_a_key_is_made_once_for_its_owner_only(tmp_path):
    path = tmp_path / "keys" / "thing"
    assert keys.load_or_create(path, lambda: b"first") == b"first"
    assert keys.load_or_create(path, lambda: b"second") == b"first"
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["thing"]
