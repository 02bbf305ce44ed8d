"""Tables as files: the columns that the screen shows, as CSV, as a workbook or as JSON. Pure: rows in, bytes out.

Texts stay texts: nothing that somebody wrote is ever taken for a formula (T43). What a column means goes with it.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter
from babel import dates

from app.errors import TooLarge

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
JSON_TYPE = "application/json"
MOST_ROWS_OF_A_SHEET = 1_048_575  # and the headings
_LONGEST_CELL = 32_767  # of a workbook; a longer one would be left out without a word
_FIRST_YEAR = 1900  # of a workbook's calendar
_GUARD = "'"
# Spreadsheets in East Asia take the wide forms as well; blanks before the sign change nothing for some of them.
_MAY_BE_FORMULA = re.compile(r"[\s\x00-\x20\u00a0\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠]|[\t\r\n]")
_ONLY_IN_NAMES = re.compile(r"[^\w .()-]+")
_LONGEST_SHEET_NAME = 31
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


class Kind(StrEnum):
    """What a column holds. A `share` is 0 to 1, a `month` is its first day, a `moment` is shown in the table's zone."""

    TEXT = "text"
    COUNT = "count"
    SHARE = "share"
    NUMBER = "number"
    DATE = "date"
    MONTH = "month"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class FewerThan:
    """A count that is not told, since it is small enough to say something of single people."""

    limit: int

    def __str__(self) -> str:
        return f"fewer than {self.limit}"


Cell = str | int | float | Decimal | date | datetime | FewerThan | None
"""One cell; None = there is nothing to say."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: `name` for programs, `title` for people, `definition` in plain sentences.

    `is_personal`: it says who somebody is. `counts_people`: small numbers in it may say something of single people.
    """

    name: str
    title: str
    kind: Kind = Kind.TEXT
    definition: str = ""
    is_personal: bool = False
    counts_people: bool = False


@dataclass(frozen=True, slots=True)
class About:
    """Something to know of the whole table: its period, its zone, when it was made."""

    name: str
    title: str
    value: Cell


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns. `name` is for files and addresses, `title` for people; `zone` (IANA) is that of moments."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]
    about: tuple[About, ...] = ()
    zone: str = "UTC"

    def without_personal(self) -> Table:
        """The table without the columns that say who somebody is."""
        kept = [place for place, column in enumerate(self.columns) if not column.is_personal]
        return replace(
            self,
            columns=tuple(self.columns[place] for place in kept),
            rows=[[row[place] for place in kept] for row in self.rows],
        )


