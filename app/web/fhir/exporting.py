"""Everything of one type, one resource to a line, for systems that load files; read page by page.

Each page is a transaction of its own, and is written down before it goes out. What changes meanwhile may be told as it
was before or after; nobody is told twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse

from app import clock
from app.credentials import strict_json
from app.errors import NotAuthenticated
from app.issuing.health_records import reading
from app.issuing.health_records.telling import Teller
from app.projections.fhir.definitions import TYPES
from app.service import Service
from app.web.deps import TheService
from app.web.fhir import searching
from app.web.fhir.authentication import SEARCH, WHO, Reader, TheReader
from app.web.fhir.parameters import GREATEST_COUNT, Asked

router = APIRouter(prefix="/fhir/{slug}", tags=["integrator"], include_in_schema=False)

MEDIA_TYPE = "application/fhir+ndjson"


def pages(service: Service, reader: Reader, resource_type: str) -> Iterator[bytes]:
    """The lines, page by page; a page may be empty. Raises NotAuthenticated at the page at which the reader was ended.

    Whoever has got a part by then sees the connection break off before the end.
    """
    after: str | None = None
    while True:
        asked = Asked({}, (), GREATEST_COUNT, after, is_total_wanted=False)
        with service.database.read() as session:
            if reader.is_ended(session):
                raise NotAuthenticated(WHO)
            issuer, statuses = reader.issuer(session), searching.statuses_of(reader)
            teller = Teller(session, service.office, issuer, reader.view, clock.now(), statuses)
            found = searching.SEARCHES[resource_type](teller, reader, asked)
        with service.database.write() as session:
            reading.note(
                session,
                reader.issuer_id,
                actor=reader.actor,
                reader_id=reader.reader_id,
                interaction=f"export {resource_type}",
                found=found.ids,
            )
        yield b"".join(strict_json.dumps(each.resource) + b"\n" for each in found.written)
        if found.following is None:
            return
        after = found.following


def _download(resource_type: str) -> Callable[..., Response]:
    def download(slug: str, reader: TheReader, service: TheService) -> Response:
        """The lines as a file."""
        reader.demand(resource_type, SEARCH)
        every = pages(service, reader, resource_type)
        first = next(every)  # so that what is wrong is said before the answer begins
        name = f'attachment; filename="{slug}-{resource_type}.ndjson"'
        headers = {"Cache-Control": "no-store", "Content-Disposition": name}
        return StreamingResponse(chain([first], every), media_type=MEDIA_TYPE, headers=headers)

    return download


for _type in TYPES:
    router.add_api_route(f"/{_type}/$ndjson", _download(_type), methods=["GET"], name=f"download_{_type}")
