"""Workbooks of Excel: dates and percentages are what their cells say, formulas are not believed, bombs not unpacked."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest

from app.errors import InvalidInput, TooLarge
from app.lms.base import Completion, Unreadable
from app.lms.csv import CsvSettings, corrected, open_table, read_row, workbook

from .conftest import NOW

SETTINGS = {"namespace": "hr.example.org", "time_zone": "Europe/Vienna", "score_unit": "percent"}


def book(*rows, sheets: dict[str, list] | None = None, formats: dict[str, str] | None = None) -> bytes:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    for place, shown in (formats or {}).items():
        made.active[place].number_format = shown
    for name, content in (sheets or {}).items():
        sheet = made.create_sheet(name)
        for row in content:
            sheet.append(row)
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def items_of(data: bytes, **options):
    settings = CsvSettings.read({**SETTINGS, **options}, [])
    table = open_table(data, settings)
    assert table.questions == ()
    return [read_row(row, table.columns, settings, received_at=NOW) for row in table.rows()]


def one(*cells, heading=("email", "course_id", "date", "score"), **more):
    (item,) = items_of(book(heading, cells, **more))
    return item


def test_a_cell_that_is_a_date_is_taken_in_the_zone_of_the_source():
    item = one("ana@x.example", "BLS", date(2026, 3, 1), None)

    assert isinstance(item, Completion)
    assert item.occurred_at.isoformat() == "2026-02-28T23:00:00+00:00"


def test_a_cell_that_is_a_moment_keeps_its_time():
    item = one("ana@x.example", "BLS", datetime(2026, 3, 1, 10, 30), None)  # noqa: DTZ001 - a cell has no zone

    assert item.occurred_at.isoformat() == "2026-03-01T09:30:00+00:00"


def test_a_declared_format_does_not_hinder_cells_that_are_dates():
    rows = (
        ("email", "course_id", "date"),
        ("a@x.example", "BLS", date(2026, 3, 1)),
        ("b@x.example", "BLS", "01.03.2026"),
    )
    first, second = items_of(book(*rows), date_format="DD.MM.YYYY")

    assert first.occurred_at == second.occurred_at


@pytest.mark.parametrize("cell", [46082, True, time(10, 30)], ids=["a number", "true", "a time of day"])
def test_what_is_no_date_is_refused_with_its_column(cell):
    settings = CsvSettings.read({**SETTINGS, "date_format": "DD.MM.YYYY"}, [])
    table = open_table(book(("email", "course_id", "date"), ("a@x.example", "BLS", cell)), settings)
    item = read_row(next(iter(table.rows())), table.columns, settings, received_at=NOW)

    assert isinstance(item, Unreadable)
    assert item.pointer == "/2/completed_at"


def test_a_number_shown_as_a_percentage_is_the_percentage_that_people_see():
    shown = one("ana@x.example", "BLS", date(2026, 3, 1), 0.93, formats={"D2": "0.0%"})
    plain = one("ana@x.example", "BLS", date(2026, 3, 1), 93)

    assert shown.score.scaled == plain.score.scaled


def test_ids_that_are_numbers_lose_their_needless_zeros():
    (item,) = items_of(book(("external_id", "course_id"), (4711.0, 12)))

    assert (item.learner.source_id, item.activity.source_id) == ("4711", "12")


def test_a_binary_fraction_is_the_number_that_was_typed():
    item = one("ana@x.example", "BLS", date(2026, 3, 1), 92.3)

    assert str(item.score.raw) == "92.3"


@pytest.mark.parametrize("formula", ["=1+1", '=HYPERLINK("https://evil.example","x")', "=#REF!"])
def test_a_formula_is_not_computed_and_not_believed(formula):
    item = one("ana@x.example", formula, date(2026, 3, 1), None)

    assert isinstance(item, Unreadable)
    assert (item.code, item.pointer) == ("formula", "/2/course_id")


def test_a_formula_in_a_column_that_nobody_needs_is_left_alone():
    item = one("ana@x.example", "BLS", "=1+1", heading=("email", "course_id", "ward"))

    assert isinstance(item, Completion)


def test_the_first_sheet_is_read_or_the_one_that_is_named():
    rows = [("email", "course_id"), ("li@x.example", "ALS")]
    data = book(("email", "course_id"), ("ana@x.example", "BLS"), sheets={"March": rows})

    assert [item.activity.source_id for item in items_of(data)] == ["BLS"]
    assert [item.activity.source_id for item in items_of(data, sheet="March")] == ["ALS"]


def test_a_sheet_that_is_not_there_is_asked_for_with_those_that_are():
    with pytest.raises(InvalidInput, match="“Sheet”") as error:
        items_of(book(("email",), ("x",)), sheet="April")
    assert error.value.facts["setting"] == "sheet"


def test_blank_rows_and_columns_are_passed_over():
    items = items_of(book((), ("email", None, "course_id"), (), ("ana@x.example", None, "BLS"), (None, "  ")))

    assert [(item.index, item.activity.source_id) for item in items] == [(4, "BLS")]


# -- hostile workbooks ---------------------------------------------------------------------------------------


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The workbook with one part replaced."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, content if part == name else old.read(part))
        if name not in old.namelist():
            new.writestr(name, content)
    return buffer.getvalue()


GOOD = book(("email", "course_id"), ("ana@x.example", "BLS"))


def test_a_bomb_is_refused_by_what_it_would_unpack_to(monkeypatch):
    monkeypatch.setattr(workbook, "MAX_INFLATED_BYTES", 1_000_000)
    bomb = with_part(GOOD, "xl/media/zeros.bin", b"\0" * 2_000_000)

    assert len(bomb) < 20_000
    with pytest.raises(TooLarge):
        items_of(bomb)


def test_thousands_of_parts_are_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for number in range(workbook.MOST_PARTS + 1):
            made.writestr(f"xl/{number}", b"")
    with pytest.raises(TooLarge):
        items_of(buffer.getvalue())


def test_entities_are_not_expanded():
    sheet = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c t="inlineStr">
<is><t>&b;</t></is></c></row></sheetData></worksheet>"""
    with pytest.raises(InvalidInput):
        items_of(with_part(GOOD, "xl/worksheets/sheet1.xml", sheet))


