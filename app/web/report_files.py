"""A report as a file or as a picture, for every door that shows reports; doors differ in who may ask."""

from __future__ import annotations

from enum import StrEnum

from fastapi.responses import Response

from app.projections import tables
from app.projections.chart import NARROW, SVG_TYPE, WIDTH
from app.projections.tables import Table
from app.reports import Answer


class FileFormat(StrEnum):
    """In which form a table is told."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


def table_response(table: Table, form: FileFormat, *, file_stem: str) -> Response:
    """A table in one of its forms. CSV and workbooks are files to be saved; nobody in between keeps them."""
    match form:
        case FileFormat.JSON:
            return Response(tables.json_bytes(table), media_type=tables.JSON_TYPE, headers=_NO_STORE)
        case FileFormat.CSV:
            body, media_type = tables.csv_bytes(table), tables.CSV_TYPE
        case FileFormat.XLSX:
            body, media_type = tables.xlsx_bytes(table), tables.XLSX_TYPE
    saved = {"Content-Disposition": f'attachment; filename="{file_stem}.{form}"', "Content-Type": media_type}
    return Response(body, headers=_NO_STORE | saved)


def report_response(answer: Answer, form: FileFormat, *, with_names: bool) -> Response:
    """A report in one of its forms. `with_names`: whoever asks may see who people are."""
    table = answer.table if with_names else answer.table.without_personal()
    period = answer.asked.period
    return table_response(table, form, file_stem=f"{table.name}-{period.first}-{period.last}")


def chart_response(answer: Answer, *, is_narrow: bool = False) -> Response:
    """The chart of a report as SVG, for an `<img>`; it says that there is nothing where there is nothing.

    `is_narrow`: for a phone, where a wide one would be shown with small letters.
    """
    made = answer.drawing(width=NARROW if is_narrow else WIDTH)
    return Response(made.svg, media_type=SVG_TYPE, headers=_NO_STORE | {"Content-Security-Policy": made.policy})


_NO_STORE = {"Cache-Control": "no-store"}
