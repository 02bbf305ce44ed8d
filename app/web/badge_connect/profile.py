"""The holder's profile for programs that were let in: `getProfile` and `putProfile` of Open Badges 3.0."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from app.credentials import strict_json
from app.errors import UnsupportedMediaType
from app.issuing.badge_connect import profiles
from app.web.api.strict_route import is_json
from app.web.badge_connect.callers import ProfileReader, ProfileWriter
from app.web.deps import RawBody, TheService

router = APIRouter(prefix="/ims/ob/v3p0/profile", tags=["integrator"], include_in_schema=False)

NO_STORE = {"Cache-Control": "no-store"}


@router.get("")
def get_profile(caller: ProfileReader, service: TheService) -> Response:
    """The profile."""
    with service.database.read() as session:
        return JSONResponse(profiles.of_account(session, caller.account_id), headers=NO_STORE)


@router.put("")
def put_profile(request: Request, body: RawBody, caller: ProfileWriter, service: TheService) -> Response:
    """Put a whole profile in the place of what was there; back comes what is told from now on."""
    if not is_json(request.headers.get("content-type", "")):
        raise UnsupportedMediaType("Send the profile as application/json", expected="application/json")
    document = strict_json.loads(body, max_bytes=profiles.MAX_BYTES)
    with service.database.write() as session:
        return JSONResponse(profiles.put(session, caller.account_id, document), headers=NO_STORE)