@pytest.mark.filterwarnings("ignore:Workbook contains no")
@pytest.mark.parametrize(
    "part", ["[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/styles.xml", "_rels/.rels"]
)
@pytest.mark.parametrize(
    "content", [b"", b"<x", b"\xff\xfe\0", b"<worksheet/>"], ids=["empty", "torn", "binary", "other"]
)
def test_a_damaged_part_is_a_sentence_and_never_a_crash(part, content):
    try:
        items_of(with_part(GOOD, part, content))
    except (InvalidInput, TooLarge) as error:
        assert error.detail  # noqa: PT017 - some damage is none that matters


def test_a_workbook_that_lies_about_its_size_is_read_as_it_is():
    with zipfile.ZipFile(io.BytesIO(GOOD)) as old:
        sheet = old.read("xl/worksheets/sheet1.xml")
    lying = sheet.replace(b'<dimension ref="A1:B2"', b'<dimension ref="A1:XFD1048576"')

    assert lying != sheet
    assert len(items_of(with_part(GOOD, "xl/worksheets/sheet1.xml", lying))) == 1


# -- rows written out again ----------------------------------------------------------------------------------

FORMULAS = ["=HYPERLINK(1)", "+cmd", "-1", "@SUM(A1)", "\t=1", "\r=1"]


@pytest.mark.parametrize("text", FORMULAS, ids=["equals", "plus", "minus", "at", "tab", "return"])
def test_nothing_that_is_written_can_be_a_formula_t43(text):
    lines = [(2, (text, "BLS"), text)]
    rows = open_table(
        corrected.write_csv(("name", "course_id"), lines), CsvSettings(course_id="x", columns={"email": 1})
    ).source.rows()
    sheet = openpyxl.load_workbook(io.BytesIO(corrected.write_xlsx(("name", "course_id"), lines))).active

    written = next(cells for number, cells in rows if number == 2)
    cells = next(iter(sheet.iter_rows(min_row=2)))
    assert all(str(cell)[:1] not in set("=+-@\t\r") for cell in written)
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert all(str(cell.value or "")[:1] not in set("=+-@\t\r") for cell in cells)
