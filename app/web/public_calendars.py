"""The door of calendar programs: a calendar at a secret address, for whoever has it."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import APIRouter
from fastapi.responses import Response

from app.errors import NotFound
from app.issuing.renewals import calendars
from app.projections import calendar
from app.web.deps import TheService

router = APIRouter(tags=["public"], include_in_schema=False)

SUFFIX = ".ics"


@router.get("/calendars/{name}")
def read_calendar(name: str, service: TheService) -> Response:
    """The calendar as it stands now. It is not kept on the way: whoever ends the address ends it at once."""
    if not name.endswith(SUFFIX):
        raise NotFound(calendars.NOTHING_HERE)
    with service.database.read() as session:
        found = calendars.read(session, service.office, name.removesuffix(SUFFIX))
    host = urlsplit(service.office.addresses.base_url).hostname or "localhost"
    headers = {
        "Content-Disposition": 'inline; filename="renewals.ics"',
        "Cache-Control": "private, no-cache",
        "X-Robots-Tag": "noindex",
    }
    return Response(calendar.to_ics(found, host=host), media_type=calendar.MEDIA_TYPE, headers=headers)