def csv_bytes(table: Table) -> bytes:
    """The table as CSV that spreadsheets open: UTF-8 with a byte order mark, every cell in quotation marks (RFC 4180).

    A text that could be taken for a formula has an apostrophe before it. Numbers are numbers, also below zero.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([guarded(column.title) for column in table.columns])
    zone = ZoneInfo(table.zone)
    for row in table.rows:
        cells = zip(row, table.columns, strict=True)
        writer.writerow([_in_csv(cell, column.kind, zone) for cell, column in cells])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode("utf-8", "replace")


def json_bytes(table: Table) -> bytes:
    """The table as JSON: what it is about, its columns with their definitions, and its rows as objects."""
    zone = ZoneInfo(table.zone)
    document = {
        "name": table.name,
        "title": table.title,
        "about": {each.name: _in_json(each.value, Kind.TEXT, zone) for each in table.about},
        "columns": [
            {"name": column.name, "title": column.title, "kind": column.kind, "definition": column.definition}
            for column in table.columns
        ],
        "rows": [
            {column.name: _in_json(cell, column.kind, zone) for cell, column in zip(row, table.columns, strict=True)}
            for row in table.rows
        ],
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")


def xlsx_bytes(table: Table) -> bytes:
    """The table as a workbook, and a second sheet that says what it is about and what each column means.

    Texts are texts, dates are dates, and moments those of the clocks in the table's zone. The same table gives the
    same bytes. Raises TooLarge for more rows than a sheet has.
    """
    if len(table.rows) > MOST_ROWS_OF_A_SHEET:
        raise TooLarge("There are more rows than a sheet has; take CSV", limit_items=MOST_ROWS_OF_A_SHEET)
    buffer = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book: Any = xlsxwriter.Workbook(buffer, {"constant_memory": True, "in_memory": True, **plain})
    book.set_properties({"title": table.title, "created": datetime(2000, 1, 1)})  # noqa: DTZ001 - a workbook has no zones
    _write_rows(book, table)
    _write_about(book, table)
    book.close()
    return buffer.getvalue()


def guarded(text: str) -> str:
    """The text as a spreadsheet cannot take it for a formula."""
    return _GUARD + text if _MAY_BE_FORMULA.match(text) else text


def shown(cell: Cell, kind: Kind, zone: str = "UTC", language: str = "en") -> str:
    """The cell in words, as terminals and mails show it; an en dash where there is nothing to say."""
    match cell:
        case None:
            return "–"
        case datetime():
            local = cell.astimezone(ZoneInfo(zone))
            return f"{_written(local, language)}, {local:%H:%M} {local.tzname()}"
        case date():
            return _month(cell, language) if kind is Kind.MONTH else _written(cell, language)
        case int() | float() | Decimal() if kind is Kind.SHARE:
            return f"{cell * 100:.0f} %"
        case float() | Decimal():
            return f"{cell:.1f}"
        case _:
            return str(cell)


def _written(day: date, language: str) -> str:
    if language != "en":
        return str(dates.format_date(day, "long", locale=language))
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _month(day: date, language: str) -> str:
    if language != "en":
        return str(dates.format_skeleton("yMMMM", day, locale=language))
    return f"{_MONTHS[day.month - 1]} {day.year}"


def _in_csv(cell: Cell, kind: Kind, zone: ZoneInfo) -> str:
    match cell:
        case None:
            return ""
        case str():
            return guarded(cell)
        case datetime():
            return cell.astimezone(zone).isoformat(sep=" ", timespec="seconds")
        case date():
            return f"{cell:%Y-%m}" if kind is Kind.MONTH else cell.isoformat()
        case _:
            return str(cell)


def _in_json(cell: Cell, kind: Kind, zone: ZoneInfo) -> Any:
    match cell:
        case FewerThan():
            return {"fewer_than": cell.limit}
        case Decimal():
            return float(cell)
        case datetime():
            return cell.astimezone(zone).isoformat(timespec="seconds")
        case date():
            return f"{cell:%Y-%m}" if kind is Kind.MONTH else cell.isoformat()
        case _:
            return cell


# -- the workbook -------------------------------------------------------------------------------------------


def _write_rows(book: Any, table: Table) -> None:
    sheet = book.add_worksheet(_sheet_name(table.title))
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    forms = _forms(book)
    for place, column in enumerate(table.columns):
        in_zone = f" ({table.zone})" if column.kind is Kind.MOMENT else ""
        sheet.write_string(0, place, column.title + in_zone, bold)
        sheet.set_column(place, place, _width(column))
    zone = ZoneInfo(table.zone)
    for number, row in enumerate(table.rows, 1):
        for place, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
            _write(sheet, number, place, cell, form=forms[column.kind], zone=zone)
    sheet.freeze_panes(1, 0)
    if table.columns:
        sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)


def _write_about(book: Any, table: Table) -> None:
    sheet = book.add_worksheet("About")
    bold, wrapped = book.add_format({"bold": True, "valign": "top"}), book.add_format({"text_wrap": True})
    zone, forms = ZoneInfo(table.zone), _forms(book)
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, table.title, bold)
    line = 1
    for each in table.about:
        is_moment = isinstance(each.value, datetime)
        kind = Kind.MOMENT if is_moment else Kind.DATE if isinstance(each.value, date) else Kind.TEXT
        sheet.write_string(line, 0, f"{each.title} ({table.zone})" if is_moment else each.title, bold)
        _write(sheet, line, 1, each.value, form=forms[kind], zone=zone)
        line += 1
    for column in table.columns:
        if column.definition:
            sheet.write_string(line, 0, column.title, bold)
            sheet.write_string(line, 1, column.definition, wrapped)
            line += 1


def _forms(book: Any) -> dict[Kind, Any]:
    left = {"align": "left"}
    return {
        Kind.TEXT: None,
        Kind.COUNT: book.add_format({"num_format": "#,##0"}),
        Kind.SHARE: book.add_format({"num_format": "0.0%"}),
        Kind.NUMBER: book.add_format({"num_format": "#,##0.0"}),
        Kind.DATE: book.add_format({"num_format": "yyyy-mm-dd", **left}),
        Kind.MONTH: book.add_format({"num_format": "mmmm yyyy", **left}),
        Kind.MOMENT: book.add_format({"num_format": "yyyy-mm-dd hh:mm", **left}),
    }


def _write(sheet: Any, line: int, place: int, cell: Cell, *, form: Any, zone: ZoneInfo) -> None:
    write: Callable[..., Any]
    match cell:
        case None:
            return
        case bool() | str() | FewerThan():
            sheet.write_string(line, place, str(cell)[:_LONGEST_CELL])
            return
        case datetime():
            value: Any = cell.astimezone(zone).replace(tzinfo=None)
            write = sheet.write_datetime
        case date():
            value, write = cell, sheet.write_datetime
        case _:
            sheet.write_number(line, place, cell, form)
            return
    if value.year < _FIRST_YEAR:
        sheet.write_string(line, place, value.isoformat())
    else:
        write(line, place, value, form)


def _width(column: Column) -> int:
    by_kind = {Kind.TEXT: 32, Kind.MOMENT: 22, Kind.DATE: 14, Kind.MONTH: 18}
    return by_kind.get(column.kind, 14)


def _sheet_name(title: str) -> str:
    return " ".join(_ONLY_IN_NAMES.sub(" ", title).split())[:_LONGEST_SHEET_NAME].strip() or "Table"
