"""What every door for sources does: find the source, let its adapter prove the delivery, take it in, keep what fails.

A door reads the request and says the answer; nothing here knows either. What is needed of the network is asked
between two transactions, never inside of one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import Request

from app import clock
from app.db import is_retryable
from app.errors import DeliveryConflict, DeliveryNotAuthentic, InvalidInput, ServiceError, SourceDisabled, TooLarge
from app.issuing import inbox, key_sets, sources
from app.issuing.inbox import Received
from app.lms import ADAPTERS
from app.lms.base import PEER, Adapter, Authenticated, Item, SourceConfig
from app.service import Service

log = structlog.get_logger()

TRIES = 4  # PostgreSQL may choose a transaction as a deadlock's victim; the same one once more succeeds

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Opened:
    """A source that may send, and how its deliveries are proved and read."""

    source_id: str
    adapter: Adapter
    config: SourceConfig


def headers_of(request: Request) -> dict[str, str]:
    """Header names in lower case, values of a repeated header joined by a comma; the caller's address as `PEER`.

    The address is that of the connection, which is a proxy's behind a proxy: what a header says about it is believed
    nowhere in this service. "" where there is none.
    """
    joined: dict[str, str] = {}
    for name, value in request.headers.items():
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined | {PEER: request.client.host if request.client else ""}


def open_source(service: Service, source_id: str) -> Opened:
    """The source that is being spoken to. Raises NotFound and SourceDisabled."""
    with service.database.read() as session:
        source = sources.by_id(session, source_id)
        if source.state == sources.SourceState.DISABLED:
            raise SourceDisabled("This source is switched off; nothing was stored")
        config = key_sets.with_keys(session, sources.config(service.office, source))
        return Opened(source.id, ADAPTERS[source.type], config)


def authenticate(service: Service, opened: Opened, headers: Headers, body: bytes) -> Authenticated:
    """Let the source's adapter prove the raw bytes; what is not authentic leaves a counter and a line in the log.

    Raises DeliveryNotAuthentic, and TooLarge or UnsupportedMediaType for a compressed body.
    """
    try:
        return opened.adapter.authenticate(headers, body, opened.config, now=clock.now())
    except DeliveryNotAuthentic as error:
        # The sender is told nothing; whoever connects a platform finds the reason in the log.
        log.warning("delivery not authentic", source_id=opened.source_id, reasons=getattr(error, "__notes__", []))
        reason = next(iter(getattr(error, "__notes__", [])), None)
        with service.database.write() as session:
            sources.count_rejected(session, opened.source_id, reason=reason)
        raise


def take_in(
    service: Service, opened: Opened, authenticated: Authenticated, headers: Headers, body: bytes
) -> dict[str, Any]:
    """Store the delivery and work through it, in one transaction; a failure leaves it stored, for the worker.

    Returns the inbox's answer, which is durable by then. Raises DeliveryConflict, and Busy when nothing was stored.
    """
    stored = authenticated.payload if authenticated.body_holds_secret else body
    received = Received(authenticated, {name: value for name, value in headers.items() if name != PEER}, stored)
    for attempt in range(1, TRIES + 1):
        try:
            with service.database.write() as session:
                source = sources.by_id(session, opened.source_id)
                return inbox.receive(session, service.office, source, received)
        except DeliveryConflict as conflict:
            with service.database.write() as session:
                inbox.count_conflict(session, conflict.facts["delivery"])
            raise
        except ServiceError:
            raise
        except Exception as error:
            if attempt < TRIES and is_retryable(error):
                continue
            log.exception("delivery kept for the worker", source_id=opened.source_id)
            return _keep(service, opened.source_id, received, type(error).__name__)
    raise AssertionError("unreachable")  # pragma: no cover


def items_of(opened: Opened, authenticated: Authenticated) -> tuple[Item, ...]:
    """What the delivery holds, for an adapter that answers by it; nothing when it cannot be read."""
    try:
        return opened.adapter.parse(authenticated.payload, opened.config, received_at=clock.now())
    except (InvalidInput, TooLarge):
        return ()


def _keep(service: Service, source_id: str, received: Received, failure: str) -> dict[str, Any]:
    with service.database.write() as session:
        source = sources.by_id(session, source_id)
        delivery = inbox.store(session, service.office, source, received, failure=failure)
        return {"delivery": delivery.id if delivery else None, "status": "queued", "items": []}
