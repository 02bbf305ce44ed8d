"""The door for sources: a learning platform says that somebody completed something.

Numbered as in docs/issuing-a-credential.md. The answer is sent after the commit: what is answered 200 is durable. Only
a key that a token names and that is not here yet is asked of the network, and that before any transaction.
"""

from __future__ import annotations

import re
from http import HTTPStatus

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from app.lms.base import Handshaking, Reply, Replying
from app.web import taking_in
from app.web.deps import RawBody, TheNetwork, TheService
from app.web.unknown_keys import with_named_key

router = APIRouter(tags=["source"])

METHODS = "GET, HEAD, OPTIONS, POST"
HERE = "This address takes deliveries of a learning platform, sent with POST.\n"
_ORIGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?")
_NO_STORE = {"Cache-Control": "no-store"}


@router.post("/hooks/{source_id}")
def deliver(source_id: str, request: Request, body: RawBody, service: TheService, network: TheNetwork) -> Response:
    """Take a delivery. Answers 200 with what came of each item, 401, 409, 410, 413, 415 or 503."""
    headers = taking_in.headers_of(request)
    opened = taking_in.open_source(service, source_id)  # 1. the raw bytes are here; who may have sent them?
    greeted = _handshake(opened, request, headers, body)
    if greeted is not None:
        return greeted
    opened = with_named_key(service, opened, body, network=network)
    authenticated = taking_in.authenticate(service, opened, headers, body)  # 2.
    answer = taking_in.take_in(service, opened, authenticated, headers, body)  # 3. to 8.; then commit
    if isinstance(opened.adapter, Replying):
        reply = opened.adapter.reply(answer, taking_in.items_of(opened, authenticated))
        if reply is not None:
            return _sent(reply)
    return JSONResponse(answer, headers=_NO_STORE)


@router.get("/hooks/{source_id}")
def answer_a_look(source_id: str, request: Request, service: TheService) -> Response:
    """Answer a sender that tries the address with GET or HEAD before it saves it: 200, and nothing of the source."""
    opened = taking_in.open_source(service, source_id)
    greeted = _handshake(opened, request, taking_in.headers_of(request), b"")
    return greeted or PlainTextResponse(HERE, headers=_NO_STORE)


@router.options("/hooks/{source_id}")
def allow_a_sender(source_id: str, request: Request, service: TheService) -> Response:
    """Answer the question whether a sender may deliver here; what it delivers must prove itself all the same.

    Source: CloudEvents 1.0.2, "HTTP 1.1 Web Hooks for Event Delivery", section 4.
    """
    opened = taking_in.open_source(service, source_id)
    headers = taking_in.headers_of(request)
    greeted = _handshake(opened, request, headers, b"")
    if greeted is not None:
        return greeted
    allowed = {"Allow": METHODS, **_NO_STORE}
    origin = headers.get("webhook-request-origin", "")
    if not _ORIGIN.fullmatch(origin):
        return Response(status_code=HTTPStatus.NO_CONTENT, headers=allowed)
    return Response(headers=allowed | {"WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": "*"})


def _handshake(opened: taking_in.Opened, request: Request, headers: dict[str, str], body: bytes) -> Response | None:
    if not isinstance(opened.adapter, Handshaking):
        return None
    query = dict(request.query_params)
    reply = opened.adapter.handshake(request.method, headers, query, body, opened.config)
    return None if reply is None else _sent(reply)


def _sent(reply: Reply) -> Response:
    return Response(reply.body, reply.status, dict(reply.headers) | _NO_STORE)
