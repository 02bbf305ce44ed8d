"""The door for sources: a learning platform says that somebody completed something.

Numbered as in docs/issuing-a-credential.md. Nothing here is asked of the network, and the answer is sent after the
commit: what is answered 200 is durable.
"""

from __future__ import annotations

from typing import Any

import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from app import clock
from app.db import is_retryable
from app.errors import DeliveryNotAuthentic, ServiceError, SourceDisabled
from app.issuing import inbox, sources
from app.issuing.inbox import Received
from app.lms import ADAPTERS
from app.service import Service
from app.web.deps import RawBody, TheService

router = APIRouter(tags=["source"])
log = structlog.get_logger()

TRIES = 4  # PostgreSQL may choose a transaction as a deadlock's victim; the same one once more succeeds


@router.post("/hooks/{source_id}")
def deliver(source_id: str, request: Request, body: RawBody, service: TheService) -> JSONResponse:
    """Take a delivery. Answers 200 with what came of each item, 401, 409, 410, 413 or 503."""
    headers = joined_headers(request)
    with service.database.read() as session:  # 1. the raw bytes are here; who may have sent them?
        source = sources.by_id(session, source_id)
        if source.state == sources.SourceState.DISABLED:
            raise SourceDisabled("This source is switched off; nothing was stored")
        config = sources.config(service.office, source)
    try:
        authenticated = ADAPTERS[source.type].authenticate(headers, body, config, now=clock.now())  # 2.
    except DeliveryNotAuthentic as error:
        # The sender is told nothing; whoever connects a platform finds the reason in the log.
        log.warning("delivery not authentic", source_id=source_id, reasons=getattr(error, "__notes__", []))
        with service.database.write() as session:
            sources.count_rejected(session, source_id)
        raise
    answer = _take(service, source_id, Received(authenticated, headers, body))
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


def joined_headers(request: Request) -> dict[str, str]:
    """Header names in lower case; values of a repeated header joined by a comma."""
    joined: dict[str, str] = {}
    for name, value in request.headers.items():
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _take(service: Service, source_id: str, received: Received) -> dict[str, Any]:
    for attempt in range(1, TRIES + 1):
        try:
            with service.database.write() as session:
                source = sources.by_id(session, source_id)
                return inbox.receive(session, service.office, source, received)  # 3. to 8.; then commit
        except ServiceError:
            raise
        except Exception as error:
            if attempt < TRIES and is_retryable(error):
                continue
            log.exception("delivery kept for the worker", source_id=source_id)
            return _keep(service, source_id, received, type(error).__name__)
    raise AssertionError("unreachable")  # pragma: no cover


def _keep(service: Service, source_id: str, received: Received, failure: str) -> dict[str, Any]:
    with service.database.write() as session:
        source = sources.by_id(session, source_id)
        delivery = inbox.store(session, source, received, failure=failure)
        return {"delivery": delivery.id if delivery else None, "status": "queued", "items": []}
