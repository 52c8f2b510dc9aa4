"""“This answer is wrong”: a person looks at it; the video only with consent, and not for long."""

import os
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import now

from tests.verification.conftest import upload
from tests.web.conftest import make_report
from verification import objections, services
from verification.models import Bucket, Objection, Report

pytestmark = pytest.mark.django_db
WRONG = reverse("verification:wrong")


@pytest.fixture
def examined(alien) -> tuple[Report, bytes]:
    """A report through the web, and the file that it is about."""
    content = alien.read_bytes()
    upload(content)
    return Report.objects.get(), content


def send(client, report: Report, content: bytes | None = None, **fields: str):
    data: dict[str, object] = {"report": str(report.pk), "claim": "missed", **fields}
    if content is not None:
        data["video"] = SimpleUploadedFile("private-name.mp4", content, "video/mp4")
    return client.post(WRONG, data)


def kept(settings) -> list[str]:
    return sorted(f.name for f in (settings.PRIVATE_DIR / "objections").rglob("*") if f.is_file())


def test_it_reaches_the_moderators_with_the_report(client, moderator):
    report = make_report()
    answer = send(client, report, note="I made this clip there on Monday.")
    assert answer.status_code == 302
    objection = Objection.objects.get()
    assert objection.account["content"]["sha256"] == report.sha256
    client.force_login(moderator)
    queue = client.get(reverse("moderation:queue")).content.decode()
    assert reverse("objections:objection", args=[objection.pk]) in queue
    page = client.get(reverse("objections:objection", args=[objection.pk])).content.decode()
    assert "I made this clip there on Monday." in page
    assert report.verdict["headline"] in page


def test_what_people_write_is_sealed_and_shown_as_text(client, moderator):
    send(client, make_report(), note="<script>alert(1)</script>")
    objection = Objection.objects.get()
    assert b"alert" not in bytes(objection.note_sealed)
    client.force_login(moderator)
    page = client.get(reverse("objections:objection", args=[objection.pk])).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_without_a_video_none_is_kept(client, settings):
    send(client, make_report())
    assert kept(settings) == []


def test_a_video_without_consent_is_not_kept(client, examined, settings):
    answer = send(client, *examined)
    assert answer.status_code == 400
    assert b"verification.consent-missing" in answer.content
    assert not Objection.objects.exists()
    assert kept(settings) == []
    assert not [f for f in settings.UPLOADS_DIR.iterdir() if f.suffix != ".lock"]


def test_a_video_with_consent_is_kept_privately(client, examined, settings, moderator):
    send(client, *examined, consent="yes")
    objection = Objection.objects.get()
    assert objection.video_until <= now() + timedelta(days=settings.OBJECTION_VIDEO_DAYS)
    assert "video" in kept(settings)
    assert "private-name" not in str(kept(settings)) + str(Objection.objects.values().get())
    file = settings.PRIVATE_DIR / "objections" / str(objection.pk) / "video"
    assert file.stat().st_mode & 0o077 == 0
    client.force_login(moderator)
    still = reverse("objections:still", args=[objection.pk, 0])
    page = client.get(reverse("objections:objection", args=[objection.pk])).content.decode()
    assert f'class="frames"><li><figure><img src="{still}"' in page  # .frames is blurred
    answer = client.get(still)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_what_was_written_is_not_lost_when_something_is_wrong(client, examined):
    answer = send(client, *examined, note="Filmed on 3 May.", claim="changes")
    page = answer.content.decode()
    assert "Filmed on 3 May.</textarea>" in page
    assert 'value="changes" required checked' in page
    assert "verification.consent-missing" in page


def test_another_file_is_refused(client, examined, settings):
    report, content = examined
    answer = send(client, report, content + b"x", consent="yes")
    assert answer.status_code == 400
    assert b"verification.other-file" in answer.content
    assert kept(settings) == []


def test_the_video_goes_when_its_time_is_over(client, examined, settings):
    send(client, *examined, consent="yes")
    Objection.objects.update(video_until=now() - timedelta(seconds=1))
    for folder in (settings.PRIVATE_DIR / "objections").iterdir():
        _age(folder)
    services.sweep()
    assert kept(settings) == []
    assert Objection.objects.get().video_until is None


def test_the_video_goes_when_a_moderator_is_done(client, examined, settings, moderator):
    send(client, *examined, consent="yes")
    client.force_login(moderator)
    objection = Objection.objects.get()
    address = reverse("objections:close", args=[objection.pk])
    client.post(address, {"outcome": ""})
    assert Objection.objects.get().closed_at is None
    client.post(address, {"outcome": "The mark was cropped away."})
    assert kept(settings) == []
    assert Objection.objects.get().outcome == "The mark was cropped away."
    assert not objections.open_objections().exists()


def test_it_is_deleted_after_its_time():
    objections.object_to(make_report(), "other", "")
    Objection.objects.update(expires_at=now() - timedelta(seconds=1))
    services.sweep()
    assert not Objection.objects.exists()


def test_it_outlives_the_report_that_it_is_about(client):
    report = make_report()
    send(client, report)
    services.delete_report(report.pk)
    assert Objection.objects.get().account["state"] == report.verdict["state"]


@pytest.mark.parametrize("claim", ["", "nonsense"])
def test_it_must_say_what_is_wrong(client, claim):
    answer = send(client, make_report(), claim=claim)
    assert answer.status_code == 400
    assert b"verification.claim-missing" in answer.content


@pytest.mark.parametrize("report", ["", "x", "00000000-0000-4000-8000-000000000000"])
def test_a_report_that_is_not_there(client, report):
    assert client.post(WRONG, {"report": report, "claim": "other"}).status_code == 404


def test_it_costs_a_token_like_a_verification(client, settings):
    settings.VERIFY_PER_HOUR = 1
    report = make_report()
    assert send(client, report).status_code == 302
    assert send(client, report).status_code == 429
    assert Bucket.objects.count() == 1


def test_a_full_queue_takes_nothing_more(client, monkeypatch):
    monkeypatch.setattr(objections, "MOST_OPEN", 1)
    report = make_report()
    send(client, report)
    answer = send(client, report)
    assert b"verification.objections-full" in answer.content


def _age(folder) -> None:
    os.utime(folder, (0, 0))
