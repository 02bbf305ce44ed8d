"""The door for whatever speaks xAPI: it takes statements as a learning record store does, and hands none out.

`/xapi/{source}` is the endpoint to type into a sender's settings; it adds `statements` and `about` itself. Asking for
statements is refused: this is a receiver. Source: xAPI 1.0.3, Communication, 1.3, 2.1, 2.8 and 3; xAPI 2.0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute

from app.errors import NotFound, ProtocolBroken, ServiceError, UnsupportedMediaType
from app.issuing.contradictions import refuse_contradiction
from app.lms import xapi
from app.lms.base import Authenticated, Completion
from app.lms.xapi import identifiers
from app.service import Service
from app.web import problems, taking_in
from app.web.api.strict_route import is_json, media_type
from app.web.deps import RawBody, TheService
from app.web.taking_in import Opened
from app.web.unreadable import refuse_if_all_unreadable, refuse_unreadable

VERSION_HEADER = "X-Experience-API-Version"
VERSIONS = ("1.0.0", "1.0.1", "1.0.2", "1.0.3", "2.0.0")
NEWEST = {"1": "1.0.3", "2": "2.0.0"}
ALLOWED = "POST, PUT"
CHALLENGE = 'Basic realm="xAPI", charset="UTF-8", Bearer'
_ASKED_VERSION = re.compile(r"([12])\.0(?:\.[0-9]{1,4})?")
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


class XapiRoute(APIRoute):
    """Every answer names the version that is spoken, problems too; who is not known is asked for a password."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """FastAPI's handler, and the header around it."""
        handle = super().get_route_handler()

        async def speaking(request: Request) -> Response:
            try:
                response = await handle(request)
            except ServiceError as error:
                if problems.STATUS[type(error)] >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise
                response = problems.problem(request, error)
                if response.status_code == HTTPStatus.UNAUTHORIZED:
                    response.headers["WWW-Authenticate"] = CHALLENGE
            response.headers.setdefault(VERSION_HEADER, _spoken(request) or NEWEST["1"])
            return response

        return speaking


router = APIRouter(prefix="/xapi/{source_id}", tags=["source"], route_class=XapiRoute)


@router.post("/statements")
def take_statements(source_id: str, request: Request, body: RawBody, service: TheService) -> Response:
    """Take one statement or an array. Answers 200 with their ids, in order."""
    _check_request(request)
    headers = taking_in.headers_of(request)
    opened = _opened(service, source_id)
    authenticated = taking_in.authenticate(service, opened, headers, body)
    _take(service, opened, authenticated, headers, body)
    return JSONResponse(identifiers.ids_in(authenticated.payload) or [], headers={"Cache-Control": "no-store"})


@router.put("/statements")
def put_statement(
    source_id: str,
    request: Request,
    body: RawBody,
    service: TheService,
    statementId: str = "",  # noqa: N803 - the standard's name
) -> Response:
    """Take one statement under the id that the address names. Answers 204."""
    _check_request(request)
    if not _UUID.fullmatch(statementId):
        raise ProtocolBroken("A PUT names the statement: add ?statementId= and a UUID to the address")
    headers = taking_in.headers_of(request) | {xapi.STATEMENT_ID: statementId}
    opened = _opened(service, source_id)
    authenticated = taking_in.authenticate(service, opened, headers, body)
    ids = identifiers.ids_in(authenticated.payload)
    if ids is not None and ids != [statementId.lower()]:
        raise ProtocolBroken("A PUT carries one statement, whose id is absent or the one that the address names")
    _take(service, opened, authenticated, headers, body)
    return Response(status_code=HTTPStatus.NO_CONTENT, headers={"Cache-Control": "no-store"})


@router.get("/statements")
def refuse_to_tell(request: Request) -> Response:
    """Say that this is a receiver: nobody reads statements here."""
    headers = {"Allow": ALLOWED, VERSION_HEADER: _spoken(request) or NEWEST["1"]}
    detail = "Statements are received here and not handed out; ask the learning record store that they come from"
    raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, detail, headers)


@router.get("/about")
def about(source_id: str, service: TheService) -> JSONResponse:
    """The versions that are spoken; whoever knows the address may ask."""
    _opened(service, source_id)
    return JSONResponse({"version": list(VERSIONS), "extensions": {}}, headers={"Cache-Control": "no-store"})


def _spoken(request: Request) -> str | None:
    """The version to answer in; None when the request asks for none that is spoken."""
    match = _ASKED_VERSION.fullmatch(request.headers.get(VERSION_HEADER, "").strip())
    return None if match is None else NEWEST[match[1]]


def _check_request(request: Request) -> None:
    """What can be refused before anybody is asked who they are. Raises ProtocolBroken and UnsupportedMediaType."""
    if "method" in request.query_params:
        raise ProtocolBroken("The alternate request syntax (?method=…) is not spoken; send the request itself")
    if _spoken(request) is None:
        raise ProtocolBroken(f"Name the version in {VERSION_HEADER}: 1.0.x or 2.0.x", versions=list(VERSIONS))
    content_type = request.headers.get("content-type", "")
    if media_type(content_type) == "multipart/mixed":
        detail = "Attachments are not taken; send the statements alone, as application/json"
        raise UnsupportedMediaType(detail, expected="application/json")
    if not is_json(content_type):
        detail = "Send statements as JSON, with Content-Type: application/json"
        raise UnsupportedMediaType(detail, expected="application/json")


def _opened(service: Service, source_id: str) -> Opened:
    opened = taking_in.open_source(service, source_id)
    if opened.adapter.name != xapi.ADAPTER.name:
        raise NotFound("There is no such source")
    return opened


def _take(
    service: Service, opened: Opened, authenticated: Authenticated, headers: Mapping[str, str], body: bytes
) -> None:
    """Take the delivery in; raise what its sender must hear.

    Of a statement that is sent alone that is a conflict with the first one of its id, in whatever delivery it came.
    """
    if authenticated.delivery_key.startswith(xapi.ALONE):
        with service.database.read() as session:
            for item in taking_in.items_of(opened, authenticated):
                if isinstance(item, Completion):
                    refuse_contradiction(session, opened.source_id, item)
    answer = taking_in.take_in(service, opened, authenticated, headers, body)
    refuse_unreadable(answer)
    refuse_if_all_unreadable(answer)
