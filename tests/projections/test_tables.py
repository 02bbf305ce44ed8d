"""Tables as files: read back with other people's programs, whatever somebody wrote into them."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from app.errors import TooLarge
from app.projections import tables
from app.projections.tables import About, Cell, Column, FewerThan, Kind, Table

MOMENT = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
ATTACKS = (
    "=1+1", '=HYPERLINK("http://evil.example","Click")', "=cmd|'/C calc'!A0", '=IMPORTXML("http://x","//a")',
    "+1+1", "+cmd|' /C notepad'!'A1'", "-1+1", "-2+3+cmd|' /C calc'!D2", "@SUM(1+1)*cmd|' /C calc'!A0", "@A1",
    "\t=1+1", "\r=1+1", "\n=1+1", "\r\n=1+1", " =1+1", "   +1", "\u00a0=1+1", "\u200b=1+1", "\ufeff=1+1", "\x00=1+1",
    "＝1+1", "＋1", "－1", "＠SUM(1)", "\t", "\r", "=", "-", '"=1+1', 'x",=1+1',
)  # fmt: skip
COLUMNS = (
    Column("what", "What", definition="What it is."),
    Column("number", "Number", Kind.COUNT, "How many.", counts_people=True),
    Column("rate", "Rate", Kind.SHARE),
    Column("days", "Days", Kind.NUMBER),
    Column("on", "On", Kind.DATE),
    Column("month", "Month", Kind.MONTH),
    Column("at", "At", Kind.MOMENT),
)
ROW: tuple[Cell, ...] = ("Ana", 3, 0.5, Decimal("1.25"), date(2026, 3, 1), date(2026, 3, 1), MOMENT)


def table(*rows: tuple[Cell, ...], columns: tuple[Column, ...] = COLUMNS, zone: str = "Europe/Madrid") -> Table:
    about = (About("from", "From", date(2026, 1, 1)), About("zone", "Zone", zone), About("as_of", "As of", MOMENT))
    return Table("sample", "How many? [a/b]", columns, rows, about, zone)


def on(*numbers: int) -> datetime:
    """A moment as a workbook has it, which knows no zones."""
    return datetime(*numbers)  # noqa: DTZ001 - see above


def texts(*cells: str) -> Table:
    """A table of texts, one below the other."""
    return table(*((cell,) for cell in cells), columns=(Column("text", "Text"),))


def read_csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def read_xlsx(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


# -- CSV ----------------------------------------------------------------------------------------------------


def test_csv_has_a_byte_order_mark_quotation_marks_and_the_ends_of_rfc_4180():
    content = tables.csv_bytes(table(ROW))

    assert content.startswith(b'\xef\xbb\xbf"What","Number"')
    assert content.count(b"\r\n") == 2
    assert content.count(b"\n") == 2


def test_csv_reads_back():
    assert read_csv(tables.csv_bytes(table(ROW)))[1] == [
        "Ana", "3", "0.5", "1.25", "2026-03-01", "2026-03", "2026-03-29 01:30:00+01:00",
    ]  # fmt: skip
    assert read_csv(tables.csv_bytes(table((None,) * 7)))[1] == [""] * 7
    assert read_csv(tables.csv_bytes(texts('a "b"; c,\nd')))[1] == ['a "b"; c,\nd']


def test_a_number_below_zero_is_a_number_and_no_formula():
    assert read_csv(tables.csv_bytes(table(("x", -3, -0.5, None, None, None, None))))[1][1:3] == ["-3", "-0.5"]


def test_there_are_thirty_attacks():
    assert len(ATTACKS) == len(set(ATTACKS)) == 30


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_of_a_csv_file_begins_like_a_formula(attack: str):
    cell = read_csv(tables.csv_bytes(texts(attack)))[1][0]

    assert cell.endswith(attack)
    is_harmless = attack.startswith(('"', "x"))
    assert cell == (attack if is_harmless else f"'{attack}")
    assert not cell.lstrip(" \t\r\n\u00a0\u200b\ufeff\x00").startswith(tuple("=+-@＝＋－＠"))


@pytest.mark.parametrize("harmless", ["Ana", "3-4", "a=b", "", "'quoted", "ana@hospital.test", "Zoë", "العربية"])
def test_other_texts_stay_as_they_are(harmless: str):
    assert read_csv(tables.csv_bytes(texts(harmless)))[1] == [harmless]


def test_a_title_of_a_column_is_guarded_as_well():
    made = table(("x",), columns=(Column("a", "=1+1"),))

    assert read_csv(tables.csv_bytes(made))[0] == ["'=1+1"]


# -- workbooks ----------------------------------------------------------------------------------------------


def test_a_workbook_has_texts_numbers_and_dates_as_what_they_are():
    sheet = read_xlsx(tables.xlsx_bytes(table(ROW))).worksheets[0]

    assert [cell.value for cell in sheet[1]] == [
        "What", "Number", "Rate", "Days", "On", "Month", "At (Europe/Madrid)",
    ]  # fmt: skip
    assert [cell.value for cell in sheet[2]] == [
        "Ana", 3, 0.5, 1.25, on(2026, 3, 1), on(2026, 3, 1), on(2026, 3, 29, 1, 30),
    ]  # fmt: skip
    assert sheet.freeze_panes == "A2"
    assert sheet["C2"].number_format == "0.0%"
    assert sheet.title == "How many a b"


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_of_a_workbook_is_a_formula_or_a_link(attack: str):
    cell = read_xlsx(tables.xlsx_bytes(texts(attack))).worksheets[0]["A2"]

    assert cell.data_type == "s"
    assert cell.hyperlink is None
    assert unescape(cell.value) == attack


def test_an_address_in_a_workbook_is_a_text():
    cell = read_xlsx(tables.xlsx_bytes(texts("https://evil.example"))).worksheets[0]["A2"]

    assert (cell.value, cell.hyperlink) == ("https://evil.example", None)


def test_the_second_sheet_says_what_the_table_is_about_and_what_its_columns_mean():
    rows = [[cell.value for cell in row] for row in read_xlsx(tables.xlsx_bytes(table(ROW)))["About"].iter_rows()]

    assert rows == [
        ["How many? [a/b]", None],
        ["From", on(2026, 1, 1)],
        ["Zone", "Europe/Madrid"],
        ["As of (Europe/Madrid)", on(2026, 3, 29, 1, 30)],
        ["What", "What it is."],
        ["Number", "How many."],
    ]


def test_a_workbook_takes_long_texts_old_dates_and_no_rows():
    old = table(("x" * 40_000, None, None, None, date(1066, 10, 14), None, None))
    sheet = read_xlsx(tables.xlsx_bytes(old)).worksheets[0]

    assert len(sheet["A2"].value) == 32_767
    assert sheet["E2"].value == "1066-10-14"
    assert read_xlsx(tables.xlsx_bytes(table())).worksheets[0].max_row == 1


def test_the_same_table_gives_the_same_bytes():
    assert tables.xlsx_bytes(table(ROW)) == tables.xlsx_bytes(table(ROW))


def test_more_rows_than_a_sheet_has_are_refused():
    class Many(list[Any]):
        def __len__(self) -> int:
            return 2_000_000

    with pytest.raises(TooLarge):
        tables.xlsx_bytes(Table("many", "Many", COLUMNS, Many()))


# -- JSON ---------------------------------------------------------------------------------------------------


def test_json_has_rows_as_objects_and_definitions():
    document = json.loads(tables.json_bytes(table(ROW)))

    assert document["rows"] == [
        {"what": "Ana", "number": 3, "rate": 0.5, "days": 1.25, "on": "2026-03-01", "month": "2026-03",
         "at": "2026-03-29T01:30:00+01:00"}
    ]  # fmt: skip
    assert document["columns"][0] == {
        "name": "what", "title": "What", "kind": "text", "definition": "What it is."
    }  # fmt: skip
    assert document["about"] == {
        "from": "2026-01-01", "zone": "Europe/Madrid", "as_of": "2026-03-29T01:30:00+01:00"
    }  # fmt: skip


# -- what is not told, and how it is said -------------------------------------------------------------------


def test_what_is_not_told_is_a_sentence_everywhere():
    made = table(("x", FewerThan(5), None, None, None, None, None))

    assert read_csv(tables.csv_bytes(made))[1][1] == "fewer than 5"
    assert read_xlsx(tables.xlsx_bytes(made)).worksheets[0]["B2"].value == "fewer than 5"
    assert json.loads(tables.json_bytes(made))["rows"][0]["number"] == {"fewer_than": 5}


def test_cells_in_words():
    said = [tables.shown(cell, column.kind, "Europe/Madrid") for cell, column in zip(ROW, COLUMNS, strict=True)]

    assert said == ["Ana", "3", "50 %", "1.2", "1 March 2026", "March 2026", "29 March 2026, 01:30 CET"]
    assert tables.shown(None, Kind.COUNT) == "–"
    assert tables.shown(FewerThan(5), Kind.COUNT) == "fewer than 5"


def test_columns_that_say_who_somebody_is_can_be_left_out():
    columns = (Column("name", "Name", is_personal=True), Column("id", "Id"))
    made = table(("Ana", "l-1"), columns=columns).without_personal()

    assert ([column.name for column in made.columns], made.rows) == (["id"], [["l-1"]])
