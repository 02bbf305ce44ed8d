"""What every list of the staff pages needs: addresses that keep the filter, and the columns on screen as a file."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from fastapi.responses import Response

from app.errors import NotFound
from app.projections import tables
from app.projections.tables import Table

MOST_COUNTED = 10_000  # above, a list says "more than 10,000" and does not count on
MOST_EXPORTED = 50_000
MOST_FIELDS = 50
_WRITERS = {
    "csv": (tables.csv_bytes, tables.CSV_TYPE),
    "xlsx": (tables.xlsx_bytes, tables.XLSX_TYPE),
}


def with_query(request: Request, path: str | None = None, **changes: str | None) -> str:
    """The address of this page, or another path, with the same query; a change of None takes a name out."""
    try:
        asked = parse_qsl(request.url.query, max_num_fields=MOST_FIELDS)
    except ValueError:
        asked = []
    kept = [(name, value) for name, value in asked if name not in changes and value]
    stated = [*kept, *((name, value) for name, value in changes.items() if value)]
    return f"{path or request.url.path}?{urlencode(stated)}" if stated else path or request.url.path


def asked(request: Request, names: tuple[str, ...], *, most: int = 320) -> Mapping[str, str]:
    """What an address asks for by these names, without blanks around it; "" for what it does not name."""
    return {name: request.query_params.get(name, "").replace("\x00", "")[:most].strip() for name in names}


def as_file(table: Table, form: str) -> Response:
    """The table as a download. Raises NotFound for a form that is none, TooLarge for more rows than a sheet has."""
    if form not in _WRITERS:
        raise NotFound("There is nothing at this address")
    write, media_type = _WRITERS[form]
    headers = {"Content-Disposition": f'attachment; filename="{table.name}.{form}"', "Cache-Control": "no-store"}
    return Response(write(table), media_type=media_type, headers=headers)
