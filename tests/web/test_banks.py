"""The pages of the hash lists."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.banks.test_lists import CSV, HASH, picture, png

HOME = "/review/banks/"
LIST = ["known", "known.csv"]


@pytest.fixture
def desk(client_of, admin, settings, tmp_path):
    (tmp_path / "lists").mkdir()
    settings.SAFETY_BANKS = str(tmp_path / "lists")
    return client_of(admin)


@pytest.fixture
def known(desk):
    return send(desk, CSV)


def send(desk, content: bytes, name: str = "known.csv"):
    document = SimpleUploadedFile(name, content)
    return desk.post(reverse("banks:import"), {"file": document}, follow=True)


def test_a_list_is_imported_shown_searched_and_exported(desk, known):
    assert "1 to block, 1 to allow" in known.content.decode()
    assert HASH[:16] in known.content.decode()
    found = desk.get(reverse("banks:list", args=LIST), {"q": "bad"})
    assert len(found.context["page"]) == 1
    exported = desk.get(reverse("banks:export", args=[*LIST, "csv"]))
    assert HASH in exported.content.decode()
    assert b"'=cmd()" in exported.content
    assert desk.get(reverse("banks:export", args=[*LIST, "xml"])).status_code == 404


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"x", "known.csv", "safety.invalid-exchange"),
        (b"", "known.json", "safety.invalid-exchange"),
        (CSV, "known.exe", "banks.name"),
    ],
)
def test_what_is_no_list_is_told_with_its_code(desk, content, name, code):
    response = send(desk, content, name)
    assert response.status_code == 422
    assert code in response.content.decode()


def test_a_picture_becomes_a_reference(desk):
    sent = {
        "picture-picture": SimpleUploadedFile("fox.png", png(picture(1))),
        "picture-purpose": "work",
        "picture-label": "The Fox",
        "picture-source": "Fox Ltd",
        "picture-name": "studio",
    }
    text = desk.post(reverse("banks:picture"), sent, follow=True).content.decode()
    assert "The Fox" in text
    assert "Fox Ltd" in text
    missing = desk.post(reverse("banks:picture"), {})
    assert missing.status_code == 422
    assert "banks.picture-required" in missing.content.decode()


def test_entries_and_lists_go(desk, known):
    desk.post(reverse("banks:remove", args=LIST), {"indicator": HASH})
    text = desk.get(reverse("banks:list", args=LIST)).content.decode()
    assert "0 to block, 1 to allow" in text
    delete = reverse("banks:delete", args=LIST)
    desk.post(delete)
    assert desk.get(reverse("banks:list", args=LIST)).status_code == 200
    desk.post(delete, {"sure": "on"})
    assert "No lists yet" in desk.get(HOME).content.decode()


def test_a_studio_without_a_folder_is_told_what_to_do(desk, settings):
    settings.SAFETY_BANKS = ""
    assert "KINEMARK_SAFETY_BANKS" in desk.get(HOME).content.decode()


def test_a_broken_list_says_that_it_holds_everything(desk, settings):
    (settings.KINEMARK_HOME / "lists" / "odd.json").write_text("{")
    assert "cannot be read" in desk.get(HOME).content.decode()
    assert "cannot be read" in desk.get(HOME + "known/odd.json/").content.decode()
