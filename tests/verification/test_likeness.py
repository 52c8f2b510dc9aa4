"""A clip whose mark is gone, in front of everybody: it is told as a lead, and never as ours."""

import json
from html import unescape

import pytest
from django.urls import reverse
from django.utils.timezone import now

from provenance import check_report
from provenance.credentials import TrustStores
from studio.models import Clip
from tests.verification.conftest import reencoded, upload, without_mark
from verification.models import Report

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(published) -> Report:
    """Of a copy that looks like the published clip and carries no mark."""
    copy = without_mark(Clip.objects.get(), published)
    assert upload(copy.read_bytes()).status_code == 302
    return Report.objects.get()


def test_the_page_leads_to_the_original(client, report):
    assert report.verdict["state"] == "FINGERPRINT_ONLY"
    page = unescape(client.get(report.get_absolute_url()).content.decode())
    assert "Looks like a clip of this studio" in page
    assert "Verdict: with a reservation" in page
    assert "a lead, not a proof" in page
    assert reverse("registry:clip", args=[Clip.objects.get().pk]) in page
    assert report.examination["record"]["via"] == "fingerprint"


def test_the_answer_on_paper_and_the_signed_one_say_the_same(client, report, settings):
    paper = client.get(reverse("verification:pdf", args=[report.pk])).content
    assert b"Looks like a clip of this studio" in paper
    checked = check_report(report.signed, TrustStores.load(settings.PKI_DIR))
    assert checked.report["state"] == "FINGERPRINT_ONLY"
    assert "fingerprint" in checked.report["layers"]


def test_a_caption_over_the_copy_hides_nothing(published):
    copy = without_mark(Clip.objects.get(), published)
    caption = "drawbox=0:ih*0.8:iw:ih*0.2:black:fill,drawbox=iw*0.1:ih*0.85:iw*0.7:ih*0.08:white"
    assert upload(reencoded(copy, "-vf", caption).read_bytes()).status_code == 302
    report = Report.objects.get()
    assert report.verdict["state"] == "FINGERPRINT_ONLY"
    assert report.examination["record"]["mark_id"] == Clip.objects.get().mark_id


def test_a_clip_that_was_taken_down_is_told_with_its_reason(published):
    clip = Clip.objects.get()
    copy = without_mark(clip, published)
    Clip.objects.update(taken_down_at=now(), taken_down_reason="likeness")
    answer = json.loads(upload(copy.read_bytes(), json=True).content)
    assert answer["report"].startswith("http")
    told = Report.objects.get().verdict["answers"]["record"]["sentence"]
    assert "taken the clip down" in told
    assert "Shows a real person without consent" in told
