"""The door for an organisation elsewhere that is asked to endorse: see what is asked, sign it, and hand it in.

Whoever looks changes nothing: mail scanners open every link that they see. Only the buttons do. What is handed in is
judged like any stranger's document: in the lane for that, outside of every transaction, and counted.
"""

from __future__ import annotations

import json
from functools import partial
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from app.credentials import strict_json
from app.errors import Busy, Gone, InvalidInput, NotFound, RateLimited, ServiceError, TooLarge
from app.issuing import endorsement_requests, issuers, received_endorsements
from app.issuing.received_endorsements import Judged
from app.judging.desk import Desk
from app.service import Service
from app.web.deps import JudgingLane, TheDesk, TheService, rates_of
from app.web.endorsement_view import page_of
from app.web.inside import Refusal, refusal
from app.web.issuer_view import issuer_view
from app.web.languages import gettext as _
from app.web.pages import page
from app.web.representations import Representation, respond

router = APIRouter(prefix="/endorse", tags=["public"], include_in_schema=False)

MOST_FIELDS = 10
LONGEST_REASON = 2_000
FORM_BYTES = 2 * received_endorsements.MOST_BYTES  # of a field: what is pasted may come with blanks


@router.get("/{token}")
def look(token: str, request: Request, service: TheService) -> Response:
    """What is asked, with the document to sign. 404 for no link of ours, 410 for one that is over."""
    return _page(request, service, token)


@router.get("/{token}/endorsement.json")
def document(token: str, request: Request, service: TheService) -> Response:
    """The endorsement that is asked for, unsigned."""
    with service.database.read() as session:
        found = endorsement_requests.by_token(session, token)
        stated = endorsement_requests.document_to_endorse(session, service.office, found)
    headers = {"Content-Disposition": 'attachment; filename="endorsement.json"', "X-Robots-Tag": "noindex"}
    body = strict_json.dumps(stated)
    return respond(request, Representation(body, "application/ld+json", caching="no-store", headers=headers))


@router.post("/{token}")
async def answer(token: str, request: Request, service: TheService, desk: TheDesk, lane: JudgingLane) -> Response:
    """Take a signed endorsement as a file or as text, or a no with its reason. What is wrong stands on the page."""
    try:
        fields = await _read(request)
        if fields["act"] == "decline":
            return await run_in_threadpool(_decline, request, service, token, fields["reason"])
        handed_in = received_endorsements.read(fields["document"].encode("utf-8", "replace"))
        await run_in_threadpool(_refuse_ended, service, token)  # before anybody is asked
        rates_of(request).look_up(request)
        return await lane.run(partial(_hand_in, request, service, desk, token, handed_in))
    except (NotFound, Gone):
        raise
    except ServiceError as error:
        response = await run_in_threadpool(partial(_page, request, service, token, refused=refusal(error)))
        if isinstance(error, Busy | RateLimited):
            response.headers["Retry-After"] = str(error.facts["retry_after_seconds"])
        return response


def _hand_in(request: Request, service: Service, desk: Desk, token: str, handed_in: bytes) -> Response:
    judged = Judged(handed_in, desk.judge(handed_in))
    try:
        with service.database.write() as session:
            found = endorsement_requests.by_token(session, token)
            endorsement_requests.hand_in(session, service.office, found, judged)
            issuer_name = issuers.by_id(session, found.issuer_id).name
    except InvalidInput as error:
        return _page(request, service, token, refused=refusal(error))
    return _done(request, issuer_name, is_signed=True)


def _decline(request: Request, service: Service, token: str, reason: str) -> Response:
    if not reason or len(reason) > LONGEST_REASON:
        raise InvalidInput(_("Say why, in at most %(most)s characters", most=LONGEST_REASON), pointer="/reason")
    with service.database.write() as session:
        found = endorsement_requests.by_token(session, token)
        endorsement_requests.decline(session, found, reason=reason, actor=f"request:{found.id}")
        issuer_name = issuers.by_id(session, found.issuer_id).name
    return _done(request, issuer_name, is_signed=False)


def _refuse_ended(service: Service, token: str) -> None:
    with service.database.read() as session:
        endorsement_requests.by_token(session, token)


async def _read(request: Request) -> dict[str, str]:
    """The fields of the form; a file counts as the document."""
    try:
        form = await request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=FORM_BYTES)
    except (HTTPException, ValueError) as error:
        raise TooLarge(_("This form is larger than is accepted, or cannot be read"), limit_bytes=FORM_BYTES) from error
    found = {name: form.get(name, "") for name in ("act", "reason", "document")}
    fields = {name: value.strip() if isinstance(value, str) else "" for name, value in found.items()}
    file = form.get("file")
    content = await file.read(FORM_BYTES) if isinstance(file, UploadFile) else b""
    await form.close()
    if any("\0" in value for value in fields.values()):
        raise InvalidInput(_("This holds a character that no text has"), pointer="/reason")
    return fields if not content else fields | {"document": content.decode("utf-8", "replace")}


def _page(request: Request, service: Service, token: str, *, refused: Refusal | None = None) -> Response:
    with service.database.read() as session:
        found = endorsement_requests.by_token(session, token)
        stated = endorsement_requests.document_to_endorse(session, service.office, found)
        asker = issuer_view(service.office, issuers.by_id(session, found.issuer_id))
    return _shown(
        request,
        "endorse.html",
        status=refused.status if refused else HTTPStatus.OK,
        token=token,
        asked=found,
        asker=asker,
        page_of_thing=page_of(service.office, found.about),
        document=json.dumps(stated, indent=2, ensure_ascii=False),
        refused=refused,
    )


def _done(request: Request, issuer_name: str, *, is_signed: bool) -> Response:
    return _shown(request, "endorse_done.html", issuer_name=issuer_name, is_signed=is_signed)


def _shown(request: Request, template: str, *, status: int = HTTPStatus.OK, **shown: Any) -> Response:
    return page(request, template, status=int(status), indexed=False, caching="no-store", **shown)
