"""A video goes in, a verdict comes out, and the video is gone."""

import os

import pytest
from django.test import Client
from django.urls import reverse

from tests.verification.conftest import VERIFY, reencoded, upload
from verification import limits
from verification.models import Report

pytestmark = pytest.mark.django_db


def left_behind(settings) -> list[str]:
    return [file.name for file in settings.UPLOADS_DIR.iterdir() if file.suffix != ".lock"]


def verdict_on(content: bytes, name: str = "video.mp4") -> str:
    response = upload(content, name)
    report = Report.objects.get()
    assert response.status_code == 302
    assert response["Location"] == reverse("verification:report", args=[report.pk])
    return report.verdict["state"]


def test_the_clip_as_downloaded(published):
    assert verdict_on(published.read_bytes()) == "OURS_DEV"


def test_the_clip_encoded_anew_and_stripped(published):
    assert verdict_on(reencoded(published).read_bytes()) == "RECOVERED"
    page = Client().get(Report.objects.get().get_absolute_url()).content.decode()
    assert "development certificate" in page
    assert "Verdict: with a reservation" in page


def test_a_changed_byte(published):
    content = bytearray(published.read_bytes())
    content[content.index(b"mdat") + 2000] ^= 1
    assert verdict_on(bytes(content)) == "TAMPERED"


def test_a_video_that_is_not_ours(alien, published):
    assert verdict_on(alien.read_bytes()) == "NOT_OURS"


@pytest.mark.parametrize(
    "content",
    [b"just text", b"\x00" * 4000, b"%PDF-1.7\n", b"<html><script>alert(1)</script>"],
    ids=["text", "zeros", "pdf", "html"],
)
def test_what_is_no_video_whatever_its_name_says(content):
    assert verdict_on(content, "holiday.mp4") == "UNREADABLE"


@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
def test_a_truncated_clip_is_never_called_whole(published, share):
    content = published.read_bytes()
    state = verdict_on(content[: int(len(content) * share)])
    assert state not in {"OURS_DEV", "OURS_INTACT", "RECOVERED"}


def test_nothing_of_the_upload_remains(published, settings):
    content = published.read_bytes()
    upload(content, "my-secret-holiday.mp4")
    assert left_behind(settings) == []
    stored = str(Report.objects.values().get())
    assert "my-secret-holiday" not in stored
    assert not any(
        file.read_bytes() == content
        for file in settings.KINEMARK_HOME.rglob("*")
        if file.is_file() and file.parent != settings.PUBLIC_DIR
    )


def test_nothing_remains_when_the_examination_fails(alien, settings):
    (settings.KEYS_DIR / "mark-keys.json").unlink()
    response = upload(alien.read_bytes())
    assert response.status_code == 503
    assert b"jobs.mark-key-gone" in response.content
    assert left_behind(settings) == []


def test_an_upload_that_a_killed_process_left_is_swept(alien, settings):
    old = settings.UPLOADS_DIR / "abc.upload.mp4"
    fresh = settings.UPLOADS_DIR / "def.upload.mp4"
    for file in (old, fresh):
        file.write_bytes(b"x")
    os.utime(old, (0, 0))
    upload(alien.read_bytes())
    assert left_behind(settings) == [fresh.name]


BAD = [
    ({}, 400, "verification.no-file"),
    ({"video": "a word"}, 400, "verification.no-file"),
]


@pytest.mark.parametrize(("data", "status", "code"), BAD)
def test_no_file(data, status, code):
    response = Client().post(VERIFY, data)
    assert response.status_code == status
    assert code in response.content.decode()


def test_an_empty_file(settings):
    response = upload(b"")
    assert response.status_code == 400
    assert b"verification.empty-file" in response.content
    assert left_behind(settings) == []


def test_a_file_that_is_too_large(settings):
    settings.VERIFY_MAX_BYTES = 1_000
    response = upload(b"x" * 1_001)
    assert response.status_code == 413
    assert b"verification.too-large" in response.content
    assert left_behind(settings) == []


def test_when_every_place_is_taken(alien, settings):
    settings.VERIFY_AT_ONCE = 2
    with limits.slot(), limits.slot():
        response = upload(alien.read_bytes())
    assert response.status_code == 503
    assert response["Retry-After"]
    assert b"verification.busy" in response.content
    assert left_behind(settings) == []
    assert upload(alien.read_bytes()).status_code == 302


def test_programs_get_json(alien):
    response = upload(alien.read_bytes(), json=True)
    assert response.status_code == 201
    report = Report.objects.get()
    assert response.json() == {"report": f"http://testserver{report.get_absolute_url()}"}
    assert upload(b"", json=True).json()["code"] == "verification.empty-file"


def test_the_form_needs_no_account_and_no_script():
    page = Client().get(VERIFY).content.decode()
    assert '<form method="post" enctype="multipart/form-data"' in page
    assert 'type="file"' in page
