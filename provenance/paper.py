"""The report on paper: what is printed where (content model), and a small writer of PDF 1.4.

Only the standard fonts and one column of text are needed, so no PDF library is. Text of strangers
is shown as text: nothing in it can become markup, and characters that the standard fonts lack are
written as their numbers (\\u4e2d), so that no two names look the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Style(Enum):
    """(font, size in points, points of space above)."""

    TITLE = ("F2", 20.0, 0.0)
    HEADING = ("F2", 12.0, 14.0)
    BODY = ("F1", 10.0, 3.0)
    SMALL = ("F1", 8.0, 2.0)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of the printed report."""

    style: Style
    text: str


def paragraphs(report: dict[str, Any]) -> Iterator[Paragraph]:
    """The content of the printed report, from `report.report`'s data, in order."""
    yield Paragraph(Style.SMALL, f"Verification report by {report['detector']}")
    yield Paragraph(Style.TITLE, report["headline"])
    yield Paragraph(Style.BODY, report["sentence"])
    yield from _section("Three answers", list(_answers(report)))
    yield from _section("Evidence", report["evidence"])
    yield from _section("From first to last second", list(_pieces(report)))
    yield from _section("What this does not mean", [report["not_meaning"]])
    yield from _section("What to do next", [report["next_step"], *_elsewhere(report)])
    yield from _section("Not checked", report["not_checked"])
    yield from _section("The file and the examination", _particulars(report))


def pdf(report: dict[str, Any]) -> bytes:
    """The printed report, A4, as a PDF file. Each page says which file it is about."""
    pages = _footed(list(_pages(paragraphs(report))), report["content"]["sha256"])
    count = len(pages)
    kids = " ".join(f"{4 + 2 * index} 0 R" for index in range(count))
    fonts = "".join(
        f"/{name} << /Type /Font /Subtype /Type1 /BaseFont /{face} /Encoding /WinAnsiEncoding >> "
        for name, face in (("F1", "Helvetica"), ("F2", "Helvetica-Bold"))
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        f"<< /Font << {fonts}>> >>".encode(),
    ]
    for index, content in enumerate(pages):
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {_WIDTH:.0f} {_HEIGHT:.0f}] "
            f"/Resources 3 0 R /Contents {5 + 2 * index} 0 R >>".encode()
        )
        drawn = "\n".join(content).encode(_ENCODING)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
    return _file(objects)


_ENCODING = "cp1252"  # what WinAnsiEncoding is
_WIDTH, _HEIGHT, _MARGIN, _LEADING = 595.0, 842.0, 56.0, 1.35
_FOOT = 32.0
_WITH_HEADING = 60.0
"""Points that must be free below a heading, so that it never stands alone."""
# Helvetica's advance widths for the characters 32 to 126, in thousandths of the size.
_ADVANCE = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 "
    "556 556 556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 "
    "722 778 667 778 722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556 556 500 556 "
    "556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 "
    "260 334 584"
)
_ADVANCES = [int(width) for width in _ADVANCE.split()]
_BOLDER = 1.08


def _section(title: str, lines: list[str]) -> Iterator[Paragraph]:
    if lines:
        yield Paragraph(Style.HEADING, title)
    for line in lines:
        yield Paragraph(Style.BODY, line)


_ANSWERS = {"signature": "Signature", "watermark": "Invisible mark", "record": "Our record"}
_STATUS = {"yes": "yes", "no": "no", "partly": "in part", "unknown": "not known"}
_KINDS = {
    "same": "as in the published clip",
    "altered": "different from the published clip",
    "unknown": "not compared",
}


def _answers(report: dict[str, Any]) -> Iterator[str]:
    for name, answer in report["answers"].items():
        yield f"{_ANSWERS[name]}: {_STATUS[answer['status']]}. {answer['sentence']}"


def _elsewhere(report: dict[str, Any]) -> Iterator[str]:
    for post in report["signposts"]:
        yield f"{post['name']}, for {post['looks_for']}: {post['address']}"


def _pieces(report: dict[str, Any]) -> Iterator[str]:
    for piece in report["timeline"]:
        yield f"{piece['start']:.1f} to {piece['end']:.1f} s: {_KINDS[piece['kind']]}"
    for gap in report.get("missing", []):  # earlier reports have none
        yield f"Left out: {gap['start']:.1f} to {gap['end']:.1f} s of the published clip"


def _particulars(report: dict[str, Any]) -> list[str]:
    content = report["content"]
    return [
        f"SHA-256 {content['sha256']}",
        f"{content['size']:,} bytes",
        f"Examined at {report['examined_at']} by {report['detector']}",
        f"Layers examined: {', '.join(report['layers']) or 'none'}",
        f"Verdict: {report['state']}",
        f"Mark: {report['mark_id'] or 'none read'}",
        "This paper is for reading. What can be checked is the signed report that goes with it.",
    ]


def _footed(pages: list[list[str]], sha256: str) -> list[list[str]]:
    """With the file's hash and the page's number at the foot of each."""
    font, size, _above = Style.SMALL.value
    return [
        [*lines, _line(font, size, _FOOT, f"SHA-256 {sha256} · page {number} of {len(pages)}")]
        for number, lines in enumerate(pages, start=1)
    ]


def _pages(items: Iterator[Paragraph]) -> Iterator[list[str]]:
    """What is drawn on each page."""
    lines: list[str] = []
    height = _HEIGHT - _MARGIN
    for item in items:
        font, size, above = item.style.value
        height -= above
        needed = _WITH_HEADING if item.style is Style.HEADING else size * _LEADING
        for line in _wrapped(_printable(item.text), font, size):
            if height - needed < _MARGIN:
                yield lines
                lines, height = [], _HEIGHT - _MARGIN
            height -= size * _LEADING
            lines.append(_line(font, size, height, line))
    yield lines


def _line(font: str, size: float, height: float, text: str) -> str:
    return f"BT /{font} {size} Tf {_MARGIN} {height:.1f} Td ({_escaped(text)}) Tj ET"


def _wrapped(text: str, font: str, size: float) -> Iterator[str]:
    room = _WIDTH - 2 * _MARGIN
    line = ""
    for word in _broken(text.split(), font, size, room):
        candidate = f"{line} {word}" if line else word
        if line and _measured(candidate, font, size) > room:
            yield line
            line = word
        else:
            line = candidate
    yield line


def _broken(words: list[str], font: str, size: float, room: float) -> Iterator[str]:
    """Words, cut where a single one is wider than the page."""
    for word in words:
        rest = word
        while rest:
            fitting = next(
                (n for n in range(len(rest), 1, -1) if _measured(rest[:n], font, size) <= room), 1
            )
            yield rest[:fitting]
            rest = rest[fitting:]


def _measured(text: str, font: str, size: float) -> float:
    units = sum(_ADVANCES[ord(c) - 32] if 32 <= ord(c) < 127 else 556 for c in text)
    return units * size / 1000 * (_BOLDER if font == "F2" else 1.0)


def _printable(text: str) -> str:
    """With every character that cannot be printed as its number; white space is one space."""
    visible = "".join(c if c.isprintable() or c.isspace() else f"\\u{ord(c):04x}" for c in text)
    return " ".join(visible.split()).encode(_ENCODING, "backslashreplace").decode(_ENCODING)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _file(objects: list[bytes]) -> bytes:
    content = bytearray(b"%PDF-1.4\n")
    places = []
    for number, item in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    table = len(content)
    content += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for place in places:
        content += b"%010d 00000 n \n" % place
    content += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    content += b"startxref\n%d\n%%%%EOF\n" % table
    return bytes(content)
