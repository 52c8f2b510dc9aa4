"""The report on paper: what is printed where (content model), and a small writer of PDF 1.4.

Only the standard fonts and one column of text are needed, so no PDF library is. Text of strangers
is shown as text: characters outside Latin-1 become "?", and nothing in it can become markup.
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
    yield Paragraph(Style.TITLE, report["headline"])
    yield Paragraph(Style.BODY, report["sentence"])
    yield Paragraph(Style.HEADING, "Three answers")
    for name, answer in report["answers"].items():
        yield Paragraph(
            Style.BODY, f"{name.capitalize()}: {answer['status']}. {answer['sentence']}"
        )
    yield from _section("Evidence", report["evidence"])
    yield from _section("From first to last second", list(_pieces(report)))
    yield from _section("What this does not mean", [report["not_meaning"]])
    yield from _section("What to do next", [report["next_step"]])
    yield from _section("Not checked", report["not_checked"])
    yield from _section("The file and the examination", _particulars(report))


def pdf(report: dict[str, Any]) -> bytes:
    """The printed report, A4, as a PDF file."""
    pages = list(_pages(paragraphs(report)))
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
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    return _file(objects)


_WIDTH, _HEIGHT, _MARGIN, _LEADING = 595.0, 842.0, 56.0, 1.35
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


_KINDS = {
    "same": "as in the published clip",
    "altered": "different from the published clip",
    "unknown": "not compared",
}


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
    ]


def _pages(items: Iterator[Paragraph]) -> Iterator[bytes]:
    """Content streams, one a page."""
    lines: list[str] = []
    height = _HEIGHT - _MARGIN
    for item in items:
        font, size, above = item.style.value
        height -= above
        for line in _wrapped(item.text, font, size):
            if height - size * _LEADING < _MARGIN:
                yield "\n".join(lines).encode("latin-1")
                lines, height = [], _HEIGHT - _MARGIN
            height -= size * _LEADING
            lines.append(f"BT /{font} {size} Tf {_MARGIN} {height:.1f} Td ({_escaped(line)}) Tj ET")
    yield "\n".join(lines).encode("latin-1")


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


def _escaped(text: str) -> str:
    visible = "".join(c if c.isprintable() else "?" for c in text)
    latin = visible.encode("latin-1", "replace").decode("latin-1")
    return latin.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


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
