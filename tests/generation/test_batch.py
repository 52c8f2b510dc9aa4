"""A table of prompts: what is read, what is refused by name and row, and that nothing is lost."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation import Aspect, InvalidRequest, Limits
from generation.batch import COLUMNS, MAX_BYTES, MAX_ROWS, Row, parse, safe_cell, write

LIMITS = Limits(tuple(Aspect), 1.0, 4.0, ("neon",), dict.fromkeys(Aspect, (64, 64)), 24)


def read(text: str | bytes) -> tuple[Row, ...]:
    content = text if isinstance(text, bytes) else text.encode()
    return parse(content, LIMITS, draw_seed=lambda: 4)


def refusal(text: str | bytes) -> InvalidRequest:
    with pytest.raises(InvalidRequest) as caught:
        read(text)
    assert caught.value.advice
    return caught.value


def rows_or_code(content: bytes) -> tuple[Row, ...] | str:
    try:
        return read(content)
    except InvalidRequest as error:
        return error.code


def faults(text: str) -> dict[int, str]:
    return {row.number: row.fault.code for row in read(text) if row.fault}


def test_columns_come_in_any_order_and_case():
    [row] = read("Seed,PROMPT,aspect\n7,a red balloon,16:9\n")
    assert (row.number, row.request.prompt, row.request.seed) == (2, "a red balloon", 7)
    assert row.request.aspect is Aspect.LANDSCAPE


def test_what_is_left_out_has_a_default():
    [row] = read("prompt\na cat")
    request = row.request
    assert (request.seed, request.aspect, request.seconds, request.style) == (
        4,
        Aspect.SQUARE,
        2.0,
        None,
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_spreadsheets_of_all_countries_are_read(delimiter):
    [row] = read(f"prompt{delimiter}seconds\na cat{delimiter}1.5\n")
    assert (row.fault, row.request.seconds) == (None, 1.5)


def test_a_decimal_comma_is_understood():
    [row] = read("prompt;seconds\na cat;1,5\n")
    assert row.request.seconds == 1.5


def test_quotes_commas_and_line_breaks_in_cells():
    rows = read('prompt,seed\n"a ""red"" cat, at sea\nat night",3\na dog,4\n')
    assert rows[0].request.prompt == 'a "red" cat, at sea at night'
    assert [row.number for row in rows] == [2, 3]


def test_a_byte_order_mark_is_no_part_of_the_name():
    assert read("\ufeffprompt\na cat\n")[0].fault is None


def test_empty_rows_are_passed_over_but_counted():
    assert [row.number for row in read("prompt,seed\na cat,1\n,\n\na dog,2\n")] == [2, 5]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("\n\n", "empty"),
        ("prompt,seed\n", "empty"),
        ("text,seed\na cat,1\n", "columns"),
        ("prompt,colour\na cat,red\n", "columns"),
        ("prompt,prompt\na,b\n", "columns"),
        ("prompt\n" + "a cat\n" * 10_000, "rows"),
        ('prompt\n"a cat\na dog\n', "quotes"),
        ('prompt\n"a" cat\n', "quotes"),
        ("prompt\n" + "x" * 140_000, "quotes"),
        (b"prompt\na caf\xe9\n", "encoding"),
        ("prompt\na cat\n".encode("utf-16"), "encoding"),
        (b"prompt\na\x00cat\n", "encoding"),
        (b"PK\x03\x04\x14\x00\x06\x00", "encoding"),
        (b"x" * (MAX_BYTES + 1), "too-large"),
    ],
)
def test_a_table_that_cannot_be_read_is_refused_by_name(text, code):
    assert refusal(text).code == f"generation.batch-{code}"


def test_the_row_that_is_too_many_is_named():
    assert f"Row {MAX_ROWS + 2} " in refusal("prompt\n" + "a cat\n" * 101).message


def test_the_line_with_other_letters_is_named():
    assert "line 3" in refusal(b"prompt\na cat\na caf\xe9\n").message


def test_a_full_table_is_read():
    assert len(read("prompt\n" + "a cat\n" * MAX_ROWS)) == MAX_ROWS


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("=1+1,1,,,", "generation.batch-formula"),
        ("@cmd,1,,,", "generation.batch-formula"),
        ("+a cat,1,,,", "generation.batch-formula"),
        ("-a cat,1,,,", "generation.batch-formula"),
        ("a cat,-1,,,", "generation.batch-formula"),
        ("a cat,seven,,,", "generation.seed"),
        ("a cat,4294967296,,,", "generation.seed"),
        ("a cat,1,oil,,", "generation.style"),
        ("a cat,1,,5:4,", "generation.aspect"),
        ("a cat,1,,,60", "generation.seconds"),
        ("a cat,1,,,nan", "generation.seconds"),
        ("a cat,1,,,soon", "generation.seconds"),
        (",1,,,", "generation.prompt-empty"),
        ("x" * 3000 + ",1,,,", "generation.prompt-too-long"),
        ("a\x1b[31mcat,1,,,", "generation.prompt-control"),
        ("a cat,1,,,,and a dog", "generation.batch-cells"),
    ],
)
def test_a_wrong_row_has_its_code_and_spares_the_others(row, code):
    text = f"{','.join(COLUMNS)}\na dog,1,,,\n{row}\na fish,2,,,\n"
    assert faults(text) == {3: code}
    assert [r.request is not None for r in read(text)] == [True, False, True]


def test_a_wrong_row_keeps_what_was_typed():
    [row] = read("prompt,seed\na cat,seven\n")
    assert (row.cells["prompt"], row.cells["seed"]) == ("a cat", "seven")


@given(st.lists(st.text(max_size=20), max_size=5))
def test_any_row_comes_back_once_or_the_table_is_refused(cells):
    file = io.StringIO(newline="")
    csv.writer(file).writerows([COLUMNS, cells, ["a cat", "1", "", "", ""]])
    rows = rows_or_code(file.getvalue().encode("utf-8", "surrogatepass"))
    if isinstance(rows, str):
        assert rows.startswith("generation.batch-")
        return
    assert len(rows) == 1 + any(cell.strip() for cell in cells)
    assert all((row.request is None) != (row.fault is None) for row in rows)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content):
    rows = rows_or_code(content)
    assert not isinstance(rows, str) or rows.startswith("generation.batch-")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_nothing_that_is_written_is_run_by_a_spreadsheet(start):
    text = write(("prompt",), [{"prompt": f"{start}HYPERLINK(1)"}]).decode("utf-8-sig")
    [_, [cell]] = csv.reader(io.StringIO(text, newline=""))
    assert cell == f"'{start}HYPERLINK(1)"


def test_what_is_harmless_is_written_as_it_is():
    assert safe_cell("a cat = a friend") == "a cat = a friend"
    assert safe_cell(7) == "7"


@given(st.lists(st.text(alphabet=st.characters(codec="utf-8"), max_size=15), min_size=1))
def test_what_is_written_is_read_back(prompts):
    content = write(("prompt",), [{"prompt": prompt} for prompt in prompts])
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert [row[0] for row in rows[1:]] == [safe_cell(prompt) for prompt in prompts]
