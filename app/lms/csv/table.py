"""A file as a table: its headings, its rows, and the questions that only a person can answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.errors import InvalidInput, TooLarge
from app.lms.csv import columns, text_file, workbook
from app.lms.csv.cells import Cell, is_empty, text_of
from app.lms.csv.columns import Columns
from app.lms.csv.settings import CsvSettings

MAX_BYTES = 20 * 1024 * 1024
MAX_ROWS = 100_000
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt ].*)?")
_NUMERIC_DATE = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})(?:[ T].*)?")
_MONTHS_IN_A_YEAR = 12
_MONTH_NAMES = "January February March April May June July August September October November December".split()  # noqa: SIM905 - a list of twelve lines says no more


@dataclass(frozen=True, slots=True)
class Question:
    """Something that must be decided before the file can be read: the setting that decides it, and the choices."""

    setting: str
    sentence: str
    choices: tuple[str, ...] = ()
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `number` counts as a spreadsheet does: 1 is the first row of the file, blank rows count."""

    number: int
    cells: tuple[Cell, ...]

    def cell(self, place: int) -> Cell:
        """The cell in a column; None where the row is shorter."""
        return self.cells[place] if place < len(self.cells) else None


@dataclass(frozen=True, slots=True)
class Table:
    """A file that was opened. `facts` say how it was read; `row_count` is without headings and blank rows."""

    headings: tuple[str, ...]
    heading_row: int
    columns: Columns
    row_count: int
    facts: Mapping[str, Any]
    questions: tuple[Question, ...]
    notes: tuple[str, ...]
    source: text_file.TextFile | workbook.Workbook = field(repr=False)

    def rows(self, *, after: int = 0) -> Iterator[Row]:
        """The rows below the headings that are not blank, those with a number up to `after` left out."""
        for number, cells in self.source.rows():
            if number > max(after, self.heading_row) and not all(is_empty(cell) for cell in cells):
                yield Row(number, tuple(cells))


def open_table(data: bytes, settings: CsvSettings) -> Table:
    """Open a CSV file or a workbook and look through it once.

    Raises InvalidInput (with `setting` where a choice would help, with `row` where one is at fault) and TooLarge.
    """
    if len(data) > MAX_BYTES:
        raise TooLarge("The file is larger than is accepted", limit_bytes=MAX_BYTES)
    if not data.strip():
        raise InvalidInput("The file is empty", code="empty")
    if data.startswith(workbook.OLD_MAGIC):
        raise InvalidInput("This is a workbook of the old kind (.xls); save it as .xlsx or .csv", code="workbook")
    source: text_file.TextFile | workbook.Workbook
    if data.startswith(workbook.MAGIC):
        source = workbook.read(data, settings.sheet)
        facts: dict[str, Any] = {"form": "xlsx", "sheet": source.sheet, "sheets": list(source.sheets[:50])}
        notes: tuple[str, ...] = ()
    else:
        source = text_file.read(data, settings)
        facts = {"form": "csv", "encoding": source.encoding, "delimiter": source.delimiter_name}
        notes = source.notes
    return _looked_through(source, settings, facts, notes)


def _looked_through(
    source: text_file.TextFile | workbook.Workbook,
    settings: CsvSettings,
    facts: Mapping[str, Any],
    notes: tuple[str, ...],
) -> Table:
    rows = iter(source.rows())
    nothing: tuple[int, Sequence[Cell]] = (0, ())
    heading_row, heading_cells = next(
        ((number, cells) for number, cells in rows if not all(is_empty(cell) for cell in cells)), nothing
    )
    headings = tuple(text_of(cell) for cell in heading_cells)
    found = columns.find(headings, settings.columns, settings.contents)
    questions = [Question(setting, sentence) for setting, sentence in found.problems]
    questions += _missing_columns(headings, found, settings)
    look = _Look(found, settings)
    count = 0
    for number, cells in rows:
        if all(is_empty(cell) for cell in cells):
            continue
        count += 1
        if count > MAX_ROWS:
            raise TooLarge("The file has more rows than are accepted at once", limit_items=MAX_ROWS)
        look.at(Row(number, tuple(cells)))
    if not count:
        raise InvalidInput("The file has headings and no rows", code="empty")
    questions += look.questions()
    return Table(headings, heading_row, found, count, facts, tuple(questions), notes, source)


def _missing_columns(headings: Sequence[str], found: Columns, settings: CsvSettings) -> list[Question]:
    questions = []
    asked = {setting for setting, _ in found.problems}
    if not found.has("email") and not found.has("external_id") and not {"columns/email", "columns/external_id"} & asked:
        sentence = "Which column says who it is? One must hold the e-mail address, or the id of the learning system"
        if any("@" in heading for heading in headings):
            sentence += ". The first row looks like a person: the file needs a row of headings"
        questions.append(Question("columns/email", sentence, tuple(heading for heading in headings[:50] if heading)))
    if not found.has("course_id") and settings.course_id is None and "columns/course_id" not in asked:
        sentence = "Which course is it? Choose its column, or say `course_id` when the whole file is about one"
        questions.append(Question("columns/course_id", sentence, tuple(each for each in headings[:50] if each)))
    return questions


