"""The door for Caliper sensors: `/caliper/{source}` takes envelopes and answers an empty 200, as the standard says.

A sensor learns only whether its envelope was taken. What came of each event is in the inbox, for staff. Source:
Caliper 1.1, 6 "Transport"; Caliper 1.2, "HTTP transport".
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from app.errors import NotFound, UnsupportedMediaType
from app.lms import caliper
from app.web import taking_in
from app.web.api.strict_route import is_json
from app.web.deps import RawBody, TheService
from app.web.unreadable import refuse_unreadable

router = APIRouter(tags=["source"])


@router.post("/caliper/{source_id}")
def take_envelope(source_id: str, request: Request, body: RawBody, service: TheService) -> Response:
    """Take an envelope. Answers 200 with nothing, 400 for no envelope, 401, 413, 415, or 422 for another version."""
    if not is_json(request.headers.get("content-type", "")):
        detail = "Send an envelope as JSON, with Content-Type: application/json"
        raise UnsupportedMediaType(detail, expected="application/json")
    headers = taking_in.headers_of(request)
    opened = taking_in.open_source(service, source_id)
    if opened.adapter.name != caliper.ADAPTER.name:
        raise NotFound("There is no such source")
    authenticated = taking_in.authenticate(service, opened, headers, body)
    answer = taking_in.take_in(service, opened, authenticated, headers, body)
    refuse_unreadable(answer, unprocessable=caliper.UNSUPPORTED_VERSION)
    return Response(headers={"Cache-Control": "no-store"})
