"""Badge Connect of Open Badges 2.1: for Moodle above all, whose calls decide where the standard leaves a choice.

Every answer holds a `status`; Moodle counts a push as done when the status inside says 200, whatever HTTP says.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from app.credentials import strict_json
from app.errors import InvalidInput, NotFound, UnsupportedMediaType
from app.issuing import awards, collection, kept_badges, open_badges_2
from app.issuing.badge_connect import profiles
from app.service import Service
from app.web.api.strict_route import is_json
from app.web.badge_connect import paging
from app.web.badge_connect.callers import AssertionReader, AssertionWriter, Profile21Reader
from app.web.badge_connect.noting import note_read
from app.web.badge_connect.paging import Wanted
from app.web.badge_connect.taking import take
from app.web.deps import JudgingLane, RawBody, TheDesk, TheService

router = APIRouter(prefix="/ims/ob/v2p1", tags=["integrator"], include_in_schema=False)

DONE = {"error": None, "statusCode": 200, "statusText": "OK"}
NO_STORE = {"Cache-Control": "no-store"}


@router.post("/assertions")
async def post_assertion(
    request: Request, *, body: RawBody, caller: AssertionWriter, service: TheService, desk: TheDesk, lane: JudgingLane
) -> Response:
    """Add a badge of Open Badges 2.0, hosted or signed."""
    is_new = await take(service, desk, lane, caller, _assertion(request, body))
    return JSONResponse({"status": DONE}, status_code=201 if is_new else 200, headers=NO_STORE)


@router.get("/assertions")
def get_assertions(
    request: Request, caller: AssertionReader, service: TheService, page: Annotated[Wanted, Depends(paging.wanted)]
) -> Response:
    """A page of the badges that have a form in Open Badges 2.0: hosted ones, and signed ones as tokens."""
    with service.database.read() as session:
        found, total = collection.page_of(
            session, caller.account_id, limit=page.limit, offset=page.offset, since=page.since, older=True
        )
    hosted = {each.award_id: _hosted(service, each.award_id) for each in found if each.award_id}
    own = {award_id: document for award_id, document in hosted.items() if document is not None}
    note_read(service, caller, "getAssertions", own)
    from_elsewhere = [each for each in found if not each.award_id and each.media_type == kept_badges.JSON]
    kept = [strict_json.loads(each.document) for each in from_elsewhere]
    signed = [each.document.decode() for each in found if each.media_type == kept_badges.TOKEN]
    told = {"status": DONE, "assertions": [*own.values(), *kept], "signedAssertions": signed}
    return JSONResponse(told, headers=paging.headers(service, request, page, total))


@router.get("/profile")
def get_profile(caller: Profile21Reader, service: TheService) -> Response:
    """The holder's profile, in the words of 2.0."""
    with service.database.read() as session:
        profile = profiles.of_account(session, caller.account_id)
    told = {name: profile[name] for name in ("id", "name", "email", "url", "description") if name in profile}
    words = {"@context": "https://w3id.org/openbadges/v2", "type": "Profile"}
    return JSONResponse({"status": DONE, "profile": words | told}, headers=NO_STORE)


def _assertion(request: Request, body: bytes) -> bytes:
    """The badge in `{"assertion": …}`: an object, or the token of a signed one. Raises as `strict_json`, too."""
    if not is_json(request.headers.get("content-type", "")):
        raise UnsupportedMediaType("Send the badge as application/json", expected="application/json")
    sent = strict_json.loads(body)
    found = sent.get("assertion") if isinstance(sent, dict) else None
    if isinstance(found, str):
        return found.strip().encode()
    if not isinstance(found, dict):
        raise InvalidInput('Send {"assertion": …} with the badge in it', pointer="/assertion")
    return strict_json.dumps(found)


def _hosted(service: Service, award_id: str) -> dict[str, Any] | None:
    """The hosted badge; None where 2.0 cannot say whose it is."""
    with service.database.read() as session:
        try:
            return open_badges_2.hosted_assertion(session, service.office, awards.by_id(session, award_id)).document
        except NotFound:
            return None