class _Look:
    """What the rows show of dates and numbers that can be read in two ways."""

    def __init__(self, found: Columns, settings: CsvSettings) -> None:
        self._date = found.places.get("completed_at") if settings.date_format is None else None
        self._score = found.places.get("score")
        self._settings = settings
        self._first_date: tuple[int, re.Match[str]] | None = None
        self._other_date: tuple[int, str] | None = None
        self._day_first = self._month_first = False
        self._first_comma: tuple[int, str] | None = None
        self._first_score: tuple[int, str] | None = None
        self._has_maximum = found.has("score_max")

    def at(self, row: Row) -> None:
        if self._date is not None and isinstance(cell := row.cell(self._date), str) and (text := text_of(cell)):
            self._look_at_date(row.number, text)
        if self._score is not None and (text := text_of(row.cell(self._score))):
            self._first_score = self._first_score or (row.number, text)
            if isinstance(row.cell(self._score), str) and "," in text:
                self._first_comma = self._first_comma or (row.number, text)

    def _look_at_date(self, number: int, text: str) -> None:
        match = _NUMERIC_DATE.fullmatch(text)
        if match is not None:
            # The example should be one that is really unclear.
            if self._first_date is None or (_is_clear(self._first_date[1]) and not _is_clear(match)):
                self._first_date = (number, match)
            self._day_first |= int(match[1]) > _MONTHS_IN_A_YEAR
            self._month_first |= int(match[3]) > _MONTHS_IN_A_YEAR
        elif not _ISO.fullmatch(text) and self._other_date is None:
            self._other_date = (number, text)

    def questions(self) -> list[Question]:
        """What has to be decided."""
        found = []
        if self._first_date is not None:
            found.append(self._date_question(*self._first_date))
        elif self._other_date is not None:
            sentence = (
                f"How are dates written? “{self._other_date[1][:40]}” is not like 2026-04-03; choose `date_format`"
            )
            choices = ("DD MMM YYYY", "%d %B %Y", "%Y%m%d")
            found.append(Question("date_format", sentence, choices, self._other_date[0]))
        if self._first_score is not None and self._settings.score_unit is None:
            row, text = self._first_score
            sentence = f"What are the scores: is “{text[:20]}” a fraction of 1, a percentage, or points of a maximum?"
            found.append(Question("score_unit", sentence, ("fraction", "percent", "points"), row))
        if self._first_score is not None and self._settings.score_unit == "points" and not self._has_maximum:
            sentence = "Points mean nothing without their maximum: which column is the `score_max`?"
            found.append(Question("columns/score_max", sentence))
        if self._first_comma is not None and self._settings.decimal_sign is None:
            row, text = self._first_comma
            sentence = f"Is the comma in “{text[:20]}” a decimal sign? Then choose `decimal_sign`"
            found.append(Question("decimal_sign", sentence, (",", "."), row))
        return found

    def _date_question(self, row: int, match: re.Match[str]) -> Question:
        first, sign, second, year = match.groups()
        years = "YYYY" if len(year) == 4 else "YY"  # noqa: PLR2004 - digits of a year
        day_first, month_first = f"DD{sign}MM{sign}{years}", f"MM{sign}DD{sign}{years}"
        if self._day_first and self._month_first:
            sentence = (
                f"Dates are written in two orders: {match[0]} and others. Make them one, then choose `date_format`"
            )
            return Question("date_format", sentence, (day_first, month_first), row)
        if self._day_first == self._month_first and _is_clear(match):
            sentence = f"How is {match[0]} written? Choose `date_format`"
            return Question("date_format", sentence, (day_first, month_first), row)
        if _is_clear(match):
            likely = day_first if self._day_first else month_first
            return Question("date_format", f"Is {match[0]} written as {likely}? Choose `date_format`", (likely,), row)
        sentence = f"Is {match[0]} {_spoken(first, second)} or {_spoken(second, first)}? Choose `date_format`"
        if self._day_first or self._month_first:
            sentence += f"; other rows can only be {day_first if self._day_first else month_first}"
        return Question("date_format", sentence, (day_first, month_first), row)


def _is_clear(match: re.Match[str]) -> bool:
    return int(match[1]) > _MONTHS_IN_A_YEAR or int(match[3]) > _MONTHS_IN_A_YEAR or int(match[1]) == int(match[3])


def _spoken(day: str, month: str) -> str:
    return f"{int(day)} {_MONTH_NAMES[int(month) - 1]}"
