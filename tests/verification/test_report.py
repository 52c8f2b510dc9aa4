"""The report: three answers, a verdict, what it does not mean; readable until it expires."""

from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils.timezone import now

from provenance import Credentials, Examination, VerdictState, decide
from provenance.wording import WORDS
from tests.web.conftest import make_report
from verification import services
from verification.models import Report
from verification.report_page import TONES, report_page

pytestmark = pytest.mark.django_db


def at(name: str, report: Report) -> str:
    return reverse(f"verification:{name}", args=[report.pk])


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
    answers = report_page(report).answers
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
    empty = Examination("ab" * 32, 5, "2026-11-22T12:00:00+00:00", "Kinemark test")
    hostile = Credentials(manifest_id="urn:c2pa:x", issuer="<img src=x onerror=alert(1)>")
    examination = replace(empty, credentials_seen=True, credentials=hostile)
    report = make_report(examination=examination.as_dict(), verdict=decide(examination).as_dict())
    page = client.get(at("report", report)).content.decode()
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


def test_the_same_as_json(client):
    report = make_report()
    told = client.get(at("report-json", report)).json()
    report.refresh_from_db()
    assert told["verdict"] == report.verdict
    assert told["examination"]["sha256"] == report.sha256
    assert "does not prove" in told["note"]


def test_an_expired_report_is_gone(client):
    report = make_report(expires_at=now() - timedelta(seconds=1))
    assert client.get(at("report", report)).status_code == 404
    assert client.get(at("report-json", report)).status_code == 404


def test_expired_reports_are_deleted_for_good(settings):
    make_report(expires_at=now() - timedelta(seconds=1))
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
