"""Where a copy differs: shown on our own clip, in boxes, words and a map."""

import io

import pytest
from django.urls import reverse
from django.utils.timezone import now
from PIL import Image

from studio.models import Clip
from tests.verification.making import altered_report
from verification import edits, originals
from verification.report_page import report_page
from verification.shown import Shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def clip(published) -> Clip:
    return Clip.objects.get()


def test_the_second_of_the_published_clip_that_belongs_to_a_difference(clip):
    (moment,) = originals.moments(altered_report(clip))
    assert (moment.start, moment.end) == (0.25, 0.5)
    assert moment.clip_second == 0.62  # (0.375 + 0.25) at normal speed
    assert [box.where for box in moment.boxes] == ["top right"]


def test_the_published_clip_is_shown_beside_it(client, clip):
    report = altered_report(clip)
    answer = client.get(reverse("verification:original", args=[report.pk, 0]))
    assert answer["Content-Type"] == "image/jpeg"
    assert Image.open(io.BytesIO(answer.content)).size == (clip.width, clip.height)
    assert client.get(reverse("verification:original", args=[report.pk, 1])).status_code == 404


def test_a_clip_that_was_taken_down_is_not_shown(client, clip):
    report = altered_report(clip)
    Clip.objects.update(taken_down_at=now())
    assert client.get(reverse("verification:original", args=[report.pk, 0])).status_code == 404
    page = report_page(Shown(report, None))
    assert page.stills == []
    assert page.clip_url == ""


def test_the_map_is_runs_of_equal_level(clip):
    cells = originals.heat(altered_report(clip))
    assert [(cell.x, cell.y, cell.width, cell.level) for cell in cells] == [
        (62.5, 12.5, 12.5, 3),
        (75.0, 12.5, 12.5, 1),
    ]


def test_the_map_of_a_large_clip_stays_small_and_loses_nothing(clip):
    report = altered_report(clip)
    rows = [[(255 if (x + y) % 2 else 0) for x in range(240)] for y in range(135)]
    report.examination["content"]["heatmap"] = rows
    cells = originals.heat(report)
    assert len(cells) <= 48
    assert {cell.level for cell in cells} == {3}
    assert all(cell.width == 100 for cell in cells)


def test_the_page_says_it_in_words(client, clip):
    page = client.get(altered_report(clip).get_absolute_url()).content.decode()
    assert "top right" in page
    assert "0.0–0.3 s of the published clip is left out (it lasts 1.0 s)" in page
    assert "Your copy itself is deleted and is not shown." in page


def test_the_chain_of_edits_in_plain_words(clip):
    examination = altered_report(clip).examination
    (step,) = edits.steps(examination)
    assert step.actions == ["created", "marked invisibly"]
    assert [(source.relation, source.number) for source in step.sources] == [("was made from", 0)]
    who = edits.issuer(examination)
    assert who.recovered
    assert who.tag.tone == "partly"  # nobody we trust vouches for this name


def test_a_broken_signature_makes_its_name_a_claim(clip):
    examination = altered_report(clip).examination
    examination["credentials"] = examination["record"]["recovered"] | {"store": "c2pa"}
    who = edits.issuer(examination)
    assert who.tag.tone == "no"


def test_an_earlier_step_that_fails_is_named(clip):
    examination = altered_report(clip).examination
    found = examination["record"]["recovered"]
    earlier = found["history"][0] | {"manifest_id": "urn:earlier", "made_from": []}
    found["history"][0]["made_from"] = [["parentOf", "urn:earlier"]]
    found["history"] = [found["history"][0], earlier]
    found["ingredients"] = [
        {"manifest_id": "urn:earlier", "failures": ["assertion.hashedURI.mismatch"]}
    ]
    first, second = edits.steps(examination)
    assert first.problem == "assertion.hashedURI.mismatch"
    assert second.current
    assert [(source.relation, source.number) for source in second.sources] == [
        ("carries on from", 1)
    ]
