"""The holder's badges for programs that were let in: `getCredentials` and `upsertCredential` of Open Badges 3.0."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from app.credentials import strict_json
from app.errors import InvalidInput, UnsupportedMediaType
from app.issuing import collection, kept_badges
from app.web.api.strict_route import is_json, media_type
from app.web.badge_connect import paging
from app.web.badge_connect.callers import BadgeReader, BadgeWriter
from app.web.badge_connect.noting import note_read
from app.web.badge_connect.paging import Wanted
from app.web.badge_connect.taking import take
from app.web.deps import JudgingLane, RawBody, TheDesk, TheService

router = APIRouter(prefix="/ims/ob/v3p0/credentials", tags=["integrator"], include_in_schema=False)

JSON, TEXT = "application/json", "text/plain"
# A compact JWS: three parts in base64url (the pattern of the standard's own description).
_JWS = re.compile(rb"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+")


@router.get("")
def get_credentials(
    request: Request, caller: BadgeReader, service: TheService, page: Annotated[Wanted, Depends(paging.wanted)]
) -> Response:
    """A page of the badges: JSON with a proof in `credential`, tokens in `compactJwsString`, byte for byte."""
    with service.database.read() as session:
        found, total = collection.page_of(
            session, caller.account_id, limit=page.limit, offset=page.offset, since=page.since
        )
    note_read(service, caller, "getCredentials", [each.award_id for each in found if each.award_id])
    credentials = [each.document for each in found if each.media_type == kept_badges.JSON]
    tokens = [strict_json.dumps(each.document.decode()) for each in found if each.media_type == kept_badges.TOKEN]
    body = b'{"credential":[%b],"compactJwsString":[%b]}' % (b",".join(credentials), b",".join(tokens))
    return Response(body, media_type=JSON, headers=paging.headers(service, request, page, total))


@router.post("")
async def upsert_credential(
    request: Request, *, body: RawBody, caller: BadgeWriter, service: TheService, desk: TheDesk, lane: JudgingLane
) -> Response:
    """Add a badge, or put it in the place of an equal one: 201 or 200, and what was sent comes back."""
    kind = _kind(request, body)
    is_new = await take(service, desk, lane, caller, body)
    return Response(body, 201 if is_new else 200, media_type=kind, headers={"Cache-Control": "no-store"})


def _kind(request: Request, body: bytes) -> str:
    """What was sent: JSON, or a compact JWS as text. Raises UnsupportedMediaType, InvalidInput, MalformedJson."""
    stated = request.headers.get("content-type", "")
    if media_type(stated) == TEXT:
        if not _JWS.fullmatch(body.strip()):
            raise InvalidInput("The body is no compact JWS: three parts with dots between them")
        return TEXT
    if is_json(stated):  # application/vc+ld+json, application/vc and application/ld+json, too
        if not isinstance(strict_json.loads(body), dict):
            raise InvalidInput("The body is no credential: it has to be an object")
        return media_type(stated)
    raise UnsupportedMediaType("Send a credential as application/json, or a compact JWS as text/plain", expected=JSON)
