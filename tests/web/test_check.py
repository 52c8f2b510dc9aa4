"""Findings in words: spans, certainty, and what is never explained."""

from hypothesis import given
from hypothesis import strategies as st

from safety import UNSCREENED, Decision, Finding
from studio import check
from studio.clip_page import shown_findings
from tests.web.conftest import finding


def found(span=None, decision=Decision.REVIEW, **fields):
    return Finding.from_dict(finding(span=span, decision=decision, **fields))


def test_the_span_is_cut_out():
    runs = check.segments("a man with a knife", [found((6, 18))])
    assert [(run.text, run.tone) for run in runs] == [("a man ", ""), ("with a knife", "review")]


def test_where_findings_overlap_the_most_severe_counts():
    runs = check.segments("abcd", [found((0, 3)), found((1, 2), Decision.BLOCK)])
    assert [(run.text, run.tone) for run in runs] == [
        ("a", "review"), ("b", "block"), ("c", "review"), ("d", "")
    ]  # fmt: skip


@given(st.text(max_size=40), st.data())
def test_no_letter_is_lost_or_moved(text, data):
    place = st.integers(0, len(text))
    spans = data.draw(st.lists(st.tuples(place, place).map(sorted).map(tuple), max_size=4))
    runs = check.segments(text, [found(span) for span in spans])
    assert "".join(run.text for run in runs) == text


def test_a_span_longer_than_the_text_does_no_harm():
    assert check.segments("ab", [found((1, 9))])[-1].text == "b"


def test_allowed_findings_are_not_shown():
    assert check.views_of([found(decision=Decision.ALLOW)]) == []


def test_how_sure_in_words():
    sure = [check.views_of([found(score=score)])[0].sure for score in (0.95, 0.75, 0.5)]
    assert sure == ["very sure", "fairly sure", "not sure"]


def test_what_nobody_judged_is_not_called_sure():
    assert check.views_of([found(category=UNSCREENED, score=1.0)])[0].sure == ""


def test_hidden_findings_are_not_explained_to_creators():
    assert shown_findings([finding(hidden=True)]) == []
