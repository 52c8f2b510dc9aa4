"""The report: three answers, a verdict, what it does not mean; readable until it expires."""

from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils.timezone import now

from provenance import ContentFacts, Credentials, VerdictState, VideoFacts
from provenance.wording import WORDS
from tests.web.conftest import make_report
from verification import services
from verification.models import Report
from verification.report_page import TONES, report_page
from verification.shown import Shown

pytestmark = pytest.mark.django_db


def at(name: str, report: Report) -> str:
    return reverse(f"verification:{name}", args=[report.pk])


def recovered_from(store: str) -> dict[str, object]:
    recovered = Credentials(manifest_id="urn:c2pa:x").as_dict() | {"store": store}
    return {"record": {"mark_id": 1, "taken_down": False, "recovered": recovered}}


def expired() -> Report:
    report = make_report()
    report.expires_at = now() - timedelta(seconds=1)
    report.save()
    return report


def test_every_verdict_has_a_tone():
    assert set(TONES) == {state.value for state in VerdictState}


def test_only_what_is_confirmed_looks_confirmed():
    good = {state for state, tone in TONES.items() if tone == "yes"}
    assert good == {"OURS_INTACT", "TRUSTED_OTHER", "RECOVERED"}


@pytest.mark.parametrize("state", list(VerdictState))
def test_every_verdict_has_a_page(client, state):
    report = make_report()
    words = WORDS[state.value]
    report.verdict |= {"state": state, "headline": words.headline, "sentence": words.sentence,
                       "not_meaning": words.not_meaning, "next_step": words.next_step}  # fmt: skip
    report.save()
    page = unescape(client.get(at("report", report)).content.decode())
    for part in (words.headline, words.sentence, words.not_meaning, words.next_step):
        assert part in page


def test_three_answers_each_with_a_word(client):
    report = make_report()
    answers = report_page(Shown(report, None)).answers
    assert [answer.what for answer in answers] == ["Signature", "Invisible mark", "Our record"]
    page = unescape(client.get(at("report", report)).content.decode())
    for answer in answers:
        assert answer.tag.word in page
        assert answer.sentence in page


def test_what_was_not_checked_is_said(client):
    page = client.get(at("report", make_report())).content.decode()
    assert "What we did not check" in page
    assert "Whether what the video shows is true." in page


def test_what_a_file_claims_is_shown_as_text(client):
    hostile = Credentials(manifest_id="urn:c2pa:x", issuer="<img src=x onerror=alert(1)>")
    page = client.get(at("report", make_report(credentials=hostile))).content.decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_the_timeline_says_where_the_video_differs(client):
    video = VideoFacts(64, 64, 24.0, 48, 2.0, "h264", capped=False, damaged=False)
    content = ContentFacts(state="altered", score=0.9, coverage=1.0, segments=((0.5, 1.0),))
    report = make_report(video=video, content=content)
    pieces = [
        (piece.kind, piece.left, piece.width) for piece in report_page(Shown(report, None)).timeline
    ]
    assert pieces == [("same", 0, 25), ("altered", 25, 25), ("same", 50, 50)]
    page = client.get(at("report", report)).content.decode()
    assert "0.5–1.0 s: different from the published clip" in page


def test_the_same_as_json(client):
    report = make_report()
    told = client.get(at("report-json", report)).json()
    report.refresh_from_db()
    assert told["format"] == "kinemark-report/1"
    assert told["state"] == report.verdict["state"]
    assert set(told["answers"]) == {"signature", "watermark", "record"}
    assert told["examination"]["sha256"] == report.sha256
    assert told["not_checked"]


def test_an_expired_report_is_gone(client):
    report = expired()
    assert client.get(at("report", report)).status_code == 404
    assert client.get(at("report-json", report)).status_code == 404


def test_expired_reports_are_deleted_for_good(settings):
    expired()
    kept = make_report()
    services.sweep()
    assert list(Report.objects.all()) == [kept]


def test_delete_now(client):
    report = make_report()
    response = client.post(at("delete", report), follow=True)
    assert b"Nothing of it remains" in response.content
    assert not Report.objects.exists()
    assert client.get(at("report", report)).status_code == 404


def test_reports_stay_out_of_caches_and_search_engines(client):
    response = client.get(at("report", make_report()))
    assert "no-store" in response["Cache-Control"]
    assert b'content="noindex"' in response.content


def test_a_recovered_development_certificate_never_looks_confirmed():
    report = make_report()
    report.verdict |= {"state": "RECOVERED"}
    report.examination |= recovered_from("development")
    assert report_page(Shown(report, None)).tag.tone == "partly"


def test_a_recovered_production_certificate_is_confirmed():
    report = make_report()
    report.verdict |= {"state": "RECOVERED"}
    report.examination |= recovered_from("production")
    assert report_page(Shown(report, None)).tag.tone == "yes"


def test_the_timeline_shows_what_is_left_out_at_the_speed_of_the_copy():
    video = VideoFacts(64, 64, 24.0, 48, 2.0, "h264", capped=False, damaged=False)
    content = ContentFacts(
        state="matches", score=0.9, speed=2.0, clip_seconds=8.0, missing=((0.0, 2.0), (6.0, 8.0))
    )
    page = report_page(Shown(make_report(video=video, content=content), None))
    pieces = [(piece.kind, piece.left, piece.width) for piece in page.timeline]
    assert pieces == [("missing", 0, 25), ("same", 25, 50), ("missing", 75, 25)]
