"""Many clips from one table: a CSV of prompts in, requests or named errors by row out.

Nothing is lost: every row of a readable table comes back, with its request or with what is wrong.
"""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from generation.base import Limits
from generation.errors import InvalidRequest
from generation.request import MAX_SEED, Aspect, GenerationRequest

COLUMNS: Final = ("prompt", "seed", "style", "aspect", "seconds")
MAX_ROWS: Final = 100
MAX_BYTES: Final = 500_000

_DELIMITERS: Final = ",;\t"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_WIDE: Final = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table.

    Attributes:
        number: as a spreadsheet counts: the row of column names is 1.
        cells: what stood in the columns that are known, stripped; missing ones are empty.
        request: what is to be made, or None.
        fault: what is wrong with the row, or None. Exactly one of the two is None.
    """

    number: int
    cells: Mapping[str, str]
    request: GenerationRequest | None
    fault: InvalidRequest | None


def parse(
    content: bytes, limits: Limits, draw_seed: Callable[[], int] | None = None
) -> tuple[Row, ...]:
    """Read a CSV file of up to 100 prompts.

    The first row names the columns, in any order: `prompt`, and any of `seed`, `style`, `aspect`,
    `seconds`. UTF-8, with or without a byte order mark; separated by commas, semicolons or tabs,
    whichever stands in the first row. Empty rows are passed over, but counted. An empty seed is
    drawn by `draw_seed` (at random); an empty aspect or length is the model's first and 2 s.

    Rows have codes of their own (`Row.fault`): those of GenerationRequest and of the limits,
    generation.batch-formula for a cell that a spreadsheet would run, generation.batch-cells for
    more cells than columns.

    Raises:
        InvalidRequest: nothing can be read: generation.batch-too-large, -encoding, -empty,
            -columns, -quotes, -rows. The message names the row wherever there is one.
    """
    text = _decoded(content)
    reader = _records(text)
    columns = _columns(next(reader, (1, []))[1])
    found = list(reader)
    if not found:
        raise _fault("empty", "The table has no row below its column names.", "Add some prompts.")
    if len(found) > MAX_ROWS:
        raise _fault(
            "rows",
            f"The table has {len(found):,} rows; the most is {MAX_ROWS}. Row {found[MAX_ROWS][0]} "
            "is the first that is too many.",
            "Split it into several tables.",
        )
    draw = draw_seed or (lambda: secrets.randbelow(MAX_SEED + 1))
    return tuple(_row(number, cells, columns, limits, draw) for number, cells in found)


def safe_cell(value: object) -> str:
    """A cell that no spreadsheet runs: what begins like a formula gets an apostrophe in front.

    (OWASP, "CSV Injection".)
    """
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def write(columns: Sequence[str], rows: Sequence[Mapping[str, object]]) -> bytes:
    """A CSV file that spreadsheets open rightly (UTF-8 with a byte order mark, all quoted) and
    safely (`safe_cell`)."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    writer.writerows([safe_cell(row.get(name, "")) for name in columns] for row in rows)
    return file.getvalue().encode("utf-8-sig")


def _decoded(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise _fault(
            "too-large",
            f"The file has {len(content):,} bytes; the most is {MAX_BYTES:,}.",
            "Send fewer or shorter prompts.",
        )
    advice = "Save it as CSV in UTF-8 and send it again."
    if wide := _WIDE.get(content[:2]):
        raise _fault("encoding", f"The file is {wide}, not UTF-8.", advice)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _fault(
            "encoding", f"The file is not UTF-8: line {line} has other letters.", advice
        ) from None
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise _fault("encoding", f"The file is no text: line {line} has a zero byte.", advice)
    return text


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    """(row number, cells) of the rows that are not empty."""
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            raise _fault(
                "quotes",
                f"Row {number} cannot be read: its quotes do not match, or a cell is too long.",
                'Put cells with commas or quotes in "…" and double the quotes inside.',
            ) from None
        if any(cell.strip() for cell in cells):
            yield number, [cell.strip() for cell in cells]


def _columns(names: list[str]) -> list[str]:
    columns = [name.lower() for name in names]
    unknown = [name for name in names if name.lower() not in COLUMNS]
    wrong = ""
    if not names:
        raise _fault("empty", "The file is empty.", f"Begin it with {','.join(COLUMNS)}.")
    if "prompt" not in columns:
        wrong = "Row 1 names no column “prompt”."
    elif unknown:
        shown = ", ".join(f"“{name[:40]}”" for name in unknown[:5])
        wrong = f"Row 1 names columns that nothing is known of: {shown}."
    elif len(set(columns)) < len(columns):
        wrong = "Row 1 names a column twice."
    if wrong:
        advice = f"Name prompt, and any of {', '.join(COLUMNS[1:])}, each once."
        raise _fault("columns", wrong, advice)
    return columns


def _row(
    number: int, cells: list[str], columns: list[str], limits: Limits, draw: Callable[[], int]
) -> Row:
    named = dict.fromkeys(COLUMNS, "") | dict(zip(columns, cells, strict=False))
    try:
        return Row(number, named, _request(cells, columns, named, limits, draw), None)
    except InvalidRequest as fault:
        return Row(number, named, None, fault)


def _request(
    cells: list[str],
    columns: list[str],
    named: dict[str, str],
    limits: Limits,
    draw: Callable[[], int],
) -> GenerationRequest:
    if len(cells) > len(columns):
        raise _fault(
            "cells",
            f"This row has {len(cells)} cells for {len(columns)} columns.",
            'Put a prompt with commas in it in "…".',
        )
    for name in COLUMNS:
        if named[name].startswith(_FORMULA):
            raise _fault(
                "formula",
                f"The {name} begins with “{named[name][0]}”, as a formula does.",
                "Begin with a letter or a digit.",
            )
    request = GenerationRequest(
        prompt=named["prompt"],
        seed=_number(int, named["seed"]) if named["seed"] else draw(),
        aspect=cast(Aspect, named["aspect"] or limits.aspects[0]),
        seconds=_number(float, named["seconds"].replace(",", ".")) if named["seconds"] else 2.0,
        style=named["style"] or None,
    )
    limits.check(request)
    return request


def _number(kind: type[int] | type[float], text: str) -> Any:
    """The text as a number; what is none stays as it is, for the request to refuse it by name."""
    try:
        return kind(text)
    except ValueError:
        return text


def _fault(code: str, message: str, advice: str) -> InvalidRequest:
    return InvalidRequest(f"generation.batch-{code}", message, advice)
