"""The report on paper says what the report says, and nothing in it becomes markup."""

import io
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance import Examination, decide, pdf, report
from provenance.paper import Style, _measured, _wrapped, paragraphs


def made(**changes):
    examination = Examination("ab" * 32, 10, "2026-11-22T00:00:00+00:00", "Kinemark 0.1.0")
    result = report(examination, decide(examination))
    return json.loads(json.dumps({**result, **changes}))


def test_it_tells_everything_that_the_report_promises():
    result = made()
    text = "\n".join(item.text for item in paragraphs(result))
    for part in ("headline", "sentence", "not_meaning", "next_step", "state", "detector"):
        assert result[part] in text
    assert result["content"]["sha256"] in text
    assert result["examined_at"] in text
    for line in (*result["evidence"], *result["not_checked"]):
        assert line in text


def test_the_file_is_a_pdf_whose_table_is_right():
    content = pdf(made())
    assert content.startswith(b"%PDF-1.4")
    start = int(content.split(b"startxref\n")[1].split(b"\n")[0])
    assert content[start:].startswith(b"xref")
    for number, place in enumerate(re.findall(rb"(\d{10}) 00000 n", content), start=1):
        assert content[int(place) :].startswith(b"%d 0 obj" % number)


def test_many_lines_flow_over_pages():
    content = pdf(made(evidence=[f"Line {n} of the evidence." for n in range(200)]))
    pages = content.count(b"/Type /Page ")
    assert pages >= 4
    assert b"Line 199 of the evidence." in content


def test_markup_of_strangers_stays_text():
    content = pdf(made(evidence=[r"(\) Tj ET endstream (x) \\ <script>"]))
    assert rb"\(\\\) Tj ET endstream \(x\)" in content


def test_names_in_other_scripts_are_told_apart():
    content = pdf(made(evidence=["Issuer: Студия, 映像, café “x” – \u202egpj"]))
    assert rb"\\u0421\\u0442" in content
    assert rb"\\u6620\\u50cf" in content
    assert rb"\\u202egpj" in content  # nothing turns the reading direction
    assert "café “x” –".encode("cp1252") in content


def test_every_page_says_which_file_it_is_about():
    result = made(evidence=[f"Line {n} of the evidence." for n in range(200)])
    content = pdf(result)
    pages = content.count(b"/Type /Page ")
    assert content.count(f"SHA-256 {result['content']['sha256']} ·".encode("cp1252")) == pages
    assert b"page %d of %d" % (pages, pages) in content


@pytest.mark.parametrize("lines", range(30, 44))
def test_no_heading_stands_alone_at_the_foot_of_a_page(lines):
    content = pdf(made(evidence=["A line."] * lines))
    for stream in re.findall(rb"stream\n(.*?)\nendstream", content, re.DOTALL):
        drawn = [line for line in stream.split(b"\n") if b" Tj ET" in line]
        assert b"/F2 12" not in drawn[-2]  # the last is the foot


def test_it_says_where_other_detectors_are():
    post = {"name": "Other Verify", "address": "https://other.example/", "looks_for": "its marks"}
    text = "\n".join(item.text for item in paragraphs(made(signposts=[post])))
    assert "Other Verify, for its marks: https://other.example/" in text


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=200), max_size=5))
def test_any_text_can_be_printed(lines):
    stream = io.BytesIO(pdf(made(evidence=lines)))
    assert stream.getvalue().endswith(b"%%EOF\n")


@settings(max_examples=100, deadline=None)
@given(st.text(min_size=1, max_size=300))
def test_no_line_is_wider_than_the_page(text):
    font, size, _ = Style.BODY.value
    lines = list(_wrapped(text, font, size))
    assert "".join("".join(line.split()) for line in lines) == "".join(text.split())
    assert all(_measured(line, font, size) <= 595 - 2 * 56 for line in lines)


@pytest.mark.parametrize("word", ["a" * 400, "ﷺ" * 200])
def test_a_word_wider_than_the_page_is_cut(word):
    font, size, _ = Style.BODY.value
    assert len(list(_wrapped(word, font, size))) > 1
