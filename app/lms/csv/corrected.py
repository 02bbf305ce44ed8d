"""Rows written out again, for people to put right: as CSV or as a workbook, and never as formulas (T43)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

import xlsxwriter

from app.lms.csv.cells import Cell, Formula, guarded, text_of

WHY, ROW = "why (Lanyard)", "row (Lanyard)"
_WIDTH = 18
_WIDTH_OF_WHY = 60

Line = tuple[int, Sequence[Cell], str]
"""The number of a row in the file that was uploaded, its cells, and what is wrong with it."""


def write_csv(headings: Sequence[str], lines: Iterable[Line]) -> bytes:
    """The lines as CSV that spreadsheets open: UTF-8 with a byte order mark, every cell in quotation marks."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    for texts in _texts(headings, lines):
        writer.writerow(texts)
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def write_xlsx(headings: Sequence[str], lines: Iterable[Line]) -> bytes:
    """The lines as a workbook with one sheet; every cell is text."""
    buffer = io.BytesIO()
    book: Any = xlsxwriter.Workbook(buffer, {"constant_memory": True, "in_memory": True})
    sheet = book.add_worksheet("Rows to put right")
    for number, texts in enumerate(_texts(headings, lines)):
        for place, text in enumerate(texts):
            sheet.write_string(number, place, text)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(headings) - 1, _WIDTH)
    sheet.set_column(len(headings), len(headings), _WIDTH_OF_WHY)
    book.close()
    return buffer.getvalue()


def _texts(headings: Sequence[str], lines: Iterable[Line]) -> Iterable[list[str]]:
    yield [guarded(each) for each in (*headings, WHY, ROW)]
    for number, cells, why in lines:
        shown = ["" if isinstance(cell, Formula) else text_of(cell) for cell in cells]
        shown += [""] * (len(headings) - len(shown))
        # What a torn row has too much goes into its last column, so that nothing is lost and no column moves.
        kept = [*shown[: len(headings) - 1], ", ".join(text for text in shown[len(headings) - 1 :] if text)]
        yield [*(guarded(text) for text in kept), guarded(why), str(number)]
